"""Explain: a slice through the loss surface with the paths of training, and what it does not show."""

import streamlit as st

from mnist_core.analysis.hill import LossSlice
from mnist_core.figures.hill import DrawnPath, hill_alt, hill_figure
from mnist_core.store import RunRecord
from mnist_core.text import plain
from pages._ui.parts.chart import chart
from pages._ui.parts.downloads import csv_button
from pages._ui.shell import i18n
from pages._ui.shell.i18n import t, term


def slice_view(found: LossSlice, chosen: list[RunRecord], names: dict[str, str]) -> None:
    """Show the surface with its paths, and say what it hides.

    Parameters
    ----------
    found : LossSlice
    chosen : list of RunRecord
        The runs of its paths, in their order.
    names : dict of str to str
        What they are called, by their ids.
    """
    drawn = [
        DrawnPath(names[run.id], path.points, path.epochs, path.losses, path.shown)
        for run, path in zip(chosen, found.paths, strict=True)
    ]
    ids = [run.id for run in chosen]
    chart(
        hill_figure,
        found.x,
        found.y,
        found.losses,
        drawn,
        key=f"hill_{'_'.join(ids)}",
        alt=hill_alt(drawn, i18n.current()),
    )
    for run, path in zip(chosen, found.paths, strict=True):
        st.markdown(
            t(
                "**{name}**: the slice shows {share:.0%} of the variance of its path. What its weights did beside the "
                "slice is not seen: there its own loss differs by up to {gap:.2g} from that of the slice.",
                name=plain(names[run.id]),
                share=path.share,
                gap=path.gap,
            )
            + (" " + _lost(path.lost) if path.lost else "")
        )
    st.caption(
        t(
            "Each of {points:,} points is a network of its own that was asked about {images:,} of the images which "
            "“{name}” learned from: the bar says which colour is which loss, and equal steps of colour are equal "
            "factors. Most of the surface lies outside of this slice, and valleys that look closed here may be open "
            "in another direction. An image adds at most 16.1 to a loss, and what a training adds for large weights "
            "is not counted.",
            points=found.losses.size,
            images=found.images,
            name=plain(names[ids[0]]),
        ),
        help=term("pca"),
    )
    csv_button(lambda: found.table([names[one] for one in ids]), f"hill-{ids[0]}", of=ids)


def _lost(n: int) -> str:
    return t.plural(
        "One moment is missing: its weights are beyond all numbers.",
        "{n:,} moments are missing: their weights are beyond all numbers.",
        n,
    )

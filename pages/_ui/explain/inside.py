"""Explain: what comes out of every layer, and which images each unit likes most."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from mnist_core.config import NetworkConfig
from mnist_core.figures.explain import activation_alt, activation_figure, heat_image
from mnist_core.models import layer_rows
from mnist_core.store import RunRecord
from pages._ui.cache import explanations
from pages._ui.cache.explanations import Sample
from pages._ui.cache.results import Judgement
from pages._ui.parts.chart import chart
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.parts.heat import legend, map_csv
from pages._ui.shell import access, i18n
from pages._ui.shell.i18n import class_words, t, term

MOST_MAPS = 32
FAVOURITES = 12  # full rows at every width


@access.fragment
def inside_view(judgement: Judgement, sample: Sample, record: RunRecord) -> None:
    """Show what one layer makes of the image, then which images one of its units likes."""
    model = record.config.model
    assert isinstance(model, NetworkConfig), "the page asks"
    rows = layer_rows(model, len(judgement.class_names))
    shown = [number for number, row in enumerate(rows) if not row.layer.silent]
    number = st.selectbox(
        t("Layer"),
        shown,
        format_func=lambda number: f"{number}. {rows[number].name}({rows[number].detail})",
        key=f"explain_layer_{record.id}",
        width=420,
    )
    output = explanations.layer_output(record.id, sample.image, number)
    st.caption(
        t(
            "The image goes through the layers one after the other; each turns the numbers that it gets into new ones. "
            "Layers such as Flatten and Dropout are left out: they change nothing when the network answers."
        )
    )
    if output.ndim == 1:
        _bars(output, class_words(judgement.class_names) if number == len(rows) - 1 else None, number, record.id)
    else:
        _maps(output.transpose(2, 0, 1) if output.ndim == 3 else output[None], number, record.id)
    _favourites(judgement, output.reshape(-1, output.shape[-1]).max(axis=0), number, record.id)


def _bars(output: npt.NDArray[np.float32], names: tuple[str, ...] | None, number: int, run_id: str) -> None:
    """Show a dense layer's numbers."""
    words = t.plural("What its {n:,} unit says", "What its {n:,} units say", len(output))
    st.markdown(f"**{words}**", help=term("hidden_layer"))
    chart(
        activation_figure,
        output,
        names,
        key=f"activations_{run_id}_{number}",
        alt=activation_alt(output, i18n.current()),
    )
    st.caption(
        t("One bar for each class: its probability.")
        if names
        else t("One bar for each unit. Most images use their own mixture of units; many stay at 0.")
    )
    csv_button(
        lambda: pd.DataFrame({"unit": np.arange(len(output)), "output": output}),
        f"layer-{number}-{run_id}",
        of=[run_id],
    )


def _maps(maps: npt.NDArray[np.float32], number: int, run_id: str) -> None:
    """Show a convolution's or pooling's maps, all on one scale."""
    size, limit = f"{maps.shape[1]} × {maps.shape[2]}", float(np.abs(maps).max())
    what = t.plural("Its {n:,} map of {size} numbers", "Its {n:,} maps of {size} numbers", len(maps), size=size)
    st.markdown(f"**{what}**", help=term("feature_map"))
    gallery(
        [
            Tile(
                heat_image(values, limit=limit),
                str(unit),
                t.number(values.max(), ".2f"),
                t("Map of filter {number}: its largest value is {value:.2f}", number=unit, value=values.max()),
            )
            for unit, values in enumerate(maps[:MOST_MAPS])
        ]
    )
    legend(t("the filter's shape is here"), t("negative") if maps.min() < 0 else "")
    words = t("One picture for each filter, with its largest number below: bright where the filter found its shape.")
    if len(maps) > MOST_MAPS:
        words += " " + t("These are the first {shown} of {n:,}.", shown=MOST_MAPS, n=len(maps))
    st.caption(words)
    map_csv(maps, f"layer-{number}-{run_id}", run_id)


def _favourites(judgement: Judgement, output: npt.NDArray[np.float32], number: int, run_id: str) -> None:
    """Show the test images that excite one unit most."""
    st.header(t("What does a unit like?"), anchor=False, divider="gray")
    if judgement.images is None:
        st.caption(t("The network would have to look at 1,000 test images for that, and they are not here yet."))
        return
    # The unit that says most about the chosen image is the one to begin with.
    unit = st.number_input(
        t("Unit or filter"),
        0,
        len(output) - 1,
        int(output.argmax()),
        key=f"explain_unit_{run_id}_{number}",
        width=180,
    )
    with st.spinner(t("Showing the network 1,000 test images …")):
        column = explanations.strongest(run_id)[number][:, unit]
    best = np.argsort(-column, kind="stable")[:FAVOURITES]
    if column.max() <= 0:
        st.info(t("This unit stays at 0 for all of the {n:,} images: it says nothing any more.", n=len(column)))
        return
    labels = [judgement.class_names[judgement.labels[index]] for index in best]
    gallery(
        [
            Tile(
                judgement.images[index],
                label,
                t.number(column[index], ".2f"),
                t("Test image {index}: {name}", index=index, name=label),
            )
            for index, label in zip(best, class_words(labels), strict=True)
        ],
        size="l",
    )
    st.caption(
        t(
            "The {n} of {all:,} test images to which this unit gives its largest numbers. For the chosen image it "
            "gives {value:.2f}. Do they have something in common?",
            n=len(best),
            all=len(column),
            value=output[unit],
        )
    )
    csv_button(
        lambda: pd.DataFrame({"image": best, "label": labels, "output": column[best]}),
        f"favourites-{number}-{unit}-{run_id}",
        of=[run_id],
    )

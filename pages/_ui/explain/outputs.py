"""Explain: what comes out of one layer, as bars or as maps."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from mnist_core.figures.explain import activation_alt, activation_figure, heat_image
from pages._ui.parts.chart import chart
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.parts.heat import legend, map_csv
from pages._ui.shell import i18n
from pages._ui.shell.i18n import t, term

MOST_MAPS = 32


def output_view(output: npt.NDArray[np.float32], names: tuple[str, ...] | None, number: int, run_id: str) -> None:
    """Show what a layer makes of an image.

    Parameters
    ----------
    output : ndarray of shape (units,), (height, width) or (height, width, maps)
    names : tuple of str or None
        Of the units, if they are classes.
    number : int
        Of the layer.
    run_id : str
    """
    st.header(t("What comes out of the layer"), anchor=False, divider="gray")
    if output.ndim == 1:
        _bars(output, names, number, run_id)
    else:
        _maps(output.transpose(2, 0, 1) if output.ndim == 3 else output[None], number, run_id)


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

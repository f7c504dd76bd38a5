"""Explore: the average image of each class, its spread, and the strengths of ink."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.datasets import Dataset
from mnist_core.figures.exploration import pixel_histogram_alt, pixel_histogram_figure
from pages._ui.cache import datasets
from pages._ui.parts.chart import chart
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.shell import i18n
from pages._ui.shell.i18n import class_words, t, term

# The largest spread that values from 0 to 1 can have: it is shown as white.
_LARGEST_SPREAD = 0.5


def averages_view(data: Dataset) -> None:
    """Show averages and spreads as images, and the histogram of the pixels."""
    averages, names = datasets.averages(data.spec.id), class_words(data.spec.class_names)
    st.markdown(f"**{t('The average image of each class')}**")
    st.caption(t("All training images of a class, one on top of the other. Where it is bright, most of them have ink."))
    gallery(
        [
            _tile(mean, name, t("Average image of {name}", name=name))
            for mean, name in zip(averages.means, names, strict=True)
        ],
        size="ten",
    )
    st.markdown(f"**{t('How much the images of a class differ')}**", help=term("standard_deviation"))
    st.caption(
        t(
            "The standard deviation of each pixel. Dark: the same in nearly all images. Bright: some have ink there "
            "and some don't, as along edges."
        )
    )
    gallery(
        [
            _tile(spread / _LARGEST_SPREAD, name, t("Spread of the images of {name}", name=name))
            for spread, name in zip(averages.spreads, names, strict=True)
        ],
        size="ten",
    )
    csv_button(lambda: _pixel_table(data), f"averages-{data.spec.id}", of=())
    _histogram(data)


def _tile(image: np.ndarray, name: str, alt: str) -> Tile:
    return Tile((np.clip(image, 0, 1) * 255).astype(np.uint8), name, alt=alt)


def _histogram(data: Dataset) -> None:
    histogram = datasets.pixels(data.spec.id)
    starts, counts = histogram.binned()
    st.markdown(f"**{t('How strong the ink is')}**")
    st.caption(
        t(
            "**{share:.1%}** of all pixels of the training images have no ink at all (value 0). "
            "The bars show the others: they would be invisible beside that.",
            share=histogram.empty_share,
        )
    )
    chart(
        pixel_histogram_figure,
        starts,
        counts,
        key="explore_pixels",
        alt=pixel_histogram_alt(histogram.empty_share, starts, counts, i18n.current()),
    )
    csv_button(
        lambda: pd.DataFrame({"value": np.arange(256), "pixels": histogram.counts}), f"pixels-{data.spec.id}", of=()
    )


def _pixel_table(data: Dataset) -> pd.DataFrame:
    averages = datasets.averages(data.spec.id)
    label, row, column = (index.ravel() for index in np.indices(averages.means.shape))
    return pd.DataFrame(
        {
            "class": np.array(data.spec.class_names)[label],
            "row": row,
            "column": column,
            "mean": averages.means.ravel().round(5),
            "standard_deviation": averages.spreads.ravel().round(5),
        }
    )

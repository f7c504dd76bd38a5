"""Explore: typical and unusual images of a class."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.analysis.exploration import by_typicality
from mnist_core.datasets import Dataset
from pages._ui.cache import datasets
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.shell.i18n import class_words, t, term

_SHOWN = 16


def typical_view(data: Dataset) -> None:
    """Show the images nearest to the average of a class, and the farthest."""
    names = class_words(data.spec.class_names)
    label = st.selectbox(
        t("Class"),
        range(len(names)),
        format_func=lambda label: names[label],
        key="typical_class",
        width=220,
        help=term("class"),
        persist_state="session",
    )
    distances = datasets.averages(data.spec.id).distances
    order = by_typicality(distances, data.y_train, label)
    if not len(order):
        st.info(t("There are no training images of this class."))
        return

    def tiles(indices: np.ndarray) -> list[Tile]:
        return [
            Tile(
                data.x_train[index],
                t.number(distances[index], ".2f"),
                str(index),
                t("Training image {index}, labelled {name}", index=index, name=names[label]),
            )
            for index in indices
        ]

    st.caption(
        t(
            "Below each image: its distance from the average image of its class, and its index in the training set. "
            "The distance adds up the squared differences of all pixels (0 to 1) and takes the root."
        ),
        help=term("distance"),
    )
    st.markdown(f"**{t('Most typical: nearest to the average')}**")
    gallery(tiles(order[:_SHOWN]))
    st.markdown(f"**{t('Most unusual: farthest from the average')}**")
    gallery(tiles(order[::-1][:_SHOWN]))
    st.caption(t("Bold, slanted or badly cut out images are far from the average. Some may even carry a wrong label."))
    csv_button(
        lambda: pd.DataFrame(
            {"index": order, "label": data.spec.class_names[label], "distance": distances[order].round(4)}
        ),
        f"typical-{data.spec.id}-{label}",
        of=(),
    )

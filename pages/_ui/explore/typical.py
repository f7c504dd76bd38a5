"""Explore: typical and unusual images of a class, and the neighbours of an image."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.analysis.exploration import by_typicality
from mnist_core.datasets import Dataset
from mnist_core.text import Sentence
from pages._ui.cache import datasets
from pages._ui.parts.components import switch
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.gallery import Tile, big_image, gallery
from pages._ui.shell.i18n import class_words, t, term

_SHOWN = 16
_NEIGHBOURS = 12


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


SPLITS: dict[str, Sentence] = {"test": "Test set", "train": "Training set"}


def neighbours_view(data: Dataset) -> None:
    """Show the training images that are most like a chosen image."""
    names = class_words(data.spec.class_names)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split = switch(t("Image from"), SPLITS, "neighbours_split", persist_state="session")
        images, labels = (data.x_test, data.y_test) if split == "test" else (data.x_train, data.y_train)
        index = st.number_input(
            t("Index"),
            0,
            len(labels) - 1,
            step=1,
            key=f"neighbours_index_{data.spec.id}_{split}",
            width=220,
            persist_state="session",
        )
    label, name = int(labels[index]), names[labels[index]]
    found = datasets.neighbours(data.spec.id, split, int(index), min(_NEIGHBOURS, len(data.y_train) - 1))
    indices, distances = found.indices[0], found.distances[0]
    same = int(np.sum(data.y_train[indices] == label))
    picture, others = st.columns([1, 3], gap="large")
    with picture:
        big_image(np.asarray(images[index]), t("Image {index}, labelled {name}", index=index, name=name))
        st.markdown(t("Label: **{name}**", name=name), help=term("label"))
    with others:
        st.markdown(
            t(
                "Of its {n} nearest training images **{same}** have the same label.",
                n=len(indices),
                same=same,
            ),
            help=term("nearest_neighbours"),
        )
        gallery(
            [
                Tile(
                    data.x_train[i],
                    names[data.y_train[i]],
                    f"{t.number(distance, '.2f')} · {i}",
                    t("Training image {index}, labelled {name}", index=i, name=names[data.y_train[i]]),
                    "good" if data.y_train[i] == label else "bad",
                )
                for i, distance in zip(indices, distances, strict=True)
            ]
        )
        st.caption(
            t("Below each image: its label (red if it is another one), its distance, and its index."),
            help=term("distance"),
        )
        table = {
            "index": indices,
            "label": [data.spec.class_names[value] for value in data.y_train[indices]],
            "distance": distances.round(4),
        }
        csv_button(lambda: pd.DataFrame(table), f"neighbours-{data.spec.id}-{split}-{index}", of=())

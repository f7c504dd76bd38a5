"""Explore: the training images that are most like a chosen one."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.datasets import Dataset
from mnist_core.text import Sentence
from pages._ui.cache import datasets
from pages._ui.parts.components import switch
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.gallery import Tile, big_image, gallery
from pages._ui.shell.i18n import class_words, t, term

_NEIGHBOURS = 12
SPLITS: dict[str, Sentence] = {"test": "Test set", "train": "Training set"}


def neighbours_view(data: Dataset) -> None:
    """Show the training images that are most like a chosen image."""
    names = class_words(data.spec.class_names)
    split, index = _chosen(data)
    images, labels = (data.x_test, data.y_test) if split == "test" else (data.x_train, data.y_train)
    label, name = int(labels[index]), names[labels[index]]
    found = datasets.neighbours(data.spec.id, split, index, min(_NEIGHBOURS, len(data.y_train) - 1))
    picture, others = st.columns([1, 3], gap="large")
    with picture:
        big_image(np.asarray(images[index]), t("Image {index}, labelled {name}", index=index, name=name))
        st.markdown(t("Label: **{name}**", name=name), help=term("label"))
    with others:
        _show(data, found.indices[0], found.distances[0], label, f"neighbours-{data.spec.id}-{split}-{index}")


def _chosen(data: Dataset) -> tuple[str, int]:
    """Let somebody choose an image; return its split and its index there."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split = switch(t("Image from"), SPLITS, "neighbours_split", persist_state="session")
        index = st.number_input(
            t("Index"),
            0,
            len(data.y_test if split == "test" else data.y_train) - 1,
            step=1,
            key=f"neighbours_index_{data.spec.id}_{split}",
            width=220,
            persist_state="session",
        )
    return split, int(index)


def _show(data: Dataset, indices: np.ndarray, distances: np.ndarray, label: int, file: str) -> None:
    """Show training images with their distances from an image of a label."""
    names = class_words(data.spec.class_names)
    labels = data.y_train[indices]
    st.markdown(
        t(
            "Of its {n} nearest training images **{same}** have the same label.",
            n=len(indices),
            same=int(np.sum(labels == label)),
        ),
        help=term("nearest_neighbours"),
    )
    gallery(
        [
            Tile(
                data.x_train[i],
                names[its],
                f"{t.number(distance, '.2f')} · {i}",
                t("Training image {index}, labelled {name}", index=i, name=names[its]),
                "good" if its == label else "bad",
            )
            for i, its, distance in zip(indices, labels, distances, strict=True)
        ]
    )
    st.caption(
        t("Below each image: its label (red if it is another one), its distance, and its index."),
        help=term("distance"),
    )
    table = {
        "index": indices,
        "label": [data.spec.class_names[its] for its in labels],
        "distance": distances.round(4),
    }
    csv_button(lambda: pd.DataFrame(table), file, of=())

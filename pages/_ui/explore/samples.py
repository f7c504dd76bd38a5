"""Explore: look through the images, and see one as the numbers that a network gets."""

import numpy as np
import streamlit as st

from mnist_core.config import DataConfig
from mnist_core.datasets import SPLITS, Dataset, Split
from mnist_core.datasets.statistics import indices_of_class, one_hot
from mnist_core.text import Sentence
from pages._ui.parts.gallery import Tile, big_image, gallery, number_grid
from pages._ui.shell.i18n import class_words, t, term

PAGE_SIZE = 48
SPLIT_NAMES: dict[str, Sentence] = {"train": "Training", "validation": "Validation", "test": "Test"}


def samples(data: Dataset, config: DataConfig) -> Split:
    """Show a page of samples and return the chosen split."""
    names = class_words(data.spec.class_names)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split: Split = st.segmented_control(
            t("Part"),
            [split for split in SPLITS if len(data.split(split, config)[1])],
            format_func=lambda split: t(SPLIT_NAMES[split]),
            default="train",
            required=True,
            key="explore_split",
            help=" ".join(term(name) for name in ("training_set", "validation_set", "test_set")),
        )
        label = st.selectbox(
            t("Class"),
            [None, *range(len(names))],
            format_func=lambda label: t("all classes") if label is None else names[label],
            key="explore_class",
            width=220,
            help=term("class"),
        )
    images, labels = data.split(split, config)
    indices = indices_of_class(labels, label)
    pages = max(1, -(-len(indices) // PAGE_SIZE))
    page = st.pagination(pages, key=f"explore_page_{data.spec.id}_{split}_{label}") if pages > 1 else 1
    shown = indices[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    st.caption(
        t.plural("{n:,} image.", "{n:,} images.", len(indices)) + " " + t("The number below each one is its index.")
    )
    gallery(
        [
            Tile(
                images[index],
                names[labels[index]],
                str(index),
                t("Image {index}, labelled {name}", index=index, name=names[labels[index]]),
            )
            for index in shown
        ]
    )
    return split


def one_image(data: Dataset, split: Split, config: DataConfig) -> None:
    """Show one image as the numbers that the network gets."""
    images, labels = data.split(split, config)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        index = st.number_input(
            t("Go to index"), 0, len(labels) - 1, step=1, key=f"explore_index_{data.spec.id}_{split}", width=220
        )
        scaled = st.toggle(
            t("Scaled to 0 … 1"),
            key="explore_scaled",
            help=t("Networks learn better from small numbers, so every pixel is divided by 255."),
        )
    image, label = images[index], int(labels[index])
    name = t(data.spec.class_names[label])
    picture, numbers = st.columns([1, 3], gap="large")
    with picture:
        big_image(np.asarray(image), t("Image {index}, labelled {name}", index=index, name=name))
        st.markdown(t("Label: **{name}**", name=name), help=term("label"))
        code = "".join(str(int(value)) for value in one_hot(label, data.spec.num_classes))
        st.markdown(t("One-hot: `{code}`", code=code), help=term("one_hot"))
    with numbers:
        number_grid(np.asarray(image), scaled=scaled)

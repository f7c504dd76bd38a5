"""Predictions of a run: images with the network's answer."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.evaluation import mistakes
from mnist_core.text import Sentence
from pages._ui.cache.results import Judgement
from pages._ui.parts.components import switch
from pages._ui.parts.gallery import Tile, big_image, gallery
from pages._ui.parts.percent import fine_percent
from pages._ui.parts.probability_bars import probability_bars
from pages._ui.shell import access
from pages._ui.shell.i18n import class_words, t, term

PAGE_SIZE = 48
ORDERS: dict[str, Sentence] = {"surest": "Surest first", "doubtful": "Most doubtful first"}
# Validation and test images are named differently everywhere.
IMAGE_NAMES: dict[str, Sentence] = {"test": "Test image {index}", "validation": "Validation image {index}"}


def image_name(judgement: Judgement, index: int) -> str:
    """Return what an image is called."""
    return t(IMAGE_NAMES[judgement.split], index=index)


def show_images(judgement: Judgement, indices: Iterable[int], *, size: str = "m", runner_up: bool = False) -> None:
    """Show images with what the network said and what is right, where the images are there."""
    chosen = list(indices)
    if judgement.images is not None:
        gallery(_tiles(judgement, judgement.images, chosen, runner_up), size=size)
    elif chosen:
        st.caption(t("You will see them here once the images have been fetched."))


def _tiles(judgement: Judgement, images: npt.NDArray[np.uint8], indices: Iterable[int], runner_up: bool) -> list[Tile]:
    names = class_words(judgement.class_names)
    result = []
    for index in indices:
        row, true = judgement.probabilities[index], int(judgement.labels[index])
        second, predicted = (int(label) for label in np.argsort(row)[-2:])
        right = predicted == true
        words = {"true": names[true], "predicted": names[predicted]}
        detail = fine_percent(row[predicted])
        if runner_up:
            detail += " · " + t("then {name} {share:.1%}", name=names[second], share=row[second])
        result.append(
            Tile(
                images[index],
                names[predicted] if right else t("{predicted}, not {true}", **words),
                detail,
                image_name(judgement, index) + ": " + t("{true}, predicted {predicted}", **words),
                "good" if right else "bad",
            )
        )
    return result


@access.fragment
def one_prediction(judgement: Judgement, run_id: str) -> None:
    """Show one image with the probabilities of all classes, and the first ones of the set; there must be images."""
    assert judgement.images is not None
    names = class_words(judgement.class_names)
    picture, chart = st.columns([1, 2], gap="large")
    with picture:
        index = st.number_input(t("Image"), 0, len(judgement.labels) - 1, step=1, key=f"one_{run_id}_{judgement.split}")
        name = names[judgement.labels[index]]
        big_image(np.asarray(judgement.images[index]), f"{image_name(judgement, index)}: {name}")
        st.markdown(t("Label: **{name}**", name=name), help=term("label"))
        if judgement.split == "test":
            st.page_link(
                "explain.py",
                label=t("Why this answer?"),
                icon=":material/psychology:",
                query_params={"run": run_id, "image": str(index)},
            )
    with chart:
        probability_bars(
            judgement.probabilities[index],
            judgement.class_names,
            "one_bars",
            f"probabilities_{judgement.split}_{index}_{run_id}",
            of=[run_id],
        )
    first = range(min(PAGE_SIZE, len(judgement.labels)))
    st.markdown(f"**{t.plural('The first image', 'The first {n:,} images', len(first))}**")
    st.caption(t("The network's answer and how sure it was. Red answers are wrong."))
    show_images(judgement, first, size="l")


@access.fragment
def mistakes_view(judgement: Judgement, run_id: str) -> None:
    """Show all mistakes in order of confidence, with the runner-up."""
    names = class_words(judgement.class_names)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order = switch(t("Order"), ORDERS, "mistakes_order")
        label = st.selectbox(
            t("True class"),
            [None, *range(len(names))],
            format_func=lambda label: t("all classes") if label is None else names[label],
            key="mistakes_class",
            width=220,
        )
    indices = mistakes(judgement.probabilities, judgement.labels)
    if label is not None:
        indices = indices[judgement.labels[indices] == label]
    if not len(indices):
        st.success(t("There is no mistake here."), icon=":material/check_circle:")
        return
    if order == "doubtful":
        indices = indices[::-1]
    pages = -(-len(indices) // PAGE_SIZE)
    page = st.pagination(pages, key=f"mistakes_page_{run_id}_{judgement.split}_{label}") if pages > 1 else 1
    st.caption(
        t.plural("{n:,} mistake.", "{n:,} mistakes.", len(indices))
        + " "
        + t("Each shows the answer and the true class, how sure the network was, and its second choice.")
    )
    show_images(judgement, indices[(page - 1) * PAGE_SIZE : page * PAGE_SIZE].tolist(), size="l", runner_up=True)

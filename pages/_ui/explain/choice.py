"""Explain: which image is explained."""

import random
import re

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_core.datasets import DatasetSpec
from mnist_core.evaluation import mistakes
from mnist_core.store import RunRecord
from mnist_core.text import Sentence
from pages._ui.cache.explanations import Sample
from pages._ui.cache.results import Judgement
from pages._ui.canvas.canvas import draw_canvas
from pages._ui.parts.components import switch
from pages._ui.parts.dataset_status import pictures_missing
from pages._ui.parts.percent import percent
from pages._ui.reading.answers import choose_part, show_reading
from pages._ui.reading.networks import read
from pages._ui.shell.i18n import class_words, t

INDEX, SOURCE = "explain_index", "explain_source"
MOST_MISTAKES = 200


def choose(spec: DatasetSpec, judgement: Judgement, record: RunRecord) -> tuple[Sample | None, DeltaGenerator]:
    """Show the ways to choose an image; return it, None while nothing is drawn, and the place for the answer to it."""
    labels, images = judgement.labels, judgement.images
    _read_address(len(labels))
    sources: dict[str, Sentence] = {"test": "Test image", "mistake": "A mistake", "drawing": "My drawing"}
    if images is None:  # a drawing is always at hand
        sources = {"drawing": sources.pop("drawing"), **sources}
    source = switch(t("What to explain"), sources, SOURCE if images is not None else f"{SOURCE}_now")
    if source == "drawing":
        st.query_params.pop("image", None)
        return _drawing(spec, record)
    if images is None:
        words = t(
            "The images of {title} are still to be fetched. Until then you can draw something and have that explained.",
            title=t(spec.title),
        )
        pictures_missing(spec.id, words)
        return None, st.container()
    if source == "mistake":
        index = _mistake(judgement, record.id)
        if index is None:
            st.info(t("This network made no mistake on the test images. Choose a test image instead."))
            return None, st.container()
    else:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            index = st.number_input(t("Number of the test image"), 0, len(labels) - 1, step=1, key=INDEX, width=220)
            st.button(t("Random one"), icon=":material/casino:", on_click=_random, args=(len(labels),))
    st.query_params["image"] = str(index)
    sample = Sample(np.asarray(images[index]), index, int(labels[index]), judgement.probabilities[index])
    return sample, st.container()


def _read_address(n: int) -> None:
    """Take the image from the address (``?image=7``, or ``drawing``) when the page opens."""
    wanted = st.query_params.get("image", "")
    if wanted == "drawing":  # only as somebody arrives: what is chosen here writes the address anew
        st.session_state[SOURCE] = "drawing"
    if INDEX not in st.session_state:
        st.session_state[INDEX] = int(wanted) if re.fullmatch("[0-9]{1,6}", wanted) else 0
    st.session_state[INDEX] = min(st.session_state[INDEX], n - 1)  # a dataset may have fewer


def _random(n: int) -> None:
    st.session_state[INDEX] = random.randrange(n)


def _mistake(judgement: Judgement, run_id: str) -> int | None:
    """Show the network's mistakes, the surest first."""
    names = class_words(judgement.class_names)
    found = [int(index) for index in mistakes(judgement.probabilities, judgement.labels)[:MOST_MISTAKES]]
    if not found:
        return None

    def words(index: int) -> str:
        row = judgement.probabilities[index]
        return t(
            "{predicted}, not {true} ({share} sure, test image {index})",
            predicted=names[row.argmax()],
            true=names[judgement.labels[index]],
            share=percent(row.max()),
            index=index,
        )

    chosen: int = st.selectbox(
        t("Mistakes, the surest first"), found, format_func=words, key=f"explain_mistake_{run_id}", width=420
    )
    return chosen


def _drawing(spec: DatasetSpec, record: RunRecord) -> tuple[Sample | None, DeltaGenerator]:
    """Show the canvas; what was drawn on the Draw page is there already. Of several digits one is chosen beside it."""
    canvas, beside = st.columns([2, 3], gap="large")
    with canvas:
        drawn = draw_canvas(18, spec)
    with beside:
        if drawn is None:
            st.caption(t("Draw something. The explanation comes when you lift the pen."))
            return None, beside
        reading = read(record, drawn.parts)
        if len(reading.answers) > 1:
            show_reading(reading, spec.kind)
        answer = choose_part(reading, spec.kind, "explain_part")
    return Sample(answer.image, None, None, answer.row), beside

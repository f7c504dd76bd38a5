"""Draw something and let a network read it."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.datasets import DatasetSpec, get_spec
from mnist_core.drawing import Prepared, ink_from_rgba, is_empty, prepare_clothes, prepare_digit
from mnist_core.inference import classifier
from mnist_core.store import RunRecord, shared_store
from pages._ui import runs
from pages._ui.canvas import clear_canvas, draw_canvas
from pages._ui.components import answer, empty_state, page_header
from pages._ui.errors import errors_in_words
from pages._ui.gallery import Tile, gallery
from pages._ui.i18n import t
from pages._ui.probability_bars import probability_bars

STEP_NAMES = {
    "drawing": ("Your drawing", "as you drew it"),
    "box": ("Cut out", "only the ink, in a square"),
    "small": ("Made small", "to 20 × 20 pixels"),
    "centred": ("What it sees", "28 × 28, centred"),
}


@st.fragment
@errors_in_words()
def board(record: RunRecord) -> None:
    """Show canvas, answer and preparation; only this part runs again after a stroke."""
    spec = get_spec(record.config.data.dataset)
    left, right = st.columns([2, 3], gap="large")
    with left:
        pen = st.slider(t("Pen width"), 8, 40, 18, step=2, key="draw_pen", persist_state="session", width=280)
        canvas = draw_canvas(pen)
        st.button(t("Clear"), key="draw_clear", icon=":material/ink_eraser:", on_click=clear_canvas)
    prepared = read(canvas, spec)
    probabilities = None
    if prepared is not None:
        probabilities = classifier(shared_store().files(record.id)).predict(prepared.image[None])[0]
    with right:
        say(probabilities, spec)
        probability_bars(probabilities, spec.class_names, key="draw_bars")
    if prepared is not None:
        steps(prepared)


def read(canvas: npt.NDArray[np.uint8] | None, spec: DatasetSpec) -> Prepared | None:
    """Return the prepared drawing, or None where nothing is drawn."""
    if canvas is None:
        return None
    ink = ink_from_rgba(canvas)
    if is_empty(ink):
        return None
    return prepare_digit(ink) if spec.kind == "digits" else prepare_clothes(ink)


def say(probabilities: npt.NDArray[np.float32] | None, spec: DatasetSpec) -> None:
    """Show the answer in words."""
    if probabilities is None:
        answer("?", t("Draw a digit from 0 to 9") if spec.kind == "digits" else t("Draw a piece of clothing"))
        return
    best = int(probabilities.argmax())
    answer(spec.class_names[best], t("{share} sure", share=f"{probabilities[best]:.1%}"))


def steps(prepared: Prepared) -> None:
    """Show what happened to the drawing before the network saw it."""
    st.markdown(
        f"**{t('How your drawing becomes 28 × 28 pixels')}**",
        help=t("The images that the network learned from were made in the same way, so this matters a lot."),
    )
    with st.container(width=560):
        gallery(
            [
                Tile(image, t(STEP_NAMES[name][0]), t(STEP_NAMES[name][1]), t(STEP_NAMES[name][0]))
                for name, image in prepared.steps
            ],
            size="l",
        )


page_header(t("Draw"), t("Draw with the mouse, a finger or a pen. The network answers when you lift it."))
record = runs.pick("draw_run")
if record is None:
    empty_state(
        ":material/draw:",
        t("There is no network yet that could read your drawing"),
        t("Train one first. The small convolutional network reads handwriting best."),
        "home.py",
        t("Choose a recipe"),
    )
else:
    if get_spec(record.config.data.dataset).kind == "clothes":
        st.info(
            t(
                "This network learned from photos of clothes: grey, filled shapes. A line drawing is something it has "
                "never seen, so take its answers with a smile. Filling the shape with a wide pen helps."
            ),
            icon=":material/checkroom:",
        )
    board(record)

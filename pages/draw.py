"""Draw something and let a network read it."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.datasets import DatasetSpec, get_spec
from mnist_core.drawing import Drawing, Prepared, paint, prepare_drawing, prepare_raw
from mnist_core.inference import classifier
from mnist_core.store import RunRecord, shared_store
from pages._ui import runs
from pages._ui.canvas import SIZE, draw_canvas
from pages._ui.components import answer, empty_state, page_header
from pages._ui.correction import correction
from pages._ui.gallery import Tile, gallery
from pages._ui.i18n import t
from pages._ui.photo_view import choose_source, photo_board
from pages._ui.probability_bars import probability_bars
from pages._ui.teach_view import teach_view

STEP_NAMES = {
    "drawing": ("Your drawing", "as you drew it"),
    "strokes": ("Your strokes", "in the middle, as large as can be"),
    "pen": ("A fitting pen", "an eighth of the digit's size"),
    "box": ("Cut out", "only the ink, in a square"),
    "small": ("Made small", "to 20 × 20 pixels"),
    "centred": ("What it sees", "28 × 28, centred"),
}


@runs.fragment
def board(record: RunRecord) -> None:
    """Show canvas, answer and preparation; only this part runs again after a stroke."""
    spec = get_spec(record.config.data.dataset)
    left, right = st.columns([2, 3], gap="large")
    with left:
        pen = st.slider(t("Pen width"), 8, 40, 18, step=2, key="draw_pen", persist_state="session", width=280)
        drawing = draw_canvas(pen)
        if spec.kind == "digits":
            st.caption(
                t(
                    "The pen's width makes no difference to the answer, and place and size hardly any: your strokes "
                    "are moved, scaled and drawn again with a fitting pen."
                )
            )
    prepared = probabilities = None
    if drawing is not None:
        prepared = prepare_drawing(drawing, SIZE, spec.kind)
        probabilities = predict(record, prepared)
    with right:
        say(probabilities, spec)
        probability_bars(probabilities, spec.class_names, key="draw_bars")
        if prepared is not None and probabilities is not None:
            correction(prepared.image, int(probabilities.argmax()), spec, "draw")
    if drawing is not None and prepared is not None:
        steps(prepared)
        demo(record, drawing, spec)


def predict(record: RunRecord, prepared: Prepared) -> npt.NDArray[np.float32]:
    """Return the network's probabilities for a drawing."""
    return classifier(shared_store().files(record.id)).predict(prepared.image[None])[0]


def demo(record: RunRecord, drawing: Drawing, spec: DatasetSpec) -> None:
    """Show, if wanted, what the same network says when the whole canvas is shrunk."""
    wanted = st.toggle(
        t("What most demos do"),
        key="draw_demo",
        persist_state="session",
        help=t("They shrink the whole canvas to 28 × 28 pixels, so that place, size and pen width all matter."),
    )
    if not wanted:
        return
    raw = prepare_raw(paint(drawing.strokes, SIZE, drawing.pens))
    probabilities = predict(record, raw)
    best = int(probabilities.argmax())
    with st.container(width=280):
        gallery(
            [
                Tile(
                    raw.image,
                    t("{name}, {share} sure", name=spec.class_names[best], share=f"{probabilities[best]:.1%}"),
                    t("the whole canvas, shrunk"),
                    t("The whole canvas, shrunk to 28 × 28 pixels"),
                )
            ],
            size="l",
        )


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
    with st.container(width=700):
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
    source = choose_source()
    if source == "draw" and get_spec(record.config.data.dataset).kind == "clothes":
        st.info(
            t(
                "This network learned from photos of clothes: grey, filled shapes. A line drawing is something it has "
                "never seen, so take its answers with a smile. Filling the shape with a wide pen helps."
            ),
            icon=":material/checkroom:",
        )
    if source == "draw":
        board(record)
    else:
        photo_board(source, record)
    teach_view(record)

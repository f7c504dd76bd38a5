"""Draw: how a drawing becomes 28 x 28 pixels, what the network looked at, and what most demos do."""

import numpy as np
import streamlit as st

from mnist_core.datasets import get_spec
from mnist_core.drawing import Drawing, Prepared, paint_drawing, prepare_raw
from mnist_core.figures.explain import heat_image
from mnist_core.inference import Answer, open_classifier
from mnist_core.store import RunRecord, shared_store
from mnist_core.text import Sentence
from pages._ui.cache import explanations
from pages._ui.canvas.state import SIZE
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.parts.heat import legend
from pages._ui.parts.percent import fine_percent
from pages._ui.shell.i18n import t, term

STEP_NAMES: dict[str, tuple[Sentence, Sentence]] = {
    "drawing": ("Your drawing", "as you drew it"),
    "strokes": ("Your strokes", "in the middle, as large as can be"),
    "pen": ("A fitting pen", "an eighth of its size"),
    "box": ("Cut out", "only the ink, in a square"),
    "small": ("Made small", "to 20 × 20 pixels"),
    "centred": ("What it sees", "28 × 28, centred"),
}
_SQUARE = 6  # pixels: the side of the square that covers a part


def steps(prepared: Prepared) -> None:
    """Show what happened to a drawing before the network saw it."""
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


def looked_at(record: RunRecord, answer: Answer) -> None:
    """Show where the network finds what it needs for its answer, and lead to all that it looks like inside."""
    st.markdown(f"**{t('What it looked at')}**", help=term("occlusion"))
    found = explanations.occlusion(record.id, answer.image, _SQUARE, 0)
    drop = found.drop(answer.label)
    row, column = np.unravel_index(int(drop.argmax()), drop.shape)
    with st.container(width=340):
        gallery(
            [
                Tile(answer.image, t("What it sees")),
                Tile(
                    heat_image(drop, image=answer.image),
                    t("Needed for {name}", name=t(answer.name)),
                    t("costs up to {share:.1%}", share=max(drop.max(), 0)),
                    t("Most needed at row {row}, column {column}", row=int(row), column=int(column)),
                ),
            ],
            size="l",
        )
    legend(
        t("covering it costs probability of {name}", name=t(answer.name)),
        t("covering it helps {name}", name=t(answer.name)),
    )
    if abs(drop).max() < 0.01:
        st.caption(t("No square changes this probability by more than 1%: the network has more than one reason."))
    st.page_link(
        "explain.py",
        label=t("Look inside the network with this drawing"),
        icon=":material/psychology:",
        query_params={"run": record.id, "image": "drawing"},
    )


def demo(record: RunRecord, drawing: Drawing) -> None:
    """Show, if wanted, what the same network says when the whole canvas is shrunk."""
    wanted = st.toggle(
        t("What most demos do"),
        key="draw_demo",
        persist_state="session",
        help=t("They shrink the whole canvas to 28 × 28 pixels, so that place, size and pen width all matter."),
    )
    if not wanted:
        return
    raw = prepare_raw(paint_drawing(drawing, SIZE))
    probabilities = open_classifier(shared_store().files(record.id)).predict(raw.image[None])[0]
    best = int(probabilities.argmax())
    with st.container(width=280):
        gallery(
            [
                Tile(
                    raw.image,
                    t(
                        "{name}, {share} sure",
                        name=t(get_spec(record.config.data.dataset).class_names[best]),
                        share=fine_percent(probabilities[best]),
                    ),
                    t("the whole canvas, shrunk"),
                    t("The whole canvas, shrunk to 28 × 28 pixels"),
                )
            ],
            size="l",
        )

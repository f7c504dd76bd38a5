"""What was found in a picture, and how it was read."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_core.datasets import DatasetSpec
from mnist_core.drawing import Part
from mnist_core.inference import Reading
from mnist_core.photos import Found, with_boxes
from mnist_core.text import Sentence
from pages._ui.draw.correction import correction
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.parts.probability_bars import probability_bars
from pages._ui.reading.answers import marked, show_parts, show_reading
from pages._ui.shell.i18n import t

STEP_NAMES: dict[str, tuple[Sentence, Sentence]] = {
    "cut": ("Cut out", "the ink alone"),
    "pen": ("A fitting pen", "an eighth of its size"),
    "piece": ("Cut out", "without its ground, light and dark swapped"),
    "box": ("In a square", "as large as can be"),
    "small": ("Made small", "to 20 × 20 pixels"),
    "centred": ("What it sees", "28 × 28, centred"),
}
PICTURE_STEPS: dict[str, tuple[Sentence, Sentence]] = {
    "light": ("In even light", "shadows taken out"),
    "ink": ("Ink", "what is taken for writing"),
}


def show_writing(found: Found, reading: Reading, spec: DatasetSpec, right: DeltaGenerator) -> None:
    """Show what a network reads in a picture, where each digit or letter stands, and how sure it is."""
    names = [marked(answer) for answer in reading.answers]
    with right:
        show_reading(reading, spec.kind)
        st.image(
            with_boxes(dict(found.steps)["picture"], _boxes(found), names),
            alt=t(spec.kind.words.boxes, names=", ".join(names)),
            output_format="JPEG",
        )
    st.markdown(f"**{t('What was found')}**")
    show_parts(reading.answers, spec.kind)


def show_thing(found: Found, reading: Reading, spec: DatasetSpec, left: DeltaGenerator, right: DeltaGenerator) -> None:
    """Show what a network takes a thing for, and where it is in the picture."""
    with left:
        st.image(
            with_boxes(dict(found.steps)["picture"], _boxes(found), [""]),
            alt=t(spec.kind.words.boxes),
            output_format="JPEG",
            width=280,
        )
    with right:
        show_reading(reading, spec.kind)
        probability_bars(reading.answers[0].row, spec.class_names, key="photo_bars")


def _boxes(found: Found) -> list[tuple[int, int, int, int]]:
    return [part.box for part in found.parts if part.box is not None]


def show_steps(found: Found, reading: Reading, spec: DatasetSpec) -> None:
    """Show what happened to the picture before the network saw it, and ask whether the answer is right."""
    st.markdown(
        f"**{t('How your picture becomes 28 × 28 pixels')}**",
        help=t("The images that the network learned from were made in the same way, so this matters a lot."),
    )
    if len(found.steps) > 1:
        with st.container(horizontal=True, gap="medium"):
            for name, image in found.steps[1:]:
                title, detail = (t(words) for words in PICTURE_STEPS[name])
                st.image(image, caption=f"{title}: {detail}", alt=title, width=340, output_format="JPEG")
    chosen, n = 1, len(reading.answers)
    if spec.kind.several is not None and n > 1:
        chosen = st.slider(t(spec.kind.several.which), 1, n, key=f"photo_digit_{n}", width=340)
    answer = reading.answers[chosen - 1]
    _tiles(answer)
    correction(answer.image, answer.label, spec, "photo")


def _tiles(part: Part) -> None:
    with st.container(width=700):
        gallery(
            [
                Tile(image, t(STEP_NAMES[name][0]), t(STEP_NAMES[name][1]), t(STEP_NAMES[name][0]))
                for name, image in part.steps
            ],
            size="l",
        )

"""What was found in a picture, and how it was read."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_core.datasets import DatasetSpec
from mnist_core.drawing import Prepared
from mnist_core.evaluation import Answer
from mnist_core.photos import FoundClothes, FoundDigits, with_boxes
from mnist_core.store import RunRecord
from pages._ui.draw.answer import in_words, large_words
from pages._ui.draw.correction import correction
from pages._ui.draw.reading import Reading, read
from pages._ui.parts.components import answer
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.parts.percent import percent
from pages._ui.parts.probability_bars import probability_bars
from pages._ui.shell.i18n import t

STEP_NAMES = {
    "cut": ("Cut out", "one digit of the picture"),
    "pen": ("A fitting pen", "an eighth of the digit's size"),
    "piece": ("Cut out", "without its ground, light and dark swapped"),
    "box": ("In a square", "as large as can be"),
    "small": ("Made small", "to 20 × 20 pixels"),
    "centred": ("What it sees", "28 × 28, centred"),
}
PICTURE_STEPS = {
    "light": ("In even light", "shadows taken out"),
    "ink": ("Ink", "what is taken for writing"),
}


def show_digits(found: FoundDigits, record: RunRecord, spec: DatasetSpec, right: DeltaGenerator) -> list[int]:
    """Show the numbers that a run's network reads in a picture, where each digit stands, and how sure it is.

    Returns what it takes each of them for.
    """
    reading = read(record, tuple(digit.prepared for digit in found.digits))
    names = [spec.class_names[answer.label] for answer in reading.answers]
    marked = [name if answer.sure else f"{name}?" for name, answer in zip(names, reading.answers, strict=True)]
    with right:
        if len(names) == 1:
            answer(large_words(reading), in_words(reading.answers[0], spec))
        else:
            answer("  /  ".join(found.read(names)) + ("" if reading.sure else "?"), _how_sure(reading))
        st.image(
            with_boxes(dict(found.steps)["picture"], [digit.box for digit in found.digits], marked),
            alt=t("Your picture, with a box around each digit: {digits}", digits=", ".join(marked)),
            output_format="JPEG",
        )
    st.markdown(f"**{t('What was found')}**")
    gallery(
        [
            Tile(
                digit.prepared.image,
                name,
                _share(said),
                t("Digit {n}, read as {name}", n=index, name=name),
            )
            for index, (digit, name, said) in enumerate(
                zip(found.digits, marked, reading.answers, strict=True), start=1
            )
        ]
    )
    return [said.label for said in reading.answers]


def _how_sure(reading: Reading) -> str:
    least = min(answer.confidence for answer in reading.answers)
    doubtful = sum(not answer.sure for answer in reading.answers)
    words = t("{n} digits; of the least sure one {share}", n=len(reading.answers), share=percent(least))
    if not doubtful:
        return words
    return words + ". " + t("Not sure of those with a question mark: {n}.", n=doubtful)


def _share(answer: Answer) -> str:
    share = percent(answer.confidence)
    return t("{share} sure", share=share) if answer.sure else t("not sure, {share}", share=share)


def show_clothes(
    found: FoundClothes, record: RunRecord, spec: DatasetSpec, left: DeltaGenerator, right: DeltaGenerator
) -> list[int]:
    """Show what a run's network takes a piece of clothing for, which is returned, and where it is in the picture."""
    reading = read(record, (found.prepared,))
    with left:
        st.image(
            with_boxes(found.colours, [found.box], [""]),
            alt=t("Your picture, with a box around the piece of clothing"),
            output_format="JPEG",
            width=280,
        )
    with right:
        answer(large_words(reading), in_words(reading.answers[0], spec))
        probability_bars(reading.probabilities[0], spec.class_names, key="photo_bars")
    return [reading.answers[0].label]


def show_steps(found: FoundDigits | FoundClothes, answers: list[int], spec: DatasetSpec) -> None:
    """Show what happened to the picture before the network saw it, and ask whether the answer is right."""
    st.markdown(
        f"**{t('How your picture becomes 28 × 28 pixels')}**",
        help=t("The images that the network learned from were made in the same way, so this matters a lot."),
    )
    if isinstance(found, FoundClothes):
        _tiles(found.prepared)
        correction(found.prepared.image, answers[0], spec, "photo")
        return
    with st.container(horizontal=True, gap="medium"):
        for name, image in found.steps[1:]:
            title, detail = PICTURE_STEPS[name]
            st.image(image, caption=f"{t(title)}: {t(detail)}", alt=t(title), width=340, output_format="JPEG")
    chosen = 1
    if len(found.digits) > 1:
        chosen = st.slider(t("Which digit"), 1, len(found.digits), key=f"photo_digit_{len(found.digits)}", width=340)
    prepared = found.digits[chosen - 1].prepared
    _tiles(prepared)
    correction(prepared.image, answers[chosen - 1], spec, "photo")


def _tiles(prepared: Prepared) -> None:
    with st.container(width=700):
        gallery(
            [
                Tile(image, t(STEP_NAMES[name][0]), t(STEP_NAMES[name][1]), t(STEP_NAMES[name][0]))
                for name, image in prepared.steps
            ],
            size="l",
        )

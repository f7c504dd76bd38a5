"""What was found in a picture, and how it was read."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_core.datasets import DatasetSpec
from mnist_core.drawing import Prepared
from mnist_core.inference import classifier
from mnist_core.photos import FoundClothes, FoundDigits, with_boxes
from mnist_core.store import RunRecord, shared_store
from pages._ui.components import answer
from pages._ui.correction import correction
from pages._ui.gallery import Tile, gallery
from pages._ui.i18n import t
from pages._ui.percent import percent
from pages._ui.probability_bars import probability_bars

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
    probabilities = classifier(shared_store().files(record.id)).predict(found.images)
    answers: list[int] = probabilities.argmax(axis=1).tolist()
    names = [spec.class_names[index] for index in answers]
    sure = probabilities.max(axis=1).tolist()
    detail = t("one digit, {share} sure", share=percent(sure[0]))
    if len(sure) > 1:
        detail = t("{n} digits; of the least sure one {share}", n=len(sure), share=percent(min(sure)))
    with right:
        answer("  /  ".join(found.read(names)), detail)
        st.image(
            with_boxes(dict(found.steps)["picture"], [digit.box for digit in found.digits], names),
            alt=t("Your picture, with a box around each digit: {digits}", digits=", ".join(names)),
            output_format="JPEG",
        )
    st.markdown(f"**{t('What was found')}**")
    gallery(
        [
            Tile(
                digit.prepared.image,
                name,
                t("{share} sure", share=percent(share)),
                t("Digit {n}, read as {name}", n=index, name=name),
            )
            for index, (digit, name, share) in enumerate(zip(found.digits, names, sure, strict=True), start=1)
        ]
    )
    return answers


def show_clothes(
    found: FoundClothes, record: RunRecord, spec: DatasetSpec, left: DeltaGenerator, right: DeltaGenerator
) -> list[int]:
    """Show what a run's network takes a piece of clothing for, which is returned, and where it is in the picture."""
    probabilities = classifier(shared_store().files(record.id)).predict(found.prepared.image[None])[0]
    best = int(probabilities.argmax())
    with left:
        st.image(
            with_boxes(found.colours, [found.box], [""]),
            alt=t("Your picture, with a box around the piece of clothing"),
            output_format="JPEG",
            width=280,
        )
    with right:
        answer(t(spec.class_names[best]), t("{share} sure", share=percent(float(probabilities[best]))))
        probability_bars(probabilities, spec.class_names, key="photo_bars")
    return [best]


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

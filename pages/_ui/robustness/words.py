"""What the figures of the robustness page mean, in words."""

import streamlit as st

from mnist_core.evaluation.robustness import CORRUPTIONS, CorruptionSettings, Trial
from mnist_core.figures.robustness import Curves
from mnist_core.store import RunRecord
from mnist_core.text import Sentence, plain
from pages._ui.shell.i18n import t, term

MUCH = 0.1  # of accuracy: a loss that asks for an explanation
_MOVED: Sentence = "The images that it learned from are all centred, so it never had to look for them."
WHY: dict[str, Sentence] = {
    "scale": "The images that it learned from are all about the same size.",
    "rotation": "The images that it learned from all stand upright.",
    "shift_x": _MOVED,
    "shift_y": _MOVED,
    "occlusion": "What is hidden can't be read: it has to guess from the rest, as you would.",
    "blur": "It learned from sharp images. Blur spreads the ink over pixels that used to be dark.",
    "contrast": "It has learned how bright ink and ground are, not only where the ink is.",
    "inversion": "It has only ever seen light shapes on a black ground. It knows bright pixels, not shapes.",
    "noise": "It never saw noise, so it takes every bright pixel for ink.",
}


def lesson(settings: CorruptionSettings, now: Trial, untouched: Trial) -> None:
    """Say what the changes of all sliders together cost, and why where it is one that costs much."""
    if not settings.active:
        st.info(
            t("Nothing is changed yet. Move a slider: the network reads all {n:,} test images anew.", n=now.total),
            icon=":material/touch_app:",
        )
        return
    lost = untouched.accuracy - now.accuracy
    values = {"before": t.number(100 * untouched.accuracy, ".0f"), "after": t.number(100 * now.accuracy, ".0f")}
    if now.interval[0] <= untouched.accuracy <= now.interval[1]:
        words = t("It reads about as well as before: the difference could be chance.")
    elif lost < 0:
        words = t("It reads better than before: {after} of 100 images instead of {before}.", **values)
    else:
        words = t(
            "This costs **{points:.1f} points**: of 100 images it reads {after} instead of {before}.",
            points=100 * lost,
            **values,
        )
    if lost >= MUCH and len(settings.active) == 1:
        words += " " + t(WHY[next(iter(settings.active))])
    st.markdown(words)


def curve_words(curves: Curves, records: list[RunRecord], strength: float) -> None:
    """Say what the curves teach, at the slider's strength or where the first run begins to fail.

    Parameters
    ----------
    curves : sequence of (str, AccuracyCurve)
    records : list of RunRecord
        The runs of the curves.
    strength : float
        The slider's.
    """
    first = curves[0][1]
    corruption = CORRUPTIONS[first.corruption]
    if corruption.is_neutral(strength):
        strength = first.breaking_strength()
    index = first.nearest(strength)
    at = t(
        "{title} at {strength} {unit}:",
        title=t(corruption.title),
        strength=t.number(first.strengths[index], "g").replace("-", "−"),
        unit=t(corruption.unit),
    )
    lines = [
        t(
            "- **{name}**: {before:.1%} become {after:.1%}, {points} points",
            name=plain(name),
            before=curve.untouched,
            after=curve.accuracy[index],
            points=t.number(-100 * curve.lost(strength), "+.1f").replace("-", "−"),
        )
        for name, curve in curves
    ]
    st.markdown("\n".join([at, "", *lines]))
    if len(curves) > 1:
        _compare(curves, records, index)
    if first.lost(strength) >= MUCH:
        st.markdown(
            t(WHY[first.corruption]) + " " + t("Training with images changed like that would help."),
            help=term("data_augmentation"),
        )


def _compare(curves: Curves, records: list[RunRecord], index: int) -> None:
    """Say which run reads most at a strength, not which lost least, and whether that could be chance."""
    accuracy = [float(curve.accuracy[index]) for _, curve in curves]
    best, worst = accuracy.index(max(accuracy)), accuracy.index(min(accuracy))
    if curves[best][1].interval[0][index] <= curves[worst][1].interval[1][index]:
        st.markdown(t("Here their intervals overlap, so the difference could be chance."))
        return
    words = t(
        "Here **{best}** still reads more than **{worst}**, by {points:.1f} points: more than chance explains.",
        best=plain(curves[best][0]),
        worst=plain(curves[worst][0]),
        points=100 * (accuracy[best] - accuracy[worst]),
    )
    shifted = curves[0][1].corruption in ("shift_x", "shift_y")
    if shifted and _has_filters(records[best]) and not _has_filters(records[worst]):
        words += " " + t(
            "Its filters look for the same strokes everywhere; a dense layer has to learn every place by itself."
        )
    st.markdown(words, help=term("convolution") if shifted else None)


def _has_filters(record: RunRecord) -> bool:
    model = record.config.model
    return model.kind == "network" and any(layer.network == "convolutional" for layer in model.layers)

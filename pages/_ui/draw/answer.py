"""Draw: the answer in large type and in words."""

from html import escape

import streamlit as st

from mnist_core.datasets import DatasetSpec
from mnist_core.evaluation import Answer
from mnist_core.evaluation.robustness import USUAL_SURENESS
from mnist_core.store import RunRecord
from pages._ui.draw.reading import Reading, own_sureness
from pages._ui.parts.percent import percent
from pages._ui.shell.i18n import t, term

_HARDLY = 0.02  # what is less probable is hardly meant
_NOT_AT_ALL = 0.001


def show_answer(reading: Reading | None, spec: DatasetSpec) -> None:
    """Show what a network reads, or what to do where nothing is drawn."""
    if reading is None:
        words = t("Draw a digit from 0 to 9, or several") if spec.kind == "digits" else t("Draw a piece of clothing")
        _large("?", words, "")
        return
    if len(reading.answers) == 1:
        _large(large_words(reading), in_words(reading.answers[0], spec), reading.words)
        return
    doubts = [
        in_words(answer, spec, t("Digit {n}: ", n=n))
        for n, answer in enumerate(reading.answers, start=1)
        if not answer.sure
    ]
    least = min(answer.confidence for answer in reading.answers)
    sure = t("{n} digits; of the least sure one it is {share} sure.", n=len(reading.answers), share=percent(least))
    _large(large_words(reading), " ".join(doubts) or sure, reading.words)


def sure_line(record: RunRecord) -> None:
    """Say from which confidence on a network counts as sure."""
    own = own_sureness(record)
    if own is None:
        words = t(
            "Until its own border is known, this network counts as sure from {share} on.", share=percent(USUAL_SURENESS)
        )
    elif own <= 1:
        words = t("This network counts as sure from {share} on.", share=percent(own))
    else:
        words = t("This network is wrong too often to count as sure.")
    why = t(
        "From there on 99% of its answers are right about images that it did not learn from, turned and resized at "
        "random: they are about as hard as drawings."
    )
    st.caption(words, help=f"{why} {term('confidence')}")


def large_words(reading: Reading) -> str:
    """Return the answer as it stands in large type: two names where the network is not sure, a number with "?"."""
    if reading.sure:
        return reading.words
    if len(reading.answers) > 1:
        return reading.words + "?"
    first, second = (reading.spec.class_names[label] for label, _ in reading.answers[0].ranked[:2])
    return t("{first} or {second}?", first=first, second=second)


def in_words(answer: Answer, spec: DatasetSpec, begin: str = "") -> str:
    """Return an answer with its second and third choice as sentences, after the translated words `begin`."""
    (first, second, third) = ((spec.class_names[label], share) for label, share in answer.ranked)
    if not answer.sure:
        words = t(
            "Not sure: {first} ({share}) or perhaps {second} ({other}).",
            first=first[0],
            share=percent(first[1]),
            second=second[0],
            other=percent(second[1]),
        )
        return begin + words + (" " + _also(third) if third[1] >= _HARDLY else "")
    words = t("It is sure: {name} ({share}).", name=first[0], share=percent(first[1]))
    if second[1] < _NOT_AT_ALL:
        return begin + words + " " + t("Nothing else comes into question.")
    return " ".join([begin + words, _also(second), *([_also(third)] if third[1] >= _NOT_AT_ALL else [])])


def _also(choice: tuple[str, float]) -> str:
    name, share = choice
    sentence = "Perhaps {name} ({share})." if share >= _HARDLY else "Hardly {name} ({share})."
    return t(sentence, name=name, share=percent(share))


def _large(words: str, detail: str, best: str) -> None:
    """Show words in large type; a screen reader says them when they change."""
    long = " lab-long" if len(words) > 5 else ""
    st.html(
        f'<div class="lab-answer lab-reading{long}" role="status" aria-live="polite" data-best="{escape(best)}">'
        f"<strong>{escape(words)}</strong><span>{escape(detail)}</span></div>"
    )

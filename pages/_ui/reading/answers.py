"""What a network says to a drawing or picture, in the same words on all pages: in large type, digit by digit."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from mnist_core.config.kinds import ImageKind
from mnist_core.inference import USUAL_SURENESS, Answer, Reading
from mnist_core.store import RunRecord
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.parts.percent import percent
from pages._ui.reading.networks import own_sureness
from pages._ui.shell.i18n import class_words, t, term

_HARDLY = 0.02  # what is less probable is hardly meant
_NOT_AT_ALL = 0.001
_MOST_DOUBTS = 2  # that are told one by one


def show_reading(reading: Reading, kind: ImageKind) -> None:
    """Show what a network reads, and how sure it is."""
    several = kind.several
    if several is None or len(reading.answers) == 1:
        in_large_type(large_words(reading), in_words(reading.answers[0]), reading.words)
        return
    doubts = [
        in_words(answer, t(several.nth, n=n) + ": ")
        for n, answer in enumerate(reading.answers, start=1)
        if not answer.sure
    ]
    detail = t(several.least, n=len(reading.answers), share=percent(reading.least))
    if len(doubts) > _MOST_DOUBTS:
        detail += " " + t("Not sure of those with a question mark: {n}.", n=len(doubts))
    elif doubts:
        detail = " ".join(doubts)
    in_large_type(large_words(reading), detail, reading.words)


def in_large_type(words: str, detail: str, best: str = "") -> None:
    """Show words in large type and some below; a screen reader says them when they change."""
    long = " lab-long" if len(words) > 5 else ""
    st.html(
        f'<div class="lab-reading{long}" role="status" aria-live="polite" data-best="{escape(best)}">'
        f"<strong>{escape(words)}</strong><span>{escape(detail)}</span></div>"
    )


def sure_line(record: RunRecord) -> None:
    """Say from which confidence on a network counts as sure."""
    own = own_sureness(record)
    if own is None:
        words = t(
            "Until its own threshold is measured, this network counts as sure from {share} on.",
            share=percent(USUAL_SURENESS),
        )
    elif own <= 1:
        words = t("This network counts as sure from {share} on.", share=percent(own))
    else:
        words = t("This network is wrong too often to count as sure.")
    why = t(
        "Above that 99% of its answers are right, measured on images that it did not learn from. They were turned and "
        "resized at random, so they are about as hard as drawings."
    )
    st.caption(words, help=f"{why} {term('confidence')}")


def large_words(reading: Reading) -> str:
    """Return the answer as it stands in large type: two names where the network is not sure, a number with "?"."""
    if reading.sure or len(reading.answers) > 1:
        return "  /  ".join(class_words(reading.lines)) + ("" if reading.sure else "?")
    (first, _), (second, _) = _ranked(reading.answers[0])[:2]
    return t("{first} or {second}?", first=first, second=second)


def in_words(answer: Answer, begin: str = "") -> str:
    """Return an answer with its second and third choice as sentences, after the translated words `begin`."""
    first, second, third = _ranked(answer)
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
        return begin + words + " " + t("Nothing else comes close.")
    return " ".join([begin + words, _also(second), *([_also(third)] if third[1] >= _NOT_AT_ALL else [])])


def _ranked(answer: Answer) -> list[tuple[str, float]]:
    """Return the first choices with their probabilities, in the visitor's language."""
    return [(t(name), share) for name, share in answer.ranked]


def marked(answer: Answer) -> str:
    """Return the name of an answer, with a question mark where the network is not sure."""
    return t(answer.name) if answer.sure else f"{t(answer.name)}?"


def show_parts(answers: Sequence[Answer], kind: ImageKind) -> None:
    """Show the parts of a picture as the network sees them, each with its answer."""
    gallery(
        [
            Tile(answer.image, marked(answer), _share(answer), _read_as(marked(answer), n, kind))
            for n, answer in enumerate(answers, start=1)
        ]
    )


def _read_as(name: str, number: int, kind: ImageKind) -> str:
    if kind.several is None:
        return t("Read as {name}", name=name)
    return t("{which}, read as {name}", which=t(kind.several.nth, n=number), name=name)


def choose_part(reading: Reading, kind: ImageKind, key: str) -> Answer:
    """Show the digits of a number that was drawn; return the one that is looked at closer, the first one at first."""
    answers, several = reading.answers, kind.several
    if several is None or len(answers) == 1:
        return answers[0]
    show_parts(answers, kind)
    chosen: int = st.segmented_control(
        t("Look closer at"),
        list(range(len(answers))),
        format_func=lambda part: t(several.small, n=part + 1),
        default=0,
        required=True,
        key=f"{key}_{len(answers)}",
        help=term("confidence"),
    )
    return answers[chosen]


def _share(answer: Answer) -> str:
    share = percent(answer.probability)
    return t("{share} sure", share=share) if answer.sure else t("not sure, {share}", share=share)


def _also(choice: tuple[str, float]) -> str:
    name, share = choice
    perhaps = share >= _HARDLY
    return t("Perhaps {name} ({share})." if perhaps else "Hardly {name} ({share}).", name=name, share=percent(share))

"""What is true of every network that learned from a dataset: what it must not be trusted with.

The sentences are English; the card translates them.
"""

from mnist_core.config import RunConfig
from mnist_core.text import Sentence

_NOT_FOR: tuple[Sentence, ...] = (
    "Anything where a mistake harms somebody: cheques, forms, exams, medical or official documents.",
    "Several digits or things in one picture: it always answers with one class for the whole picture.",
    "Anything that is none of its classes, such as letters or an empty page: it has no answer “none of these” and may "
    "name one of its classes with high confidence.",
    "Telling who wrote or wears something.",
)
_STROKES: Sentence = "It also learned from people in Turkey who wrote with a stylus, which makes up for a part of this."
_FINE_TUNED: Sentence = (
    "It was fine-tuned on one person's handwriting. The figures below are from the public test set and say nothing "
    "about that person's, or anybody else's, drawings."
)


def out_of_scope() -> tuple[Sentence, ...]:
    """Return what no network of these should be used for."""
    return _NOT_FOR


def limits(config: RunConfig) -> tuple[Sentence, ...]:
    """Return what is known to be one-sided about what a network learned from."""
    found = config.spec.limits
    if config.data.pen_strokes:
        found += (_STROKES,)
    if config.fine_tune is not None:
        found += (_FINE_TUNED,)
    return found

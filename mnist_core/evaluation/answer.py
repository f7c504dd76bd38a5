"""One prediction as an answer that can be said in words."""

from dataclasses import dataclass

import numpy as np

from mnist_core.evaluation.matrix import Probabilities

_THIRD = 3


@dataclass(frozen=True)
class Answer:
    """What a network says to one image.

    Attributes
    ----------
    ranked : tuple of (int, float)
        The three most probable classes with their probabilities, the most probable first.
    sure : bool
        Whether it is so sure that this may be given as an answer.
    """

    ranked: tuple[tuple[int, float], ...]
    sure: bool

    @property
    def label(self) -> int:
        """The most probable class."""
        return self.ranked[0][0]

    @property
    def confidence(self) -> float:
        """Its probability."""
        return self.ranked[0][1]


def read_answer(probabilities: Probabilities, sure_from: float) -> Answer:
    """Return the answer that probabilities of shape (classes,) give; `sure_from` is the least confidence for it."""
    best = np.argsort(-probabilities, kind="stable")[:_THIRD]
    ranked = tuple((int(label), float(probabilities[label])) for label in best)
    return Answer(ranked, ranked[0][1] >= sure_from)

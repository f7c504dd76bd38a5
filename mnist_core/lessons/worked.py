"""Cross-entropy worked out by hand, as the tutorials do it."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class CrossEntropy:
    """One example: what the network says, what is right, and the loss of it.

    Attributes
    ----------
    said : tuple of float
        Probabilities of the classes.
    right : tuple of int
        The label as one-hot: 1 for the right class.
    parts : tuple of float
        Minus the logarithm of each probability times its 1 or 0.
    loss : float
        Their sum, in nats.
    """

    said: tuple[float, ...]
    right: tuple[int, ...]
    parts: tuple[float, ...]
    loss: float


def categorical(said: tuple[float, ...], right: int) -> CrossEntropy:
    """Return the cross-entropy of an answer: only the probability of the right class counts.

    Parameters
    ----------
    said : tuple of float
        Above 0, with the sum 1.
    right : int
        Index of the right class.
    """
    one_hot = tuple(int(index == right) for index in range(len(said)))
    parts = tuple(-math.log(share) * one for share, one in zip(said, one_hot, strict=True))
    return CrossEntropy(said, one_hot, parts, sum(parts))


def binary(said: float, positive: bool) -> float:
    """Return the binary cross-entropy where a network says so much, 0 to 1, for yes: -log(p), or -log(1 - p) for no."""
    return -math.log(said if positive else 1.0 - said)

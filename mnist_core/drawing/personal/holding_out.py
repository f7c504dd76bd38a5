"""Which drawings a network does not learn from, so that they can judge it."""

import numpy as np
import numpy.typing as npt

ENOUGH = 3
"""From so many drawings of a class on, some are held back."""
EVERY = 4
"""Of a class with enough drawings, every fourth after the first that is held back."""


def holds_next(known: int, held: int) -> bool:
    """Return whether the next drawing of a class is held back.

    Parameters
    ----------
    known : int
        How many there are of the class.
    held : int
        How many of those are held back.
    """
    return known + 1 >= ENOUGH + EVERY * held


def held_out(labels: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Choose of drawings that come one after the other: the third, seventh, eleventh and so on of each class.

    By their order and not at random, so one that was learned from is not held back when others are added. Whoever
    keeps drawings writes it down with each, as others may be deleted: a network that was fine-tuned may be fine-tuned
    again and is still judged by drawings that it does not know.

    Parameters
    ----------
    labels : ndarray of shape (n,), uint8
        Oldest first.

    Returns
    -------
    ndarray of shape (n,), bool
        True for those that are held back; of a class with fewer than three drawings none.
    """
    chosen = np.zeros(len(labels), dtype=bool)
    for place, label in enumerate(labels):
        same = labels[:place] == label
        chosen[place] = holds_next(int(same.sum()), int((same & chosen[:place]).sum()))
    return chosen

"""Which drawings a network does not learn from, so that they can judge it."""

import numpy as np
import numpy.typing as npt

ENOUGH = 3
"""From so many drawings of a class on, some are held back."""
EVERY = 4
"""Of a class with enough drawings, every fourth after the first that is held back."""


def held_out(labels: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Choose the third, seventh, eleventh and so on of each class: a quarter, at least one of three.

    By their order and not at random: as long as drawings are only added, one that was learned from is
    never held back later. So a network that was fine-tuned may be fine-tuned again and is still judged
    by drawings that it does not know.

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
    for label in np.unique(labels):
        chosen[np.flatnonzero(labels == label)[ENOUGH - 1 :: EVERY]] = True
    return chosen

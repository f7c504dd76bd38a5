"""What a network reads before it learned more, and afterwards. NumPy only."""

from dataclasses import dataclass

from mnist_core.evaluation.comparison import compare
from mnist_core.evaluation.matrix import Labels, Probabilities
from mnist_core.evaluation.significance import wilson_interval


@dataclass(frozen=True)
class Change:
    """Right answers about the same samples before and afterwards.

    Attributes
    ----------
    before, after : int
        How many were right.
    total : int
    p_value : float
        Chance of a difference at least this large by luck alone; see `Comparison.p_value`.
    """

    before: int
    after: int
    total: int
    p_value: float

    @property
    def interval_before(self) -> tuple[float, float]:
        """95 % interval of the share of right answers before."""
        return wilson_interval(self.before, self.total)

    @property
    def interval_after(self) -> tuple[float, float]:
        """95 % interval of the share of right answers afterwards."""
        return wilson_interval(self.after, self.total)


def change(before: Probabilities, after: Probabilities, labels: Labels) -> Change:
    """Compare what was said before and afterwards.

    Parameters
    ----------
    before, after : ndarray of shape (n, classes)
        Probabilities.
    labels : ndarray of shape (n,), int
    """
    found = compare(before, after, labels)
    return Change(found.both + len(found.only_first), found.both + len(found.only_second), len(labels), found.p_value)

"""Gradient descent with one weight on real images: every step can be done again by hand."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

START = -2.0
"""Where the weight begins."""
STEPS = 20
RATES = (0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 1.0, 1.3, 1.6, 1.9, 2.2, 2.5, 3.0, 4.0, 6.0)
"""Learning rates to choose from."""
_CRAWL = 0.9  # of the distance is left after a step: ten steps leave a third
_STILL = 1e-3  # of the first distance from the bottom: a shorter step is not seen


class Rolling(StrEnum):
    """What steps of a learning rate do: it follows from the share of the distance that a step leaves."""

    CRAWLS = "crawls"  # more than 0.9
    CONVERGES = "converges"  # 0 to 0.9
    OVERSHOOTS = "overshoots"  # -1 to 0: the other side, nearer
    DIVERGES = "diverges"  # -1 or less: the other side, no nearer


@dataclass(frozen=True)
class OneWeight:
    """A unit with one weight and one input: a pixel's ink times the weight should be 1 for one class and 0 for another.

    The loss is the mean squared error, so its curve is a parabola.

    Attributes
    ----------
    row, column : int
        Of the pixel, from 0.
    zero, one : int
        The classes, places of the dataset's names.
    ink : ndarray of shape (n,), float64
        Of that pixel in each image, 0 to 1.
    target : ndarray of shape (n,), float64
        What should come out: 0 or 1.
    """

    row: int
    column: int
    zero: int
    one: int
    ink: Values
    target: Values

    def loss(self, weight: float) -> float:
        """Return the mean of (weight x ink - target) squared."""
        return float(((weight * self.ink - self.target) ** 2).mean())

    def gradient(self, weight: float) -> float:
        """Return by how much the loss rises for each unit that the weight grows."""
        return float((2 * self.ink * (weight * self.ink - self.target)).mean())

    @property
    def curvature(self) -> float:
        """By how much the gradient grows with the weight: the same everywhere."""
        return float(2 * (self.ink**2).mean())

    @property
    def best(self) -> float:
        """The weight at the bottom of the valley."""
        return float((self.ink * self.target).mean() / (self.ink**2).mean())

    def left(self, rate: float) -> float:
        """Return which share of the distance to the bottom a step leaves; below 0 it lands on the other side."""
        return 1.0 - rate * self.curvature

    def rolling(self, rate: float) -> Rolling:
        """Return what steps of a learning rate do."""
        left = self.left(rate)
        if left <= -1:
            return Rolling.DIVERGES
        if left < 0:
            return Rolling.OVERSHOOTS
        return Rolling.CONVERGES if left <= _CRAWL else Rolling.CRAWLS

    def steps(self, rate: float, start: float = START, count: int = STEPS) -> Values:
        """Return the weight at the start and after each step of gradient descent, of shape (count + 1,)."""
        weights = [start]
        for _ in range(count):
            weights.append(weights[-1] - rate * self.gradient(weights[-1]))
        return np.array(weights)

    def losses(self, weights: Values) -> Values:
        """Return the loss of each of some weights."""
        return np.array([self.loss(weight) for weight in weights])

    def is_seen(self, weight: float) -> bool:
        """Return whether a weight lies in the window."""
        low, high = self.window
        return low <= weight <= high

    def last_step(self, rate: float) -> int:
        """Return the step at which there is nothing more to see: the ball lies still, has left, or is tired."""
        weights = self.steps(rate)
        still = np.abs(np.diff(weights)) < _STILL * abs(START - self.best)
        over = [step for step in range(STEPS) if still[step] or not self.is_seen(weights[step])]
        return max(1, min(over, default=STEPS))

    def next_step(self, rate: float, step: int) -> int:
        """Return the step after one, while there is something to see."""
        return min(step + 1, self.last_step(rate))

    @property
    def window(self) -> tuple[float, float]:
        """The weights between which one looks: the bottom is in the middle, and the start well within."""
        half = 1.5 * abs(self.best - START)
        return self.best - half, self.best + half

    def curve(self, points: int = 81) -> tuple[Values, Values]:
        """Return weights across the window, and their losses."""
        weights = np.linspace(*self.window, points)
        return weights, self.losses(weights)


def one_weight(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.integer]) -> OneWeight:
    """Return the one weight that has most to say about some images: its pixel tells two classes apart best.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), uint8
    labels : ndarray of shape (n,), int
        Of at least two classes.
    """
    present = np.unique(labels)
    means = np.stack([images[labels == label].mean(axis=0) for label in present])
    # For each pixel the class with least ink and that with most; the pixel where these are furthest apart.
    apart = means.max(axis=0) - means.min(axis=0)
    row, column = map(int, np.unravel_index(apart.argmax(), apart.shape))
    zero, one = (int(present[choose(means[:, row, column])]) for choose in (np.argmin, np.argmax))
    both = np.isin(labels, (zero, one))
    return OneWeight(row, column, zero, one, images[both, row, column] / 255.0, (labels[both] == one).astype(float))

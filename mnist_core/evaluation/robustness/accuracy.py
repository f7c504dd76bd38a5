"""Accuracy on corrupted images."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.evaluation import wilson_interval
from mnist_core.evaluation.robustness.corruptions import CORRUPTIONS, Images
from mnist_core.evaluation.robustness.settings import CorruptionSettings

Labels = npt.NDArray[np.integer]
Predict = Callable[[Images], npt.NDArray[np.float32]]
"""Gives probabilities of shape (n, classes) for images: the method of a `mnist_core.inference.Classifier`."""

SUBSET_SIZE = 1000
SUBSET_SEED = 0


def balanced_subset(labels: Labels, size: int = SUBSET_SIZE, seed: int = SUBSET_SEED) -> npt.NDArray[np.int64]:
    """Return the indices of a random subset that holds each class equally often.

    Parameters
    ----------
    labels : ndarray of shape (n,), int
    size : int
        How many images at most: a class with too few images makes all classes' shares as small.
    seed : int

    Returns
    -------
    ndarray of int64
        The classes take turns: one image of each class, then the next one of each.
    """
    rng = np.random.default_rng(seed)
    classes = [rng.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)]
    each = min([len(indices) for indices in classes] + [size // max(len(classes), 1)])
    return np.array([indices[:each] for indices in classes], np.int64).T.ravel()


@dataclass(frozen=True)
class Trial:
    """What a network says to corrupted images.

    Attributes
    ----------
    images : ndarray of shape (n, 28, 28), uint8
        As the network saw them.
    probabilities : ndarray of shape (n, classes), float32
    right, total : int
        How many answers are right, of how many.
    """

    images: Images
    probabilities: npt.NDArray[np.float32]
    right: int
    total: int

    @property
    def accuracy(self) -> float:
        """Share of right answers, 0 to 1."""
        return self.right / self.total if self.total else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of the accuracy, with 95 % confidence."""
        return wilson_interval(self.right, self.total)


def try_out(
    predict: Predict, images: Images, labels: Labels, settings: CorruptionSettings, seed: int = SUBSET_SEED
) -> Trial:
    """Corrupt images and let a network name them.

    Parameters
    ----------
    predict : callable
    images : ndarray of shape (n, 28, 28), uint8
    labels : ndarray of shape (n,), int
    settings : CorruptionSettings
    seed : int
        Of the corruptions that are random.
    """
    corrupted = settings.apply(images, seed)
    probabilities = predict(corrupted)
    return Trial(corrupted, probabilities, int((probabilities.argmax(axis=1) == labels).sum()), len(labels))


@dataclass(frozen=True)
class AccuracyCurve:
    """Accuracy against the strength of one corruption, all others neutral.

    Attributes
    ----------
    corruption : str
        Id.
    strengths : ndarray of shape (k,), float64
        Rising.
    right : ndarray of shape (k,), int64
        How many answers were right at each strength.
    total : int
        Of how many images.
    """

    corruption: str
    strengths: npt.NDArray[np.float64]
    right: npt.NDArray[np.int64]
    total: int

    @property
    def accuracy(self) -> npt.NDArray[np.float64]:
        """Share of right answers at each strength, 0 to 1."""
        return self.right / self.total

    @property
    def interval(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Low and high ends of Wilson's intervals with 95 % confidence."""
        return wilson_interval(self.right, self.total)

    def nearest(self, strength: float) -> int:
        """Return the index of the strength nearest to a given one."""
        return int(np.abs(self.strengths - strength).argmin())

    @property
    def untouched(self) -> float:
        """Accuracy at the neutral strength, 0 to 1."""
        return float(self.accuracy[self.nearest(CORRUPTIONS[self.corruption].neutral)])

    def lost(self, strength: float) -> float:
        """Return how much accuracy is lost at the strength nearest to a given one, -1 to 1."""
        return self.untouched - float(self.accuracy[self.nearest(strength)])

    def breaking_strength(self, points: float = 0.1) -> float:
        """Return the strength nearest to the neutral one that costs so much accuracy, else the one that costs most."""
        lost = self.untouched - self.accuracy
        enough = lost >= points if (lost >= points).any() else lost == lost.max()
        distance = np.abs(self.strengths - CORRUPTIONS[self.corruption].neutral)
        return float(self.strengths[np.where(enough, distance, np.inf).argmin()])


def accuracy_curve(
    report: Callable[[float], None],
    predict: Predict,
    images: Images,
    labels: Labels,
    corruption_id: str,
    seed: int = SUBSET_SEED,
) -> AccuracyCurve:
    """Return the accuracy at every strength of one corruption, as `try_out` gives it.

    Parameters
    ----------
    report : callable
        Told the share that is done, 0 to 1.
    predict, images, labels, seed
        As in `try_out`.
    corruption_id : str
        One of `CORRUPTIONS`.
    """
    strengths = CORRUPTIONS[corruption_id].strengths()
    right = []
    for strength in strengths:
        settings = CorruptionSettings().changed(corruption_id, strength)
        right.append(try_out(predict, images, labels, settings, seed).right)
        report(len(right) / len(strengths))
    return AccuracyCurve(corruption_id, np.array(strengths), np.array(right, np.int64), len(labels))

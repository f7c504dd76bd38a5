"""What there is to see of a network while it learns: a few images whose answers change, and how many are right.

All of it follows from the moments of a film, so everybody sees the same, at each look and in each app.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.evaluation.matrix import ConfusionMatrix
from mnist_core.film.reader import Film

WATCHED = 12
"""Most images that are shown one by one."""
_COME = 4  # most of them that give way at a moment, so that the others can be followed
_FULL = 0.98  # share of weights below full colour
_RESTS = 2  # moments after which an image whose answer stayed right gives way to one whose answer changes

Answers = npt.NDArray[np.floating]


@dataclass(frozen=True)
class WatchedImage:
    """One of the images that are shown one by one.

    Attributes
    ----------
    place : int
        Among the fixed images.
    label : int
        What it is.
    answer, before : int
        What the network says at the last moment, and what it said at the one before.
    share : float
        Probability of `answer`, 0 to 1.
    way : tuple of float
        Probability of the right answer at each moment, 0 to 1.
    """

    place: int
    label: int
    answer: int
    before: int
    share: float
    way: tuple[float, ...]

    @property
    def is_right(self) -> bool:
        """Whether the last answer is the right one."""
        return self.answer == self.label


@dataclass(frozen=True)
class Inside:
    """What the last moment of a film shows.

    Attributes
    ----------
    epoch : float
        Of the newest moment that is kept, when all images were asked: `right`, `gained` and `matrix` are of it.
    right, of : int
        How many of the fixed images with kept answers are right, and how many there are.
    gained : int or None
        How many more that are than at the moment before; None where there was none, or it is not known.
    images : tuple of WatchedImage
        An image keeps its place for as long as it is among them. Empty where it is not known what the images are.
    matrix : ConfusionMatrix
        Of the newest moment that was judged by as many images as the film is.
    pictures : ndarray of shape (n, height, width), float16
        Weights of the first layer: see `mnist_core.film.keyframe.first_pictures`.
    limit : float
        Below this are nearly all their absolute values: a single large one would hide the rest.
    """

    epoch: float
    right: int
    of: int
    gained: int | None
    images: tuple[WatchedImage, ...]
    matrix: ConfusionMatrix
    pictures: npt.NDArray[np.float16]
    limit: float


def look_inside(film: Film, labels: npt.NDArray[np.integer] | None) -> Inside:
    """Return what the last moment of a film shows.

    Parameters
    ----------
    film : Film
        With at least one moment that is kept.
    labels : ndarray of shape (n,), int, or None
        Of the fixed images, in their order (see `mnist_core.film.images`); None where they are not at hand.

    Raises
    ------
    ArtifactMissingError
        If the pictures are gone or damaged.
    """
    kept = len(film) - film.passes
    matrix, pictures = film.matrix(kept - 1), film.pictures(len(film) - 1)
    limit = float(np.quantile(np.abs(pictures.astype(np.float32)), _FULL)) if pictures.size else 0.0
    right, of, gained, images = (
        (matrix.right, matrix.total, None, ()) if labels is None else _answers(film, np.asarray(labels, np.int64), kept)
    )
    return Inside(film.moments[kept - 1].epoch, right, of, gained, images, matrix, pictures, limit)


def _answers(
    film: Film, labels: npt.NDArray[np.int64], kept: int
) -> tuple[int, int, int | None, tuple[WatchedImage, ...]]:
    """Return how many answers are right, of how many, how many more than before, and those to watch."""
    moments = [film.answers(place).astype(np.float32) for place in range(len(film))]
    said = np.array([answers.argmax(axis=1) for answers in moments])
    known = labels[: said.shape[1]]
    right = (said[:kept] == known).sum(axis=1)  # a passing moment says something new of the watched images alone
    # A passing moment is gone with the next one, so it moves no image.
    images = tuple(_watched(place, known, moments, said) for place in watched_places(moments[:kept], known))
    return int(right[-1]), len(known), int(right[-1] - right[-2]) if len(right) > 1 else None, images


def _watched(
    place: int, labels: npt.NDArray[np.int64], moments: Sequence[Answers], said: npt.NDArray[np.int64]
) -> WatchedImage:
    answer, label = int(said[-1, place]), int(labels[place])
    return WatchedImage(
        place,
        label,
        answer,
        int(said[-2:, place][0]),
        float(moments[-1][place, answer]),
        tuple(float(answers[place, label]) for answers in moments),
    )


def watched_places(moments: Sequence[Answers], labels: npt.NDArray[np.integer]) -> list[int]:
    """Return which images to watch: first those that are wrong, then, one by one, those whose answers change.

    An image keeps its place until its answer has been right for a while, and another one's changes.

    Parameters
    ----------
    moments : sequence of ndarray of shape (n, classes)
        Probabilities at each moment, in their order.
    labels : ndarray of shape (n,), int

    Returns
    -------
    list of int
        Places of at most `WATCHED` images.
    """
    said = np.array([answers.argmax(axis=1) for answers in moments])
    right = said == labels
    chosen: list[int] = np.argsort(right[0], kind="stable")[:WATCHED].tolist()
    for now in range(1, len(moments)):
        changed = said[now] != said[now - 1]
        rise = np.abs(moments[now] - moments[now - 1]).max(axis=1)
        # What turned right comes first, then what changed most.
        order = np.lexsort((-rise, ~(changed & right[now])))
        coming = [place for place in order.tolist() if changed[place] and place not in chosen]
        since = max(0, now - _RESTS)
        rested = [place for place in chosen if right[since : now + 1, place].all()]
        for old, new in zip(rested, coming[:_COME], strict=False):
            chosen[chosen.index(old)] = new
    return chosen

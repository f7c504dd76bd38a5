"""What a network said to one image at every kept moment, and since when it says so."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.film.reader import Film, Moment


@dataclass(frozen=True)
class ImageHistory:
    """Answers to one image, in the order of training.

    Attributes
    ----------
    moments : tuple of Moment
        Those whose weights were kept.
    rows : ndarray of shape (moments, classes), float32
        Probabilities.
    """

    moments: tuple[Moment, ...]
    rows: npt.NDArray[np.float32]

    @property
    def answers(self) -> npt.NDArray[np.int64]:
        """The most probable class at each moment."""
        best: npt.NDArray[np.int64] = self.rows.argmax(axis=1)
        return best

    def since(self) -> int | None:
        """Return the place of the first moment from which on the answer is the one it ends with; None of no moment."""
        if not self.moments:
            return None
        others = np.flatnonzero(self.answers != self.answers[-1])
        return int(others[-1]) + 1 if others.size else 0


def history_of(report: Callable[[float], None], film: Film, image: npt.NDArray[np.uint8]) -> ImageHistory:
    """Return what the network said to an image of shape (28, 28), grey values from 0 to 255.

    Parameters
    ----------
    report : callable
        Gets the share that is done, as of `mnist_core.system.background`.
    film : Film
    image : ndarray

    Raises
    ------
    ArtifactMissingError
        If a moment's weights are gone or damaged.
    """
    places = [place for place, moment in enumerate(film.moments) if moment.has_weights]
    rows = []
    for done, place in enumerate(places, start=1):
        rows.append(film.predict(place, image[None])[0])
        report(done / len(places))
    classes = film.answers(0).shape[1] if len(film) else 0
    return ImageHistory(
        tuple(film.moments[place] for place in places), np.reshape(rows, (len(rows), classes)).astype("f4")
    )

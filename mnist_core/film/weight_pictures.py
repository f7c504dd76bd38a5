"""First-layer weights at every moment as small whole numbers, for a page that paints them by itself."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.film.reader import Film

MOST_PICTURES = 32
"""So many are shown: 24 moments of them are 600 kB."""
_FULL = 0.98  # of all weights at the end are below full colour: a single large one would hide the rest
_STEPS = 127
_LARGEST = float(np.finfo(np.float16).max)


@dataclass(frozen=True)
class FilmPictures:
    """Weights of the first units or filters, at every moment of a film on one scale, so that it is seen how they grow.

    Attributes
    ----------
    values : ndarray of shape (moments, n, height, width), int8
        -127 to 127 for weights from ``-limit`` to ``limit``, and beyond.
    limit : float
        The weight that has full colour.
    """

    values: npt.NDArray[np.int8]
    limit: float


def film_pictures(film: Film) -> FilmPictures | None:
    """Return the pictures of a film; None where the first layer sees no picture.

    Raises
    ------
    ArtifactMissingError
        If a moment's file is gone or damaged.
    """
    weights = np.stack([film.pictures(place)[:MOST_PICTURES] for place in range(len(film))]).astype(np.float32)
    if not weights.size:
        return None
    weights = np.nan_to_num(np.clip(weights, -_LARGEST, _LARGEST))  # a training may diverge
    limit = float(np.quantile(np.abs(weights[-1]), _FULL)) or 1.0
    steps = np.clip(np.rint(weights * (_STEPS / limit)), -_STEPS, _STEPS)
    return FilmPictures(steps.astype(np.int8), limit)

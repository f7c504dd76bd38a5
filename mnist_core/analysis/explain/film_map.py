"""How the last hidden layer arranged images at every moment of a film, all in one plane, so that points move.

The plane is the one in which the images spread most at the end of the film: see `principal_axes`. Where a moment kept
no weights, what is told of it is of the newest moment before it that did.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.analysis.explain.plane import PrincipalAxes, principal_axes
from mnist_core.film import Film

Report = Callable[[float], None]
_Seen = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]  # what the hidden layer makes of images, and answers


@dataclass(frozen=True)
class FilmMap:
    """The same images at every moment.

    Attributes
    ----------
    axes : PrincipalAxes
        Of the last moment whose numbers are all finite.
    points : ndarray of shape (moments, n, 2), float32
        NaN where no weights were kept up to then, or where the numbers are too large to tell.
    """

    axes: PrincipalAxes
    points: npt.NDArray[np.float32]

    def place(self, hidden: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return where an image is at every moment, of shape (moments, 2), from numbers as `Followed.hidden`."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self.axes.points(hidden).astype(np.float32)


@dataclass(frozen=True)
class Followed:
    """One image at every moment.

    Attributes
    ----------
    rows : ndarray of shape (moments, classes), float32
        Probabilities; NaN where no weights were kept up to then.
    hidden : ndarray of shape (moments, d), float32
        What went into the last layer: see `KeptWeights.seen`.
    """

    rows: npt.NDArray[np.float32]
    hidden: npt.NDArray[np.float32]


def film_map(report: Report, film: Film, images: npt.NDArray[np.uint8]) -> FilmMap | None:
    """Return the map of images of shape (n, 28, 28) at every moment; None where nothing of it is known.

    Parameters
    ----------
    report : callable
        Gets the share that is done, as of `mnist_core.system.background`.
    film : Film
    images : ndarray
        At least two.

    Raises
    ------
    ArtifactMissingError
        If a moment's weights are gone or damaged.
    """
    found = _at_every_moment(report, film, images)
    finite = [place for place, (hidden, _) in found.items() if np.isfinite(hidden).all()]
    if not finite:
        return None
    axes = principal_axes(found[finite[-1]][0])
    points = {place: axes.points(found[place][0]) for place in finite}
    unknown = np.full((len(images), 2), np.nan)
    placed = [unknown if place is None else points.get(place, unknown) for place in film.spoken_by]
    return FilmMap(axes, np.stack(placed).astype(np.float32))


def follow(report: Report, film: Film, image: npt.NDArray[np.uint8]) -> Followed | None:
    """Return what became of an image of shape (28, 28) at every moment; None, and raises, as `film_map`."""
    found = _at_every_moment(report, film, image[None])
    if not found:
        return None
    first, answers = next(iter(found.values()))
    unknown = np.full_like(first, np.nan), np.full_like(answers, np.nan)
    hidden, rows = zip(*(unknown if place is None else found[place] for place in film.spoken_by), strict=True)
    return Followed(np.concatenate(rows), np.concatenate(hidden))


def _at_every_moment(report: Report, film: Film, images: npt.NDArray[np.uint8]) -> dict[int, _Seen]:
    """Return what the last hidden layer made of images, and what the network said, by the moments with weights."""
    places = [place for place, moment in enumerate(film.moments) if moment.has_weights]
    found: dict[int, _Seen] = {}
    for place in places:
        found[place] = film.seen(place, images)
        report(len(found) / len(places))
    return found

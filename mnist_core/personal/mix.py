"""What a network learns from when it is taught: a visitor's drawings, varied, among images that it knows."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.personal.drawings import SIDE, Images, Labels

# How far a varied drawing may be from the drawn one; handwriting differs more, but not its own writer's.
_ROTATION = 8.0  # degrees
_SHEAR = 0.1
_SCALE = 0.1
_SHIFT = 1.5  # pixels
# Share of the way to a line one pixel thinner on each side, and to one wider: thin ones would fade.
_THINNER, _THICKER = 0.25, 0.5
_AT_ONCE = 500
_CROSS = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))


@dataclass(frozen=True)
class Mix:
    """A training set made for one visitor.

    Attributes
    ----------
    images : ndarray of shape (n, 28, 28), uint8
    labels : ndarray of shape (n,), uint8
    """

    images: Images
    labels: Labels


def make_mix(drawings: Mix, known: Mix, *, copies: int, rehearsal: int, seed: int) -> Mix:
    """Return varied copies of drawings together with a random sample of known images.

    The sample is there so that the network does not forget: networks that go on learning from new
    images alone lose what they knew (rehearsal; A. Robins, "Catastrophic forgetting, rehearsal and
    pseudorehearsal", Connection Science 7 (1995) 123-146).

    Parameters
    ----------
    drawings : Mix
        At least one. Each appears once as it is.
    known : Mix
        The images that the network was trained on; may be mapped from a file.
    copies : int
        How many images are made of the drawings, in equal shares; at least as many as there are.
    rehearsal : int
        How many known images are taken; all of them where there are fewer.
    seed : int
    """
    rng = np.random.default_rng(seed)
    chosen = np.arange(max(copies, len(drawings.labels))) % len(drawings.labels)
    varied = vary(drawings.images[chosen], rng)
    varied[: len(drawings.labels)] = drawings.images
    kept = np.sort(rng.choice(len(known.labels), min(rehearsal, len(known.labels)), replace=False))
    return Mix(
        np.concatenate([varied, known.images[kept]]),
        np.concatenate([drawings.labels[chosen], known.labels[kept]]),
    )


def vary(images: Images, rng: np.random.Generator) -> Images:
    """Turn, slant, scale, shift, thicken or thin each image a little, at random.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), uint8
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of shape (n, 28, 28), uint8
    """
    parts = [_moved(_thickened(part, rng), rng) for part in np.split(images, range(_AT_ONCE, len(images), _AT_ONCE))]
    return np.rint(np.concatenate(parts)).astype(np.uint8)


def _thickened(images: Images, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Blend each image with one whose lines are a pixel wider on each side, or thinner."""
    share = rng.uniform(-_THINNER, _THICKER, (len(images), 1, 1)).astype(np.float32)
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    # Up, down, left, right and the pixel itself: with the diagonals the lines would grow square.
    cross = np.stack([padded[:, 1 + r : 1 + r + SIDE, 1 + c : 1 + c + SIDE] for r, c in _CROSS])
    other = np.where(share > 0, cross.max(axis=0), cross.min(axis=0)).astype(np.float32)
    blended: npt.NDArray[np.float32] = images + np.abs(share) * (other - images)
    return blended


def _moved(images: npt.NDArray[np.float32], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Look each pixel up at the place it comes from, between four pixels; outside is background."""
    n = len(images)
    angle = np.deg2rad(rng.uniform(-_ROTATION, _ROTATION, n))
    shear = rng.uniform(-_SHEAR, _SHEAR, n)
    scale = 1 + rng.uniform(-_SCALE, _SCALE, n)
    shift = rng.uniform(-_SHIFT, _SHIFT, (n, 2, 1))
    cos, sin = np.cos(angle) / scale, np.sin(angle) / scale
    matrix = np.array([[cos, -sin], [sin + shear * cos, cos - shear * sin]]).transpose(2, 0, 1)
    middle = (SIDE - 1) / 2
    grid = np.indices((SIDE, SIDE)).reshape(2, -1) - middle
    # One background pixel around each image catches what comes from outside.
    places = np.clip(matrix @ grid - shift + middle, -1, SIDE) + 1
    low = np.minimum(places.astype(np.intp), SIDE)
    down, right = (places - low).astype(np.float32).transpose(1, 0, 2)
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1))).reshape(n, -1)
    first = low[:, 0] * (SIDE + 2) + low[:, 1]
    upper, upper_right, lower, lower_right = (
        np.take_along_axis(padded, first + step, axis=1) for step in (0, 1, SIDE + 2, SIDE + 3)
    )
    above = upper + right * (upper_right - upper)
    below = lower + right * (lower_right - lower)
    moved: npt.NDArray[np.float32] = (above + down * (below - above)).reshape(n, SIDE, SIDE)
    return moved

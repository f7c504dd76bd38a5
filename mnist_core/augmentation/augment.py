"""Changing images at random, as a configuration says."""

import numpy as np

from mnist_core.augmentation.elastic import elastic_basis
from mnist_core.augmentation.habits import add_habits
from mnist_core.augmentation.sampling import MIDDLE, Bytes, Floats, framed, identity_basis, sample, unframed
from mnist_core.augmentation.thickness import change_thickness
from mnist_core.config import AugmentationConfig

# So many images at once: what is worked on stays in the processor's own memory.
_AT_ONCE = 128
_ROWS = 8


def augment(images: Bytes, config: AugmentationConfig, rng: np.random.Generator, labels: Bytes | None = None) -> Bytes:
    """Change each image at random, within the configuration's limits.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), uint8
        0 is background.
    config : AugmentationConfig
        How much of what; see there.
    rng : numpy.random.Generator
        The same state gives the same images.
    labels : ndarray of shape (n,), uint8, optional
        Which digits they are; only the habits of writing need to know.

    Returns
    -------
    ndarray of shape (n, 28, 28), uint8
        New images in the same order; `images` is left as it is.
    """
    count = len(images)
    if config.habits and labels is not None:
        images = add_habits(images, labels, config.habits, rng)
    thickness = _within(config.thickness, count, rng) if config.thickness else None
    places = _Places(config, count, rng) if config.moves else None
    changed = np.empty_like(images)
    for first in range(0, count, _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        frames = framed(images[part])
        if thickness is not None:
            frames = change_thickness(frames, thickness[part])
        changed[part] = unframed(frames) if places is None else sample(frames, *places.of(part))
    return changed


class _Places:
    """Where each pixel of each image comes from: one matrix product of random numbers and a fixed basis."""

    def __init__(self, config: AugmentationConfig, count: int, rng: np.random.Generator) -> None:
        self._rows, self._columns = _affine(config, count, rng)
        self._basis = identity_basis()
        if config.elastic:
            basis = elastic_basis()
            knots = rng.standard_normal((2, count, len(basis)), dtype=np.float32) * np.float32(config.elastic)
            self._rows = np.hstack([self._rows, knots[0]])
            self._columns = np.hstack([self._columns, knots[1]])
            self._basis = np.vstack([self._basis, basis])

    def of(self, part: slice) -> tuple[Floats, Floats]:
        """Return rows and columns of shape (images in `part`, 784), as `sample` takes them."""
        return _product(self._rows[part], self._basis), _product(self._columns[part], self._basis)


def _product(random: Floats, basis: Floats) -> Floats:
    """Return `random` @ `basis`, a few rows at a time.

    OpenBLAS divides larger products among threads that wait for each other; where a training uses
    the processors meanwhile, that takes a hundred times as long.
    """
    product = np.empty((len(random), basis.shape[1]), np.float32)
    for first in range(0, len(random), _ROWS):
        part = slice(first, first + _ROWS)
        np.matmul(random[part], basis, out=product[part])
    return product


def _affine(config: AugmentationConfig, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the coefficients of `identity_basis` for rows and for columns, both of shape (n, 3).

    An image is mirrored, scaled, sheared, turned and shifted, in this order; here each pixel is
    followed back to where it comes from.
    """
    angle = np.deg2rad(_within(config.rotation, count, rng))
    slant = np.tan(np.deg2rad(_within(config.shear, count, rng)))
    height, width = 1 + _within(config.scale, count, rng), 1 + _within(config.scale, count, rng)
    down, right = _within(config.shift, count, rng), _within(config.shift, count, rng)
    if config.mirror:
        width *= np.where(rng.random(count) < 0.5, -1, 1).astype(np.float32)
    sine, cosine = np.sin(angle), np.cos(angle)
    rows = [cosine / height, -sine / height]
    columns = [(sine - slant * cosine) / width, (cosine + slant * sine) / width]
    return tuple(  # type: ignore[return-value]
        np.stack([by_row, by_column, np.float32(MIDDLE) - by_row * down - by_column * right], axis=1)
        for by_row, by_column in (rows, columns)
    )


def _within(most: float, count: int, rng: np.random.Generator) -> Floats:
    """Return random numbers evenly spread over -most to most."""
    return (2 * rng.random(count, dtype=np.float32) - 1) * np.float32(most)

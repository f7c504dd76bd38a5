"""Test images that are also in the training set, exactly or nearly."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mnist_core.analysis.exploration.projection import pca, sample_indices
from mnist_core.analysis.exploration.scanning import Images, batches, choose, rows, squared_lengths

# Pairs up to this Euclidean distance (pixels from 0 to 1) count as near duplicates.
MOST_DIFFERENCE = 1.0

_DIMENSIONS, _FIT_ON, _CHUNK = 50, 2000, 500
_ROUNDING = 1e-3  # more than float32 products of such vectors are off, in squared distance


def exact_duplicates(train: Images, test: Images) -> npt.NDArray[np.int64]:
    """Return (training index, test index) of all images that are the same to the last pixel.

    Returns
    -------
    ndarray of shape (pairs, 2), int64
        In the order of the test images.
    """
    places: dict[bytes, list[int]] = {}
    for part, batch in batches(test):
        for index, image in enumerate(batch, part.start):
            places.setdefault(image.tobytes(), []).append(index)
    pairs = []
    for part, batch in batches(train):
        for index, image in enumerate(batch, part.start):
            pairs += [(index, place) for place in places.get(image.tobytes(), ())]
    return np.array(sorted(pairs, key=lambda pair: pair[::-1]), np.int64).reshape(-1, 2)


def near_duplicates(
    train: Images,
    test: Images,
    most_difference: float = MOST_DIFFERENCE,
    progress: Callable[[float], None] = lambda _: None,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return all pairs whose distance is at most `most_difference`, exact duplicates included.

    Candidates are found among the images projected onto 50 orthogonal directions. A projection
    never makes a distance longer, so no pair is missed; each candidate is then measured on all
    its pixels in whole numbers.

    Parameters
    ----------
    train, test : ndarray of shape (n, 28, 28), uint8
    most_difference : float
        Euclidean distance with pixels from 0 to 1.
    progress : callable
        Told the share that is done, 0 to 1.

    Returns
    -------
    pairs : ndarray of shape (pairs, 2), int64
        (training index, test index), most alike first.
    distances : ndarray of shape (pairs,), float64
    """
    projection = pca(choose(train, sample_indices(len(train), _FIT_ON, seed=0)), _DIMENSIONS)

    def project(images: Images) -> npt.NDArray[np.float32]:
        return np.vstack([projection(rows(batch)).astype(np.float32) for _, batch in batches(images)])

    a, b = project(train), project(test)
    lengths = squared_lengths(a)
    found = []
    for start in range(0, len(b), _CHUNK):
        part = b[start : start + _CHUNK]
        squared = squared_lengths(part)[:, None] + lengths - 2 * (part @ a.T)
        test_indices, train_indices = np.nonzero(squared <= most_difference**2 + _ROUNDING)
        found.append(_measured(train, test, train_indices, test_indices + start, most_difference))
        progress(min(start + _CHUNK, len(b)) / len(b))
    pairs = np.vstack([pairs for pairs, _ in found])
    distances = np.concatenate([distances for _, distances in found])
    order = np.lexsort((pairs[:, 0], pairs[:, 1], distances))
    return pairs[order], distances[order]


def _measured(
    train: Images, test: Images, i: npt.NDArray[np.int64], j: npt.NDArray[np.int64], most_difference: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Keep the candidate pairs (i, j) that are near enough on all pixels."""
    squared = np.empty(len(i), np.int64)
    for start in range(0, len(i), _FIT_ON):
        part = slice(start, start + _FIT_ON)
        difference = train[i[part]].astype(np.int32) - test[j[part]]
        squared[part] = np.square(difference).sum(axis=(1, 2))
    distances = np.sqrt(squared) / 255
    near = distances <= most_difference
    return np.column_stack([i, j])[near], distances[near]

"""What happens to the answer when a square covers a part of the image."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.analysis.explain.predicting import Image, Map, Predict, Probabilities, predict_all


@dataclass(frozen=True)
class Occlusion:
    """Probabilities with a part of the image covered (Zeiler and Fergus, 2014, arXiv:1311.2901).

    Attributes
    ----------
    size : int
        Side of the square in pixels.
    starts : ndarray of shape (places,), int
        First row, and likewise first column, of each place of the square.
    whole : ndarray of shape (classes,)
        Probabilities of the image as it is.
    covered : ndarray of shape (places, places, classes)
        Probabilities with the square at ``(starts[i], starts[j])``.
    """

    size: int
    starts: npt.NDArray[np.int64]
    whole: Probabilities
    covered: Probabilities

    def drop(self, label: int) -> Map:
        """Return how much of a class's probability each pixel carries.

        Parameters
        ----------
        label : int
            The class.

        Returns
        -------
        ndarray of shape (28, 28), float64
            Mean fall of the probability over all squares that cover the pixel, -1 to 1. Negative
            where the class becomes more probable without it.
        """
        falls = self.whole[label].astype(np.float64) - self.covered[:, :, label]
        side = int(self.starts[-1]) + self.size
        # Row i of `covers` says which pixels square i covers, in either direction.
        pixels = np.arange(side)
        covers = ((pixels >= self.starts[:, None]) & (pixels < self.starts[:, None] + self.size)).astype(np.float64)
        times = covers.sum(axis=0)
        drop: Map = covers.T @ falls @ covers / np.outer(times, times)
        return drop


def occlude(predict: Predict, image: Image, *, size: int = 6, stride: int = 2, fill: int = 0) -> Occlusion:
    """Cover each place of an image with a square and predict.

    Parameters
    ----------
    predict : callable
        See `Predict`.
    image : ndarray of shape (28, 28), uint8
    size : int
        Side of the square, 1 to 28 pixels.
    stride : int
        Pixels from one place to the next, 1 to `size`. The last place ends at the border in any case.
    fill : int
        Grey value of the square: 0 takes ink away, 128 neither looks like ink nor like paper.
    """
    side = len(image)
    if not 1 <= stride <= size <= side:
        raise ValueError(
            f"A square of 1 to {side} pixels and a stride of 1 to its size were expected: {size}, {stride}"
        )
    starts = np.unique([*range(0, side - size, stride), side - size])
    images = np.repeat(image[None].astype(np.float32), len(starts) ** 2 + 1, axis=0)
    for number, (row, column) in enumerate((row, column) for row in starts for column in starts):
        images[number + 1, row : row + size, column : column + size] = fill
    table = predict_all(predict, images)
    return Occlusion(size, starts, table[0], table[1:].reshape(len(starts), len(starts), -1))

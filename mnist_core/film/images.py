"""The test images that all films of a dataset are judged by."""

import numpy as np
import numpy.typing as npt

from mnist_core.evaluation.robustness.accuracy import balanced_subset

JUDGED = 1000
"""Most images of the confusion matrix."""
ANSWERED = 200
"""Most of them whose probabilities are kept; they come first."""
_SEED = 0


def fixed_images(labels: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Return the places in the test set of the images by which keyframes are judged.

    They follow from the test set alone, so films of one dataset show the same images.

    Parameters
    ----------
    labels : ndarray of shape (n,), int
        Of the test set.

    Returns
    -------
    ndarray of int64
        At most `JUDGED`, each class equally often; the classes take turns, so the first ones are balanced too.
    """
    return balanced_subset(np.asarray(labels), JUDGED, _SEED)


def answered(images: int, num_classes: int) -> int:
    """Return of how many of the fixed images the probabilities are kept: whole turns of all classes."""
    return min(images, ANSWERED // num_classes * num_classes)

"""The smallest change of an image that fools a network: the fast gradient sign method."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.explain.predicting import Image, Map, Predict, Probabilities, predict_all

EPSILONS = (1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128)
"""Changes that are tried, in grey values of 255."""


@dataclass(frozen=True)
class WorstCase:
    """One image changed by the same amount in every pixel, each in the direction that hurts most.

    Attributes
    ----------
    label : int
        The network's answer before the change.
    epsilons : tuple of int
        Grey values by which pixels were changed, smallest first.
    images : ndarray of shape (len(epsilons), 28, 28), uint8
    probabilities : ndarray of shape (len(epsilons), classes)
    first : int or None
        Index of the smallest change with another answer, or None if none of them is enough.
    """

    label: int
    epsilons: tuple[int, ...]
    images: npt.NDArray[np.uint8]
    probabilities: Probabilities
    first: int | None


def find_worst_case(
    predict: Predict, image: Image, log_probability: Map, *, epsilons: Sequence[int] = EPSILONS
) -> WorstCase:
    """Change an image by x + eps * sign(gradient of the loss), clipped to 0 to 255.

    Source: Goodfellow, Shlens and Szegedy, 2015, arXiv:1412.6572.

    Parameters
    ----------
    predict : callable
        See `Predict`.
    image : ndarray of shape (28, 28), uint8
    log_probability : ndarray of shape (classes, 28, 28)
        Gradients of `Sensitivity`. The loss is minus the log-probability of the present answer.
    epsilons : sequence of int
        Changes to try, 0 to 255.
    """
    tried = tuple(sorted(epsilons))
    label = int(predict(image[None].astype(np.float32))[0].argmax())
    direction = np.sign(-log_probability[label])
    steps = np.array(tried)[:, None, None] * direction
    images = np.clip(image + steps, 0, 255).astype(np.uint8)
    probabilities = predict_all(predict, images.astype(np.float32))
    fooled = np.flatnonzero(probabilities.argmax(axis=1) != label)
    return WorstCase(label, tried, images, probabilities, int(fooled[0]) if len(fooled) else None)

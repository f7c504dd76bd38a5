"""The smallest change of an image that fools a network: the fast gradient sign method."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.analysis.explain.predicting import Image, Map, Predict, Probabilities, predict_all
from mnist_core.analysis.explain.sensitivity import measure_sensitivity
from mnist_core.evaluation.robustness import AccuracyCurve

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
    images = _changed(image, np.array(tried), direction)
    probabilities = predict_all(predict, images.astype(np.float32))
    fooled = np.flatnonzero(probabilities.argmax(axis=1) != label)
    return WorstCase(label, tried, images, probabilities, int(fooled[0]) if len(fooled) else None)


def worst_case_curves(
    report: Callable[[float], None],
    predict: Predict,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.integer],
    *,
    epsilons: Sequence[int] = EPSILONS,
    seed: int = 0,
) -> tuple[AccuracyCurve, AccuracyCurve]:
    """Return the accuracy if every pixel changes by eps: in the worst direction, and in random ones.

    The worst direction of an image is the sign of the gradient of its cross-entropy, with the true class.

    Parameters
    ----------
    report : callable
        Told the share that is done, 0 to 1.
    predict : callable
        See `Predict`.
    images : ndarray of shape (n, 28, 28), uint8
    labels : ndarray of shape (n,), int
    epsilons : sequence of int
        Changes in grey values, 0 to 255; 0 is tried too.
    seed : int
        Of the random directions.

    Returns
    -------
    worst, random : AccuracyCurve
    """
    strengths = np.array(sorted({0, *epsilons}))
    rng = np.random.default_rng(seed)
    right = np.zeros((2, len(strengths)), np.int64)
    for done, (image, label) in enumerate(zip(images, labels, strict=True)):
        worst = np.sign(-measure_sensitivity(predict, image).log_probability[label])
        by_chance = rng.choice([-1.0, 1.0], image.shape)
        for curve, direction in enumerate((worst, by_chance)):
            changed = _changed(image, strengths, direction)
            right[curve] += predict_all(predict, changed.astype(np.float32)).argmax(axis=1) == label
        report((done + 1) / len(images))
    names = ("worst_case", "random_directions")
    first, second = (
        AccuracyCurve(name, strengths.astype(np.float64), row, len(images))
        for name, row in zip(names, right, strict=True)
    )
    return first, second


def _changed(image: Image, epsilons: npt.NDArray[np.integer], direction: Map) -> npt.NDArray[np.uint8]:
    """Return the image changed by each of `epsilons` grey values in a direction of signs, clipped to 0 to 255."""
    images: npt.NDArray[np.uint8] = np.clip(image + epsilons[:, None, None] * direction, 0, 255).astype(np.uint8)
    return images

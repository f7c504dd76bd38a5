"""Ways to make images harder to read, each with one strength."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.evaluation.robustness.geometry import affine

Images = npt.NDArray[np.uint8]
_WHITE = 255.0


@dataclass(frozen=True, kw_only=True)
class Corruption:
    """One way to change images, and how strongly it can be done.

    Attributes
    ----------
    id : str
        Name in settings and files.
    title, unit, help : str
        Words on the screen: what it is, what its strength is counted in, and one sentence.
    minimum, maximum, step : float
        Range of the strength.
    neutral : float
        The strength that changes nothing.
    apply : callable
        Takes images of shape (n, 28, 28), uint8, a strength and a random generator; returns such images.
    """

    id: str
    title: str
    unit: str
    help: str
    minimum: float
    maximum: float
    step: float
    neutral: float
    apply: Callable[[Images, float, np.random.Generator], Images]

    def is_neutral(self, strength: float) -> bool:
        """Whether a strength changes nothing."""
        return math.isclose(strength, self.neutral, abs_tol=1e-9)

    def strengths(self) -> tuple[float, ...]:
        """Return all strengths from the least to the largest, a step apart; the neutral one is among them."""
        number = round((self.maximum - self.minimum) / self.step) + 1
        return tuple(np.linspace(self.minimum, self.maximum, number).round(6).tolist())


def _noise(images: Images, strength: float, rng: np.random.Generator) -> Images:
    return _to_bytes(images + rng.standard_normal(images.shape, np.float32) * np.float32(strength))


def _blur(images: Images, strength: float, _rng: np.random.Generator) -> Images:
    # A Gaussian blur is one along the rows and one along the columns, and each is a matrix. Outside is background.
    distance = np.arange(-100, 101)
    weights = np.exp(-0.5 * (distance / strength) ** 2)
    weights /= weights.sum()
    side = np.arange(images.shape[-1])
    matrix = weights[side[:, None] - side[None, :] + 100].astype(np.float32)
    return _to_bytes(matrix @ images.astype(np.float32) @ matrix.T)


def _contrast(images: Images, strength: float, _rng: np.random.Generator) -> Images:
    return _by_grey_value(lambda grey: _WHITE / 2 + strength * (grey - _WHITE / 2))[images]


def _inversion(images: Images, strength: float, _rng: np.random.Generator) -> Images:
    return _by_grey_value(lambda grey: (1 - strength) * grey + strength * (_WHITE - grey))[images]


def _occlusion(images: Images, strength: float, rng: np.random.Generator) -> Images:
    # The place is drawn before the side is looked at, so that a square grows where it is.
    size, side = images.shape[-1], round(strength)
    corner = (rng.random((2, len(images), 1)) * (size - side + 1)).astype(int)
    rows, columns = (corner <= np.arange(size)) & (np.arange(size) < corner + side)
    covered: Images = np.where(rows[:, :, None] & columns[:, None, :], np.uint8(0), images)
    return covered


def _by_grey_value(function: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]) -> Images:
    """Return a table of 256 grey values: what becomes of each."""
    return _to_bytes(function(np.arange(256.0)))


def _to_bytes(values: npt.NDArray[np.floating]) -> Images:
    grey: Images = np.rint(values.clip(0, _WHITE)).astype(np.uint8)
    return grey


CORRUPTIONS: dict[str, Corruption] = {
    corruption.id: corruption
    for corruption in (
        Corruption(
            id="scale",
            title="Scale",
            unit="factor",
            help="Below 1 the content gets smaller, above 1 larger.",
            minimum=0.4,
            maximum=1.6,
            step=0.1,
            neutral=1.0,
            apply=lambda images, strength, _: affine(images, scale=strength),
        ),
        Corruption(
            id="rotation",
            title="Rotation",
            unit="degrees",
            help="Turns the content about the middle: counterclockwise above 0, clockwise below.",
            minimum=-80.0,
            maximum=80.0,
            step=10.0,
            neutral=0.0,
            apply=lambda images, strength, _: affine(images, rotation=strength),
        ),
        Corruption(
            id="shift_x",
            title="Shift sideways",
            unit="pixels",
            help="Moves the content to the right, or to the left below 0.",
            minimum=-8.0,
            maximum=8.0,
            step=1.0,
            neutral=0.0,
            apply=lambda images, strength, _: affine(images, shift_x=strength),
        ),
        Corruption(
            id="shift_y",
            title="Shift down",
            unit="pixels",
            help="Moves the content down, or up below 0.",
            minimum=-8.0,
            maximum=8.0,
            step=1.0,
            neutral=0.0,
            apply=lambda images, strength, _: affine(images, shift_y=strength),
        ),
        Corruption(
            id="occlusion",
            title="Occlusion",
            unit="pixels",
            help="Lays a black square of this side over each image, at a random place that stays the same.",
            minimum=0.0,
            maximum=24.0,
            step=2.0,
            neutral=0.0,
            apply=_occlusion,
        ),
        Corruption(
            id="blur",
            title="Blur",
            unit="pixels",
            help="Mixes each pixel with its neighbours, as a lens out of focus does; this is how far.",
            minimum=0.0,
            maximum=4.0,
            step=0.5,
            neutral=0.0,
            apply=_blur,
        ),
        Corruption(
            id="contrast",
            title="Contrast",
            unit="factor",
            help="Below 1 all pixels move towards the middle grey; above 1 away from it.",
            minimum=0.0,
            maximum=2.0,
            step=0.1,
            neutral=1.0,
            apply=_contrast,
        ),
        Corruption(
            id="inversion",
            title="Inversion",
            unit="share",
            help="Mixes in the negative, dark ink on light ground. At 0.5 nothing but grey is left, 1 is the pure "
            "negative.",
            minimum=0.0,
            maximum=1.0,
            step=0.1,
            neutral=0.0,
            apply=_inversion,
        ),
        Corruption(
            id="noise",
            title="Noise",
            unit="grey values",
            help="Adds a random number to each pixel. This is how large it typically is; pixels go from 0 to 255.",
            minimum=0.0,
            maximum=160.0,
            step=10.0,
            neutral=0.0,
            apply=_noise,
        ),
    )
}
"""All corruptions by id, in the order in which they are done: first the shape is moved, then something lies before it,
then it is photographed. Noise comes last, as in a camera."""

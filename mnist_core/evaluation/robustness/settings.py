"""All corruptions together, each with its strength."""

from dataclasses import asdict, dataclass, replace

import numpy as np

from mnist_core.evaluation.robustness.corruptions import CORRUPTIONS, Images
from mnist_core.evaluation.robustness.geometry import affine

_MOVES = ("scale", "rotation", "shift_x", "shift_y")


@dataclass(frozen=True)
class CorruptionSettings:
    """The strength of every corruption; all neutral at first.

    They are done in the order of the fields. The first four are one movement about the image's centre, interpolated
    only once, so that several movements blur no more than one.

    Attributes
    ----------
    scale : float
        Factor of the size.
    rotation : float
        Degrees, counterclockwise.
    shift_x, shift_y : float
        Pixels to the right and down.
    occlusion : float
        Side in pixels (rounded) of a black square that lies somewhere else, by the seed, on each image.
    blur : float
        Standard deviation in pixels of a Gaussian.
    contrast : float
        Factor of each grey value's distance from the middle, 127.5.
    inversion : float
        0 to 1: share of the negative in the mix with the image.
    noise : float
        Standard deviation, in grey values of 0 to 255, of what is added to each pixel.
    """

    scale: float = 1.0
    rotation: float = 0.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    occlusion: float = 0.0
    blur: float = 0.0
    contrast: float = 1.0
    inversion: float = 0.0
    noise: float = 0.0

    def changed(self, corruption_id: str, strength: float) -> "CorruptionSettings":
        """Return the same settings with another strength of one corruption."""
        return replace(self, **{corruption_id: strength})

    @property
    def active(self) -> dict[str, float]:
        """The strengths that are not neutral, by id, in the order in which they are done."""
        return {name: strength for name, strength in asdict(self).items() if not CORRUPTIONS[name].is_neutral(strength)}

    def apply(self, images: Images, seed: int = 0) -> Images:
        """Return the corrupted images; the very same array where all is neutral.

        Parameters
        ----------
        images : ndarray of shape (n, 28, 28), uint8
        seed : int
            Decides the noise and the places of the squares; each corruption has random numbers of its own.

        Returns
        -------
        ndarray of shape (n, 28, 28), uint8
        """
        active = self.active
        moves = {name: strength for name, strength in active.items() if name in _MOVES}
        if moves:
            images = affine(images, **moves)
        for name, strength in active.items():
            if name not in _MOVES:
                rng = np.random.default_rng([seed, list(CORRUPTIONS).index(name)])
                images = CORRUPTIONS[name].apply(images, strength, rng)
        return images

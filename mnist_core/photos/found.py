"""What was found in a picture."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.drawing import Part


@dataclass(frozen=True)
class Found:
    """What was found in a picture: digits, or one piece of clothing.

    Attributes
    ----------
    parts : tuple of Part
        In the order in which one reads them, at least one, each with its box and its steps.
    steps : tuple of (str, ndarray of shape (h, w) or (h, w, 3), uint8)
        "picture", and for digits "light" (dark ink on white, as in even light) and "ink" (white on black, only what
        was taken).
    """

    parts: tuple[Part, ...]
    steps: tuple[tuple[str, npt.NDArray[np.uint8]], ...]

    @property
    def images(self) -> npt.NDArray[np.uint8]:
        """All parts for a network, of shape (n, 28, 28)."""
        return np.stack([part.image for part in self.parts])

"""One image on its way through a trained network: what each unit says, and which connections matter most."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Cells:
    """What the units or maps of a block say to an image.

    Attributes
    ----------
    shown : tuple of int
        Numbers of those that are drawn: where there are too many, those that say most.
    values : tuple of float
        What each of them says; of a map its largest value, by its size.
    maps : tuple of ndarray of shape (height, width)
        Of maps; empty for units.
    limit : float
        The size of value that has full colour, above 0.
    """

    shown: tuple[int, ...]
    values: tuple[float, ...]
    maps: tuple[Values, ...]
    limit: float


@dataclass(frozen=True)
class Connection:
    """What a unit or map adds to one of the next block.

    Attributes
    ----------
    source, target : int
        Their numbers; of the image 0.
    adds : float
        Weight times value, summed up where one map or image has many of them.
    """

    source: int
    target: int
    adds: float


@dataclass(frozen=True)
class Flow:
    """One image in a network.

    Attributes
    ----------
    image : ndarray of shape (28, 28), uint8
    cells : mapping of int to Cells
        By the place of the block in its diagram; bars have none.
    connections : mapping of (int, int) to tuple of Connection
        The strongest between two blocks, by their places.
    """

    image: npt.NDArray[np.uint8]
    cells: Mapping[int, Cells]
    connections: Mapping[tuple[int, int], tuple[Connection, ...]]

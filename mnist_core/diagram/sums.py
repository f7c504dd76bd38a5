"""The sum of one unit with its real numbers: weights times what comes in, and the bias."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.diagram.flow import Chosen, Trained, windows

MOST_TERMS = 5
"""How many terms of a sum are told one by one."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SumTerm:
    """One term of a sum.

    Attributes
    ----------
    place : tuple of int
        Where its number comes from: (unit,), (row, column) of a picture, or (row, column, map).
    weight, value : float
    """

    place: tuple[int, ...]
    weight: float
    value: float

    @property
    def product(self) -> float:
        """What it adds."""
        return self.weight * self.value


@dataclass(frozen=True)
class UnitSum:
    """What a unit says to an image, taken apart.

    Attributes
    ----------
    terms : tuple of SumTerm
        The largest by size, those first.
    count : int
        How many terms there are in all.
    others : float
        What the ones that are not told add together.
    bias, total : float
        `total` is the sum of all that.
    output : float
        What the unit passes on: the total after its activation function.
    spot : (int, int) or None
        Row and column in the map of a filter where it says most: its sum is told there.
    pictures : (ndarray, ndarray, ndarray) or None
        Weights, what they look at, and their products, of equal shape (height, width), where that is a picture; of
        several maps that which adds most by size.
    pictured : int or None
        The number of that map; None where there is only one.
    """

    terms: tuple[SumTerm, ...]
    count: int
    others: float
    bias: float
    total: float
    output: float
    spot: tuple[int, int] | None
    pictures: tuple[Numbers, Numbers, Numbers] | None
    pictured: int | None


def sum_of(trained: Trained, chosen: Chosen) -> UnitSum | None:
    """Return the sum of a unit or filter; None for layers that have no weights to multiply with.

    Parameters
    ----------
    trained : Trained
    chosen : (int, int)
        Place of the block, and number of its unit or filter.
    """
    place, unit = chosen
    block = trained.diagram.blocks[place]
    if "kernel" not in block.weights:
        return None
    kernel = trained.weight(place, "kernel")[..., unit].astype(np.float64)
    x, output = trained.coming_in(place).astype(np.float64), trained.going_out(place)[..., unit]
    spot, corner = None, (0, 0)
    if block.window:
        row, column = np.unravel_index(int(output.argmax()), output.shape)
        spot = (int(row), int(column))
        values = windows(x, block)[spot]
        border = (block.window - 1) // 2 if block.output_shape[0] == len(x) else 0
        corner = (spot[0] - border, spot[1] - border)
    else:
        shape = _before_flatten(trained, place)
        values, kernel = x.reshape(shape), kernel.reshape(shape)
    if values.ndim == 3 and values.shape[-1] == 1:
        values = values[..., 0]
    kernel = kernel.reshape(values.shape)
    products, bias = kernel * values, float(trained.weight(place, "bias")[unit])
    order = np.argsort(-np.abs(products), axis=None, kind="stable")[:MOST_TERMS]
    indices = [tuple(map(int, np.unravel_index(flat, products.shape))) for flat in order]
    terms = tuple(
        SumTerm(_moved(index, corner), float(kernel[index]), float(values[index]))
        for index in indices
        if products[index]
    )
    told, everything = sum(term.product for term in terms), float(products.sum())
    pictures, pictured = _pictures(kernel, values, products)
    return UnitSum(
        terms,
        products.size,
        everything - told,
        bias,
        everything + bias,
        float(output[spot] if spot else output),
        spot,
        pictures,
        pictured,
    )


def _before_flatten(trained: Trained, place: int) -> tuple[int, ...]:
    """Return the shape in which the numbers that a dense layer looks at were before they became a list."""
    blocks = trained.diagram.blocks
    while len(blocks[place].input_shape) == 1 and blocks[place - 1].form == "bar":
        place -= 1
    return blocks[place].input_shape


def _moved(index: tuple[int, ...], corner: tuple[int, int]) -> tuple[int, ...]:
    return index if len(index) == 1 else (index[0] + corner[0], index[1] + corner[1], *index[2:])


def _pictures(
    kernel: Numbers, values: Numbers, products: Numbers
) -> tuple[tuple[Numbers, Numbers, Numbers] | None, int | None]:
    if products.ndim == 1:
        return None, None
    if products.ndim == 2:
        return (kernel, values, products), None
    most = int(np.abs(products).sum(axis=(0, 1)).argmax())
    return (kernel[..., most], values[..., most], products[..., most]), most

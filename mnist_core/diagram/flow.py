"""One image on its way through a trained network: what each unit says, and which connections matter most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.diagram.blocks import MOST_MAPS, MOST_UNITS, Block, Diagram
from mnist_core.models.weights import Weights

MOST_CONNECTIONS = 24
"""How many of the connections between two blocks are told: more would hide each other."""

Values = npt.NDArray[np.float32]
Image = npt.NDArray[np.uint8]
Chosen = tuple[int, int]
"""Place of a block in its diagram, and number of one of its units or maps."""


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

    image: Image
    cells: Mapping[int, Cells]
    connections: Mapping[tuple[int, int], tuple[Connection, ...]]


@dataclass(frozen=True)
class Trained:
    """A trained network and what it makes of one image.

    Attributes
    ----------
    diagram : Diagram
    weights : mapping of str to ndarray
        Of `mnist_core.models.weights.weights_of`; of the baseline ``kernel`` and ``bias``.
    image : ndarray of shape (28, 28), uint8
    outputs : sequence of ndarray
        What each layer makes of it, in their order, without the batch dimension and with channels last.
    """

    diagram: Diagram
    weights: Weights
    image: Image
    outputs: Sequence[Values]

    def weight(self, place: int, name: str) -> Values:
        """Return an array of a block, by Keras's name."""
        block = self.diagram.blocks[place]
        full = f"{block.number:02}_{block.name}/{name}"
        return self.weights[full if full in self.weights else name]

    def coming_in(self, place: int) -> Values:
        """Return what goes into a block, in the shape in which it comes; pixels are 0 to 1."""
        number = self.diagram.blocks[place].number
        return self.outputs[number - 1] if number > 0 else self.image.astype(np.float32) / np.float32(255)

    def going_out(self, place: int) -> Values:
        """Return what comes out of a block that is a layer."""
        return self.outputs[self.diagram.blocks[place].number]


def flow_of(trained: Trained, chosen: Chosen | None = None) -> Flow:
    """Return how an image goes through a network.

    Parameters
    ----------
    trained : Trained
    chosen : (int, int), optional
        A unit that is drawn in any case, with its own connections in place of the strongest ones of its layer.
    """
    diagram, cells = trained.diagram, {0: Cells((0,), (0.0,), (), 1.0)}
    for before, place in diagram.links:
        block = diagram.blocks[place]
        # Pooling makes each map smaller by itself: the same maps go on.
        same = cells[before].shown if not block.weights and before else None
        cells[place] = _cells(
            block, trained.going_out(place), same, chosen[1] if chosen and chosen[0] == place else None
        )
    connections = {link: _strongest(link, _added(trained, link, cells), cells, chosen) for link in diagram.links}
    return Flow(trained.image, cells, connections)


def _cells(block: Block, output: Values, same: tuple[int, ...] | None, chosen: int | None) -> Cells:
    flat = output.reshape(-1, output.shape[-1])
    values = flat[np.abs(flat).argmax(axis=0), np.arange(flat.shape[1])]
    most = MOST_MAPS if block.form == "maps" else MOST_UNITS
    shown = list(same if same is not None else np.argsort(-np.abs(values), kind="stable")[:most].tolist())
    if chosen is not None and chosen not in shown:
        shown[-1] = chosen
    shown.sort()
    maps = tuple(output[..., unit] for unit in shown) if block.form == "maps" else ()
    limit = float(np.abs(values[shown]).max())
    return Cells(tuple(shown), tuple(values[shown].tolist()), maps, limit if limit > 0 else 1.0)


def _added(trained: Trained, link: tuple[int, int], cells: Mapping[int, Cells]) -> npt.NDArray[np.float64]:
    """Return what each drawn unit or map of a block adds to each of the next, of shape (sources, targets)."""
    (before, place), block = link, trained.diagram.blocks[link[1]]
    sources, targets = list(cells[before].shown), list(cells[place].shown)
    if not block.weights:  # each goes on as itself
        same: npt.NDArray[np.float64] = np.equal.outer(sources, targets) * np.array(cells[place].values)
        return same
    kernel, x = trained.weight(place, "kernel"), trained.coming_in(place).astype(np.float64)
    channels = trained.diagram.blocks[before].units
    if kernel.ndim == 4:
        x, kernel = windows(x, block).sum(axis=(0, 1)).reshape(-1, channels), kernel.reshape(-1, *kernel.shape[2:])
    else:
        x, kernel = x.reshape(-1, channels), kernel.reshape(-1, channels, kernel.shape[-1])
    added: npt.NDArray[np.float64] = np.einsum("pc,pcu->cu", x[:, sources], kernel[:, sources][..., targets])
    return added


def windows(x: npt.NDArray[np.float64], block: Block) -> npt.NDArray[np.float64]:
    """Return what a convolution looks at for each of its numbers.

    Parameters
    ----------
    x : ndarray of shape (height, width) or (height, width, channels)
        What comes in.
    block : Block
        Of a convolution.

    Returns
    -------
    ndarray of shape (rows, columns, side, side, channels)
        With zeros beyond the border where its output is as large as its input.
    """
    side, x = block.window, x.reshape(*x.shape[:2], -1)
    if block.output_shape[0] == len(x):  # Keras's "same": of an even side one more lies behind
        before = (side - 1) // 2
        x = np.pad(x, ((before, side - 1 - before), (before, side - 1 - before), (0, 0)))
    view = np.lib.stride_tricks.sliding_window_view(x, (side, side), axis=(0, 1))
    found: npt.NDArray[np.float64] = view.transpose(0, 1, 3, 4, 2)
    return found


def _strongest(
    link: tuple[int, int], added: npt.NDArray[np.float64], cells: Mapping[int, Cells], chosen: Chosen | None
) -> tuple[Connection, ...]:
    """Return the strongest connections, the weakest of them first."""
    sources, targets = (cells[place].shown for place in link)
    found = [
        Connection(source, target, float(added[row, column]))
        for row, source in enumerate(sources)
        for column, target in enumerate(targets)
        if added[row, column] != 0
        and (chosen is None or link[0] != chosen[0] or source == chosen[1])
        and (chosen is None or link[1] != chosen[0] or target == chosen[1])
    ]
    return tuple(sorted(found, key=lambda one: abs(one.adds))[-MOST_CONNECTIONS:])

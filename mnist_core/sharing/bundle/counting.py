"""What a stranger's graph costs, counted from the shapes of its tables before a library opens it.

Each operator is gone through once, in the order of the file, so a kernel that is used fifty times counts fifty times.
What can't be counted is refused: no size may depend on what is calculated.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.models.graph import fields, numbers_of

Shape = tuple[int, ...]
Values = npt.NDArray[np.int64]

PICTURES = 10
"""So many pictures are predicted at once: see `mnist_core.inference`."""

_MOST_VALUES = 64  # of a table of whole numbers that may say a shape
_MOST_NUMBERS = 10**9  # in one table: none of ours comes near, and nothing below has to fear large products
_INT32, _INT64 = 6, 7  # of TensorProto.DataType
_NAME, _INT, _TEXT, _INTS = 1, 3, 4, 8  # of AttributeProto


@dataclass(frozen=True)
class Table:
    """A table by its shape, and by its values where it is a short list of whole numbers that is known."""

    shape: Shape
    values: Values | None = None

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return prod(self.shape)


@dataclass(frozen=True)
class Node:
    """An operator of a graph, with its attributes of whole numbers."""

    kind: bytes
    inputs: tuple[bytes, ...]
    output: bytes
    attributes: Mapping[bytes, tuple[int, ...]] = field(default_factory=dict)

    def number(self, name: bytes, default: int) -> int:
        """Return an attribute that is one number."""
        found = self.attributes.get(name, (default,))
        if len(found) != 1:
            raise ValueError("an attribute that is not one number")
        return found[0]


@dataclass(frozen=True)
class Count:
    """What some operators cost for `PICTURES` pictures: multiplications and comparisons, and numbers put out."""

    operations: int = 0
    numbers: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.operations + other.operations, self.numbers + other.numbers)


@dataclass(frozen=True)
class Counted:
    """A graph that was gone through.

    Attributes
    ----------
    tables : dict of bytes to Table
        Every table by its name, for `PICTURES` pictures.
    costs : dict of bytes to Count
        What each operator costs, by the name of its output.
    nodes : dict of bytes to Node
        By the name of their output.
    """

    tables: Mapping[bytes, Table]
    costs: Mapping[bytes, Count]
    nodes: Mapping[bytes, Node]

    def needed_for(self, *outputs: bytes) -> Count:
        """Return what those operators cost that some outputs follow from; others are never carried out."""
        wanted, seen = list(outputs), set[bytes]()
        while wanted:
            name = wanted.pop()
            if name in self.nodes and name not in seen:
                seen.add(name)
                wanted.extend(self.nodes[name].inputs)
        return sum((self.costs[name] for name in seen), Count())


def read_node(content: bytes) -> Node:
    """Return an operator of the graph; raises `ValueError` where it has not one output."""
    parts = list(fields(content))
    inputs = tuple(part.content for part in parts if part.number == 1)
    outputs = [part.content for part in parts if part.number == 2]
    kind = next(part.content for part in parts if part.number == 4)
    if len(outputs) != 1:
        raise ValueError("an operator without one output")
    attributes: dict[bytes, tuple[int, ...]] = {}
    for attribute in (list(fields(part.content)) for part in parts if part.number == 5):
        name = next((part.content for part in attribute if part.number == _NAME), b"")
        if any(part.number == _TEXT and part.content not in (b"", b"NOTSET") for part in attribute):
            raise ValueError("an attribute of words")
        whole = [n for part in attribute if part.number in (_INT, _INTS) for n in numbers_of(part)]
        if name in attributes:
            raise ValueError("an attribute that stands there twice")
        attributes[name] = tuple(_signed(number) for number in whole)
    return Node(kind, inputs, outputs[0], attributes)


def read_constant(content: bytes) -> tuple[bytes, Table]:
    """Return the name of a constant and its table."""
    parts = list(fields(content))
    name = next((part.content for part in parts if part.number == 8), b"")
    shape = tuple(_signed(n) for part in parts if part.number == 1 for n in numbers_of(part))
    kind = next((part.value for part in parts if part.number == 2), 0)
    if any(side < 0 for side in shape):
        raise ValueError("a constant with a negative side")
    if kind not in (_INT32, _INT64) or prod(shape) > _MOST_VALUES:
        return name, Table(shape)
    raw = b"".join(part.content for part in parts if part.number == 9)
    if raw:
        values = np.frombuffer(raw, "<i8" if kind == _INT64 else "<i4").astype(np.int64)
    else:
        listed = [n for part in parts if part.number in (5, 7) for n in numbers_of(part)]
        values = np.array([_signed(number) for number in listed], np.int64)
    if len(values) != prod(shape):
        raise ValueError("a constant of another length than it says")
    return name, Table(shape, values.reshape(shape))


def count(constants: Sequence[bytes], nodes: Sequence[bytes], source: bytes) -> Counted:
    """Go through a graph.

    Parameters
    ----------
    constants, nodes : sequence of bytes
        Its constants and operators as they lie in the file.
    source : bytes
        Name of its input, `PICTURES` pictures of 28 x 28.

    Raises
    ------
    Uncountable
        Where a size is calculated.
    ValueError
        Where tables don't fit together, or something is not as our exports have it.
    """
    tables = {source: Table((PICTURES, 28, 28))}
    known: set[bytes] = {b""}
    for content in constants:
        name, table = read_constant(content)
        if not name or name in tables:
            raise ValueError("two tables with one name")
        tables[name] = table
        known.add(name)
    costs: dict[bytes, Count] = {}
    read: dict[bytes, Node] = {}
    for content in nodes:
        node = read_node(content)
        if node.output in tables or not node.output:
            raise ValueError("two tables with one name")
        if node.kind in _PLACED and not known.issuperset(node.inputs[1:]):
            raise Uncountable("it calculates which part of a table it takes")
        # In an export each operator comes after those whose tables it needs.
        inputs: Inputs = [tables[name] if name else None for name in node.inputs]
        try:
            output, operations = _RULES[node.kind](node, inputs)
        except (IndexError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError("an operator without an input that it needs") from error
        if any(side < 0 for side in output.shape) or max(output.size, operations // 10**6) > _MOST_NUMBERS:
            raise ValueError("a table that is far too large")
        tables[node.output], read[node.output] = output, node
        costs[node.output] = Count(operations, output.size)
    return Counted(tables, costs, read)


class Uncountable(ValueError):
    """A size depends on what is calculated."""


Inputs = list[Any]  # of `Table`, None where an input is left out
_Rule = Callable[[Node, Inputs], tuple[Table, int]]


def _same(node: Node, inputs: Inputs) -> tuple[Table, int]:
    whole = node.kind == b"Identity" or (node.kind == b"Cast" and node.number(b"to", 0) in (_INT32, _INT64))
    return Table(inputs[0].shape, inputs[0].values if whole else None), 0


def _broadcast(node: Node, inputs: Inputs) -> tuple[Table, int]:
    one, other = inputs
    return Table(np.broadcast_shapes(one.shape, other.shape)), 0


def _conv(node: Node, inputs: Inputs) -> tuple[Table, int]:
    source, kernel = inputs[0].shape, inputs[1].shape
    n, channels, *sides = source
    filters, depth, *window = kernel
    ones = all(step == 1 for name in (b"strides", b"dilations") for step in node.attributes.get(name, ()))
    if len(sides) != 2 or len(window) != 2 or depth != channels or node.number(b"group", 1) != 1 or not ones:
        raise ValueError("a convolution that is none of ours")
    if node.attributes.get(b"kernel_shape", tuple(window)) != tuple(window):
        raise ValueError("a convolution that is none of ours")
    output = (n, filters, *_windows(node, sides, window, (1, 1)))
    return Table(output), prod(output) * prod(kernel[1:])


def _pool(node: Node, inputs: Inputs) -> tuple[Table, int]:
    n, channels, *sides = inputs[0].shape
    window = node.attributes[b"kernel_shape"]
    strides = node.attributes.get(b"strides", (1, 1))
    plain = node.number(b"ceil_mode", 0) == 0 and set(node.attributes.get(b"dilations", (1,))) == {1}
    if not len(sides) == len(window) == len(strides) == 2 or min(*window, *strides) < 1 or not plain:
        raise ValueError("a pooling that is none of ours")
    output = (n, channels, *_windows(node, sides, window, strides))
    return Table(output), prod(output) * prod(window)


def _mean(node: Node, inputs: Inputs) -> tuple[Table, int]:
    shape = inputs[0].shape
    chosen = {_axis(axis, len(shape)) for axis in node.attributes.get(b"axes", tuple(range(2, len(shape))))}
    kept = node.number(b"keepdims", 1)
    sides = [1 if axis in chosen else side for axis, side in enumerate(shape) if kept or axis not in chosen]
    return Table(tuple(sides)), inputs[0].size


def _windows(node: Node, sides: Sequence[int], window: Sequence[int], strides: Sequence[int]) -> list[int]:
    """Return how many places a window has in each direction."""
    pads = node.attributes.get(b"pads", (0, 0, 0, 0))
    if len(pads) != 4 or any(not 0 <= pad < side for pad, side in zip(pads, (*window, *window), strict=True)):
        raise ValueError("a border that is none of ours")
    found = [
        (side + pads[axis] + pads[axis + 2] - window[axis]) // strides[axis] + 1 for axis, side in enumerate(sides)
    ]
    if min(found) < 1:
        raise ValueError("a window that is larger than its table")
    return found


def _matmul(node: Node, inputs: Inputs) -> tuple[Table, int]:
    one, other = (table.shape for table in inputs)
    if len(one) < 2 or len(other) < 2 or one[-1] != other[-2]:
        raise ValueError("a product of tables that don't fit")
    output = (*np.broadcast_shapes(one[:-2], other[:-2]), one[-2], other[-1])
    return Table(output), prod(output) * one[-1]


def _gemm(node: Node, inputs: Inputs) -> tuple[Table, int]:
    one, other = (table.shape for table in inputs[:2])
    (m, k), (k2, n) = one[:: -1 if node.number(b"transA", 0) else 1], other[:: -1 if node.number(b"transB", 0) else 1]
    if k != k2 or any(np.broadcast_shapes((m, n), table.shape) != (m, n) for table in inputs[2:] if table is not None):
        raise ValueError("a product of tables that don't fit")
    return Table((m, n)), m * n * k


def _normalized(node: Node, inputs: Inputs) -> tuple[Table, int]:
    if node.number(b"training_mode", 0):
        raise ValueError("a normalization that still learns")
    return Table(inputs[0].shape), 0


def _transpose(node: Node, inputs: Inputs) -> tuple[Table, int]:
    shape = inputs[0].shape
    order = node.attributes.get(b"perm", tuple(reversed(range(len(shape)))))
    if sorted(order) != list(range(len(shape))):
        raise ValueError("an order of axes that is none")
    return Table(tuple(shape[axis] for axis in order)), 0


def _reshape(node: Node, inputs: Inputs) -> tuple[Table, int]:
    source, wanted = inputs
    if wanted.values is None:
        raise Uncountable("it calculates the shape of a table")
    if node.number(b"allowzero", 0):
        raise ValueError("a shape that is none of ours")
    sides = [int(side) or source.shape[place] for place, side in enumerate(wanted.values.ravel())]
    if sides.count(-1) > 1 or min(sides, default=1) < -1:
        raise ValueError("a shape that is none")
    if -1 in sides:
        rest = -prod(sides)
        sides[sides.index(-1)] = source.size // rest if rest else 0
    if prod(sides) != source.size:
        raise ValueError("a shape of another size")
    return Table(tuple(sides), source.values.reshape(sides) if source.values is not None else None), 0


def _shape(node: Node, inputs: Inputs) -> tuple[Table, int]:
    if node.attributes:
        raise ValueError("a part of a shape")
    shape = inputs[0].shape
    return Table((len(shape),), np.array(shape, np.int64)), 0


def _concat(node: Node, inputs: Inputs) -> tuple[Table, int]:
    axis = _axis(node.number(b"axis", 0), len(inputs[0].shape))
    others = {(*table.shape[:axis], *table.shape[axis + 1 :]) for table in inputs}
    if len(others) != 1 or any(len(table.shape) != len(inputs[0].shape) for table in inputs):
        raise ValueError("tables that can't be joined")
    side = sum(table.shape[axis] for table in inputs)
    shape = (*inputs[0].shape[:axis], side, *inputs[0].shape[axis + 1 :])
    parts = [table.values for table in inputs if table.values is not None]
    short = len(parts) == len(inputs) and prod(shape) <= _MOST_VALUES
    return Table(shape, np.concatenate(parts, axis) if short else None), 0


def _gather(node: Node, inputs: Inputs) -> tuple[Table, int]:
    source, places = inputs
    axis = _axis(node.number(b"axis", 0), len(source.shape))
    shape = (*source.shape[:axis], *places.shape, *source.shape[axis + 1 :])
    known = source.values is not None and places.values is not None and prod(shape) <= _MOST_VALUES
    if known and source.values is not None and places.values is not None:
        return Table(shape, np.take(source.values, places.values, axis)), 0
    return Table(shape), 0


def _slice(node: Node, inputs: Inputs) -> tuple[Table, int]:
    source, *lists = inputs
    named = (b"starts", b"ends", b"axes", b"steps")
    if node.attributes:  # as the versions before 10 wrote it
        given = [node.attributes.get(name) for name in named]
    else:
        given = [_listed(table) if table is not None else None for table in lists]
    given += [None] * (4 - len(given))
    starts, ends = given[0], given[1]
    if starts is None or ends is None:
        raise Uncountable("it calculates which part of a table it takes")
    axes, steps = given[2] or tuple(range(len(starts))), given[3] or (1,) * len(starts)
    shape, places = list(source.shape), [slice(None)] * len(source.shape)
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        if step < 1:
            raise ValueError("a part of a table that is none of ours")
        axis = _axis(axis, len(shape))
        places[axis] = slice(start, end, step)
        shape[axis] = len(range(*places[axis].indices(shape[axis])))
    return Table(tuple(shape), source.values[tuple(places)] if source.values is not None else None), 0


def _squeeze(node: Node, inputs: Inputs) -> tuple[Table, int]:
    axes = node.attributes.get(b"axes") or (_listed(inputs[1]) if len(inputs) > 1 else None)
    source = inputs[0]
    if axes is None:
        axes = tuple(axis for axis, side in enumerate(source.shape) if side == 1)
    chosen = {_axis(axis, len(source.shape)) for axis in axes}
    if any(source.shape[axis] != 1 for axis in chosen):
        raise ValueError("a side that is not 1")
    shape = tuple(side for axis, side in enumerate(source.shape) if axis not in chosen)
    return Table(shape, source.values.reshape(shape) if source.values is not None else None), 0


def _unsqueeze(node: Node, inputs: Inputs) -> tuple[Table, int]:
    source = inputs[0]
    axes = node.attributes.get(b"axes") or _listed(inputs[1])
    rank = len(source.shape) + len(axes)
    chosen = {_axis(axis, rank) for axis in axes}
    if len(chosen) != len(axes) or rank > 8:
        raise ValueError("an axis that stands there twice")
    sides = iter(source.shape)
    shape = tuple(1 if axis in chosen else next(sides) for axis in range(rank))
    return Table(shape, source.values.reshape(shape) if source.values is not None else None), 0


def _listed(table: Table) -> tuple[int, ...]:
    if table.values is None:
        raise Uncountable("it calculates which part of a table it takes")
    return tuple(int(value) for value in table.values.ravel())


def _axis(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise ValueError("an axis that there is not")
    return axis % rank


def _signed(number: int) -> int:
    """Return a number of 64 bits as it was written: negative ones have the highest bit."""
    return number - (1 << 64) if number >= 1 << 63 else number


# Whose further inputs are places: as constants, how large an output is follows from how large the input is.
_PLACED = (b"Slice", b"Gather", b"Squeeze", b"Unsqueeze")
_RULES: Mapping[bytes, _Rule] = {
    **dict.fromkeys((b"Add", b"Div", b"Mul", b"Sub"), _broadcast),
    **dict.fromkeys(
        b"Cast Elu Identity LeakyRelu Neg Reciprocal Relu Selu Sigmoid Softmax Softplus Sqrt Tanh".split(), _same
    ),
    b"AveragePool": _pool,
    b"BatchNormalization": _normalized,
    b"Concat": _concat,
    b"Conv": _conv,
    b"Gather": _gather,
    b"Gemm": _gemm,
    **dict.fromkeys((b"GlobalAveragePool", b"ReduceMean"), _mean),
    b"MatMul": _matmul,
    b"MaxPool": _pool,
    b"Reshape": _reshape,
    b"Shape": _shape,
    b"Slice": _slice,
    b"Squeeze": _squeeze,
    b"Transpose": _transpose,
    b"Unsqueeze": _unsqueeze,
}
OPERATORS = frozenset(_RULES)
"""What Keras's layers and the baseline become (tf2onnx 1.17, for all layers and activations that can be chosen)."""

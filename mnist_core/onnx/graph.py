"""An ONNX graph that is written operator by operator; no library is asked.

The numbers of fields and types are those of onnx.proto (ONNX 1.23).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core import __version__
from mnist_core.onnx import protobuf

Shape = tuple[int, ...]

_IR_VERSION, _OPSET = 8, 17
INPUT, _IMAGES = "image", "images"  # names of the input, and of its first side
_FLOAT, _INT64 = 1, 7  # of TensorProto.DataType
_KINDS = {float: (1, 2), int: (2, 3), tuple: (7, 8)}  # of AttributeProto: type, and field of the value


@dataclass(frozen=True)
class Table:
    """A value in the graph: its name, and its shape without the images, as in Keras: channels last.

    Attributes
    ----------
    turned : bool
        Whether it lies there with its channels first, as ONNX's convolutions want it.
    """

    name: str
    shape: Shape
    turned: bool = False


@dataclass
class Graph:
    """A graph under way; what goes into it is called `INPUT`.

    Attributes
    ----------
    asks_weights : bool
        Whether it is given its weights with each question, beside the images, instead of holding them.
    """

    input_shape: Shape
    asks_weights: bool = False
    nodes: list[tuple[str, list[str], str, dict[str, Any]]] = field(default_factory=list)
    constants: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    asked: dict[str, Shape] = field(default_factory=dict)
    outputs: dict[str, Shape] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)  # of values that are outputs: what they are called
    _turned: dict[str, str] = field(default_factory=dict)  # the same value with its axes in the other order

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add an operator and return the name of what it gives."""
        name = f"t{len(self.nodes)}"
        self.nodes.append((operator, list(inputs), name, attributes))
        return name

    def constant(self, name: str, values: npt.ArrayLike) -> str:
        """Add numbers and return their name."""
        self.constants[name] = np.asarray(values)
        return name

    def weight(self, name: str, values: npt.NDArray[np.float32]) -> str:
        """Add weights, or ask for such; return their name."""
        if not self.asks_weights:
            return self.constant(name, values)
        self.asked[name] = values.shape
        return name

    def reshaped(self, name: str, shape: Shape) -> str:
        """Return the same numbers in another shape for each image; 0 keeps how many images there are."""
        return self.node("Reshape", name, self.constant(f"to_{'x'.join(map(str, shape))}", np.array((0, *shape))))

    def last(self, table: Table) -> str:
        """Return the name of a value with its channels last."""
        return self._other(table, (0, *range(2, len(table.shape) + 1), 1)) if table.turned else table.name

    def first(self, table: Table) -> str:
        """Return the name of a value with its channels first."""
        if table.turned or len(table.shape) == 1:
            return table.name
        return self._other(table, (0, len(table.shape), *range(1, len(table.shape))))

    def _other(self, table: Table, order: tuple[int, ...]) -> str:
        if table.name not in self._turned:
            turned = self.node("Transpose", table.name, perm=order)
            self._turned |= {table.name: turned, turned: table.name}
        return self._turned[table.name]

    def output(self, name: str, table: Table) -> None:
        """Let a value be an output of the graph."""
        value = self.last(table)
        if value in self._names or value == INPUT:  # a layer that changes nothing
            value = self.node("Identity", value)
        self._names[value] = name
        self.outputs[name] = table.shape

    def sums(self, name: str, value: str, count: int) -> None:
        """Let a value of so many numbers, not one for each image, be an output of the graph."""
        self._names[value] = name
        self.totals[name] = count

    def written(self) -> bytes:
        """Return the model, as an ONNX file has it."""
        names = self._names
        graph = [
            *(
                protobuf.message(1, _node(kind, [names.get(n, n) for n in inputs], names.get(name, name), attributes))
                for kind, inputs, name, attributes in self.nodes
            ),
            protobuf.text(2, "network"),
            *(protobuf.message(5, _tensor(name, values)) for name, values in self.constants.items()),
            protobuf.message(11, _value(INPUT, (_IMAGES, *self.input_shape))),
            *(protobuf.message(11, _value(name, shape)) for name, shape in self.asked.items()),
            *(protobuf.message(12, _value(name, (_IMAGES, *shape))) for name, shape in self.outputs.items()),
            *(protobuf.message(12, _value(name, (count,))) for name, count in self.totals.items()),
        ]
        return b"".join(
            (
                protobuf.integer(1, _IR_VERSION),
                protobuf.text(2, "mnist-lab"),
                protobuf.text(3, __version__),
                protobuf.message(7, *graph),
                protobuf.message(8, protobuf.integer(2, _OPSET)),
            )
        )


def _node(operator: str, inputs: list[str], output: str, attributes: Mapping[str, Any]) -> bytes:
    parts = [*(protobuf.text(1, name) for name in inputs), protobuf.text(2, output), protobuf.text(4, operator)]
    for name, value in attributes.items():
        kind, place = _KINDS[type(value)]
        numbers = value if isinstance(value, tuple) else (value,)
        values = [protobuf.real(place, n) if isinstance(n, float) else protobuf.integer(place, n) for n in numbers]
        parts.append(protobuf.message(5, protobuf.text(1, name), *values, protobuf.integer(20, kind)))
    return b"".join(parts)


def _tensor(name: str, values: npt.NDArray[Any]) -> bytes:
    kind, dtype = (_INT64, "<i8") if values.dtype.kind == "i" else (_FLOAT, "<f4")
    sides = [protobuf.integer(1, side) for side in values.shape]
    content = np.ascontiguousarray(values, dtype).tobytes()
    return b"".join((*sides, protobuf.integer(2, kind), protobuf.text(8, name), protobuf.message(9, content)))


def _value(name: str, shape: tuple[int | str, ...]) -> bytes:
    sides = [protobuf.message(1, protobuf.text(2, n) if isinstance(n, str) else protobuf.integer(1, n)) for n in shape]
    tensor = protobuf.message(1, protobuf.integer(1, _FLOAT), protobuf.message(2, *sides))
    return protobuf.text(1, name) + protobuf.message(2, tensor)


def in_graph(weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return an array of a layer as it stands in graphs: a convolution's kernel has its channels first there."""
    return weights.transpose(3, 2, 0, 1) if weights.ndim == 4 else weights


@dataclass(frozen=True)
class LayerWriter:
    """What a layer is written from: the graph, how names in it begin, the shape of its output and its weights."""

    graph: Graph
    prefix: str
    output_shape: Shape
    weights: Mapping[str, npt.NDArray[np.float32]]

    def weight(self, name: str) -> str:
        """Put an array of the layer into the graph: see `in_graph`."""
        return self.graph.weight(self.prefix + name, in_graph(self.weights[name]))

    def given(self, name: str, *, turned: bool = False) -> Table:
        """Return a value as the layer's output."""
        return Table(name, self.output_shape, turned)

"""A network as an ONNX graph, written from its configuration and its weights: no library is asked.

The same network gives the same bytes, whatever it was trained with. How messages are written is in
`mnist_core.models.protobuf`; the numbers of fields and types are those of onnx.proto (ONNX 1.23).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core import __version__
from mnist_core.config import NetworkConfig
from mnist_core.config.layers import Shape
from mnist_core.drawing.prepare import SIDE
from mnist_core.models import protobuf
from mnist_core.models.summary import LayerRow, layer_rows
from mnist_core.models.weights import Weights, check_weights, layer_names

_IR_VERSION, _OPSET = 8, 17
_INPUT, _IMAGES = "image", "images"  # names of the input, and of its first side
_FLOAT, _INT64 = 1, 7  # of TensorProto.DataType
_KINDS = {float: (1, 2), int: (2, 3), tuple: (7, 8)}  # of AttributeProto: type, and field of the value
_EPSILON = 1e-3  # of Keras's normalizations
_LEAK = 0.2  # slope below zero of Keras's leaky_relu


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
    """A graph under way."""

    nodes: list[tuple[str, list[str], str, dict[str, Any]]] = field(default_factory=list)
    constants: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    outputs: dict[str, Shape] = field(default_factory=dict)
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
        if value in self._names or value == _INPUT:  # a layer that changes nothing
            value = self.node("Identity", value)
        self._names[value] = name
        self.outputs[name] = table.shape

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
            protobuf.message(11, _value(_INPUT, (SIDE, SIDE))),
            *(protobuf.message(12, _value(name, shape)) for name, shape in self.outputs.items()),
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


def _value(name: str, shape: Shape) -> bytes:
    sides = [
        protobuf.message(1, protobuf.text(2, _IMAGES)),
        *(protobuf.message(1, protobuf.integer(1, n)) for n in shape),
    ]
    tensor = protobuf.message(1, protobuf.integer(1, _FLOAT), protobuf.message(2, *sides))
    return protobuf.text(1, name) + protobuf.message(2, tensor)


def network_onnx(model: NetworkConfig, weights: Weights, num_classes: int = 10, *, every_layer: bool = False) -> bytes:
    """Return the ONNX file of a network.

    Parameters
    ----------
    model : NetworkConfig
    weights : mapping of str to ndarray
        Of `mnist_core.models.weights.weights_of`.
    num_classes : int
    every_layer : bool
        Whether the output of each layer is one of the graph's, ``00_Reshape`` and so on, or only that of the last.

    Returns
    -------
    bytes
        Of a graph with the input ``image``: float32 of shape (images, 28, 28), 0 to 1. Outputs are float32 with the
        shapes of Keras's layers, channels last.

    Raises
    ------
    ConfigError
        If layers don't fit together.
    ValueError
        If the weights are those of another network.
    """
    check_weights(weights, model, num_classes)
    graph, table = Graph(), Table(_INPUT, (SIDE, SIDE))
    rows, names = layer_rows(model, num_classes), layer_names(model, num_classes)
    for name, row in zip(names, rows, strict=True):
        # Weights keep their names in the graph.
        own = {key.partition("/")[2]: value for key, value in weights.items() if key.startswith(f"{name}/")}
        table = OPERATORS[row.name](_Layer(graph, f"{name}/", row, own), table)
        if every_layer or name == names[-1]:
            graph.output(name, table)
    return graph.written()


def baseline_onnx(weights: Weights) -> bytes:
    """Return the ONNX file of the baseline: one logistic regression for each class, normalised to sum to 1.

    Parameters
    ----------
    weights : mapping of str to ndarray
        ``kernel`` of shape (784, classes) and ``bias`` of shape (classes,).
    """
    graph = Graph()
    kernel, bias = (graph.constant(name, weights[name]) for name in ("kernel", "bias"))
    scores = graph.node("Gemm", graph.reshaped(_INPUT, (SIDE * SIDE,)), kernel, bias)
    # -softplus(-score) is log(sigmoid(score)), without the zeros that a sigmoid has far below
    logs = graph.node("Neg", graph.node("Softplus", graph.node("Neg", scores)))
    graph.output("probabilities", Table(graph.node("Softmax", logs, axis=-1), weights["bias"].shape))
    return graph.written()


@dataclass(frozen=True)
class _Layer:
    """What a layer is written from: the graph, how names in it begin, the layer's row and its weights."""

    graph: Graph
    prefix: str
    row: LayerRow
    weights: Weights

    def weight(self, name: str) -> str:
        """Put an array of the layer into the graph; a convolution's kernel has its channels first there."""
        values = self.weights[name]
        return self.graph.constant(self.prefix + name, values.transpose(3, 2, 0, 1) if values.ndim == 4 else values)

    def activated(self, name: str) -> str:
        """Return what the layer's activation makes of a value."""
        activation: str = self.row.layer.activation
        return ACTIVATIONS[getattr(self.row.layer, "activation", "")](self.graph, name)

    def given(self, name: str, *, turned: bool = False) -> Table:
        """Return a value as the layer's output."""
        return Table(name, self.row.output_shape, turned)


def _reshape(layer: _Layer, table: Table) -> Table:
    # One channel may as well stand first: no numbers have to change their places.
    return layer.given(layer.graph.reshaped(layer.graph.last(table), (1, *table.shape)), turned=True)


def _flatten(layer: _Layer, table: Table) -> Table:
    return layer.given(layer.graph.reshaped(layer.graph.last(table), (prod(table.shape),)))


def _dense(layer: _Layer, table: Table) -> Table:
    sums = layer.graph.node("Gemm", table.name, layer.weight("kernel"), layer.weight("bias"))
    return layer.given(layer.activated(sums))


def _conv2d(layer: _Layer, table: Table) -> Table:
    config: Any = layer.row.layer
    side, before = config.kernel_size, (config.kernel_size - 1) // 2
    pads = (before, before, side - 1 - before, side - 1 - before) if config.padding == "same" else (0, 0, 0, 0)
    sums = layer.graph.node(
        "Conv",
        layer.graph.first(table),
        layer.weight("kernel"),
        layer.weight("bias"),
        kernel_shape=(side, side),
        pads=pads,
    )
    return layer.given(layer.activated(sums), turned=True)


def _pooling(operator: str) -> "Write":
    def write(layer: _Layer, table: Table) -> Table:
        config: Any = layer.row.layer
        size = (config.pool_size, config.pool_size)
        return layer.given(
            layer.graph.node(operator, layer.graph.first(table), kernel_shape=size, strides=size), turned=True
        )

    return write


def _global_average_pooling2d(layer: _Layer, table: Table) -> Table:
    means = layer.graph.node("GlobalAveragePool", layer.graph.first(table))
    return layer.given(layer.graph.reshaped(means, layer.row.output_shape))


def _batch_normalization(layer: _Layer, table: Table) -> Table:
    weights = [layer.weight(name) for name in ("gamma", "beta", "moving_mean", "moving_variance")]
    name = layer.graph.node("BatchNormalization", layer.graph.first(table), *weights, epsilon=_EPSILON)
    return layer.given(name, turned=len(table.shape) > 1)


def _layer_normalization(layer: _Layer, table: Table) -> Table:
    weights = [layer.weight(name) for name in ("gamma", "beta")]
    return layer.given(
        layer.graph.node("LayerNormalization", layer.graph.last(table), *weights, axis=-1, epsilon=_EPSILON)
    )


def _nothing(layer: _Layer, table: Table) -> Table:
    return table  # it acts in training only


Write = Callable[[_Layer, Table], Table]
OPERATORS: Mapping[str, Write] = {
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Dense": _dense,
    "Conv2D": _conv2d,
    "MaxPooling2D": _pooling("MaxPool"),
    "AveragePooling2D": _pooling("AveragePool"),
    "GlobalAveragePooling2D": _global_average_pooling2d,
    "BatchNormalization": _batch_normalization,
    "LayerNormalization": _layer_normalization,
    "Dropout": _nothing,
    "GaussianNoise": _nothing,
}
"""How each layer is written, by its class in Keras."""


def _operator(name: str, **attributes: Any) -> Callable[[Graph, str], str]:
    return lambda graph, value: graph.node(name, value, **attributes)


def _gelu(graph: Graph, value: str) -> str:
    # Keras's own: x times the share of a normal distribution below x
    inner = graph.node("Erf", graph.node("Mul", value, graph.constant("1/sqrt(2)", np.float32(1 / sqrt(2)))))
    shares = graph.node("Add", inner, graph.constant("1", np.float32(1)))
    return graph.node("Mul", graph.node("Mul", value, shares), graph.constant("1/2", np.float32(0.5)))


ACTIVATIONS: Mapping[str, Callable[[Graph, str], str]] = {
    "linear": lambda graph, value: value,
    "relu": _operator("Relu"),
    "sigmoid": _operator("Sigmoid"),
    "tanh": _operator("Tanh"),
    "elu": _operator("Elu"),
    "selu": _operator("Selu"),
    "leaky_relu": _operator("LeakyRelu", alpha=_LEAK),
    "softplus": _operator("Softplus"),
    "gelu": _gelu,
    "silu": lambda graph, value: graph.node("Mul", value, graph.node("Sigmoid", value)),
    "softmax": _operator("Softmax", axis=-1),
}
"""How each activation is written, by its name in Keras."""

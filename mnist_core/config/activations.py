"""The activation functions: one entry holds all that is known of each, how ONNX writes it too."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from mnist_core.config.choices import Choice
from mnist_core.onnx.graph import Graph

Write = Callable[[Graph, str], str]
"""Adds operators to a graph and returns the name of what they make of a value."""


@dataclass(frozen=True, kw_only=True)
class Activation(Choice):
    """An activation function; its id is Keras's name for it."""

    onnx: Write


def _operator(name: str, **attributes: Any) -> Write:
    return lambda graph, value: graph.node(name, value, **attributes)


def _gelu(graph: Graph, value: str) -> str:
    # Keras's own: x times the share of a normal distribution below x
    inner = graph.node("Erf", graph.node("Mul", value, graph.constant("1/sqrt(2)", 1 / sqrt(2))))
    shares = graph.node("Add", inner, graph.constant("1", 1.0))
    return graph.node("Mul", graph.node("Mul", value, shares), graph.constant("1/2", 0.5))


_ALL = (
    Activation(
        id="relu",
        title="ReLU",
        help="Keeps what is positive and sets the rest to 0. The usual choice.",
        onnx=_operator("Relu"),
    ),
    Activation(id="sigmoid", title="Sigmoid", help="Squeezes every number into 0 to 1.", onnx=_operator("Sigmoid")),
    Activation(id="tanh", title="Tanh", help="Squeezes every number into -1 to 1.", onnx=_operator("Tanh")),
    Activation(
        id="elu", title="ELU", help="Like ReLU, but lets small negative numbers through.", onnx=_operator("Elu")
    ),
    Activation(
        id="selu",
        title="SELU",
        help="An ELU scaled so that deep dense networks stay balanced.",
        onnx=_operator("Selu"),
    ),
    Activation(
        id="leaky_relu",
        title="Leaky ReLU",
        help="Like ReLU with a small slope for negatives.",
        onnx=_operator("LeakyRelu", alpha=0.2),  # Keras's slope
    ),
    Activation(id="softplus", title="Softplus", help="A ReLU with a rounded corner.", onnx=_operator("Softplus")),
    Activation(
        id="gelu", title="GELU", help="A smooth ReLU that dips a little below 0. Usual in language models.", onnx=_gelu
    ),
    Activation(
        id="silu",
        title="SiLU (Swish)",
        help="The number times its own sigmoid: smooth, with a small dip below 0.",
        onnx=lambda graph, value: graph.node("Mul", value, graph.node("Sigmoid", value)),
    ),
    Activation(
        id="linear", title="None (linear)", help="Passes numbers on unchanged.", onnx=lambda graph, value: value
    ),
)
ACTIVATIONS: Mapping[str, Activation] = {activation.id: activation for activation in _ALL}
"""In the order in which the form offers them."""

SOFTMAX = Activation(
    id="softmax",
    title="Softmax",
    help="Makes probabilities of numbers: all are above 0, and they add up to 1.",
    onnx=_operator("Softmax", axis=-1),
)
"""Of the last layer alone; nobody chooses it."""

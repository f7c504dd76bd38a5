"""A network as an ONNX graph, written from its configuration and its weights: no library is asked.

The same network gives the same bytes, whatever it was trained with.
"""

from collections.abc import Iterator

import numpy as np

from mnist_core.config import NetworkConfig
from mnist_core.drawing.prepare import SIDE
from mnist_core.models.summary import layer_rows
from mnist_core.models.weights import Weights, check_weights, layer_names, weight_shapes
from mnist_core.onnx.graph import INPUT, Graph, LayerWriter, Table


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
    graph = Graph((SIDE, SIDE))
    *_, last = names = layer_names(model, num_classes)
    for name, table in zip(names, _tables(graph, model, weights, num_classes), strict=True):
        if every_layer or name == last:
            graph.output(name, table)
    return graph.written()


def film_onnx(model: NetworkConfig, num_classes: int = 10, weights: Weights | None = None) -> bytes:
    """Return the ONNX file of a network that also tells which of its units are dead.

    Parameters
    ----------
    model : NetworkConfig
    num_classes : int
    weights : mapping of str to ndarray, optional
        Without, the graph is given them with each question: one for all weights that the network ever had.

    Returns
    -------
    bytes
        Of a graph with the input ``image`` as that of `network_onnx`, and without weights one for each of them by its
        name, as `mnist_core.onnx.graph.in_graph` gives it. The first output is that of the last layer. One more for
        each hidden layer with weights, named as the layer: of each unit or filter the sum of the absolute values of all
        that it gave, of shape (units,).

    Raises
    ------
    ConfigError
        If layers don't fit together.
    ValueError
        If the weights are those of another network.
    """
    graph = Graph((SIDE, SIDE), asks_weights=weights is None)
    if weights is None:
        zero = np.float32(0)
        weights = {name: np.broadcast_to(zero, shape) for name, shape in weight_shapes(model, num_classes).items()}
    check_weights(weights, model, num_classes)
    rows, names = layer_rows(model, num_classes), layer_names(model, num_classes)
    tables = list(zip(names, rows, _tables(graph, model, weights, num_classes), strict=True))
    graph.output(names[-1], tables[-1][2])
    for name, row, table in tables[:-1]:
        if row.weights:
            others = [axis for axis in range(len(table.shape) + 1) if axis != (1 if table.turned else len(table.shape))]
            graph.sums(name, graph.node("ReduceL1", table.name, axes=tuple(others), keepdims=0), table.shape[-1])
    return graph.written()


def _tables(graph: Graph, model: NetworkConfig, weights: Weights, num_classes: int) -> Iterator[Table]:
    """Write layer after layer into a graph, and yield what comes out of each."""
    table = Table(INPUT, (SIDE, SIDE))
    for name, row in zip(layer_names(model, num_classes), layer_rows(model, num_classes), strict=True):
        # Weights keep their names in the graph.
        own = {key.partition("/")[2]: value for key, value in weights.items() if key.startswith(f"{name}/")}
        table = row.layer.onnx(LayerWriter(graph, f"{name}/", row.output_shape, own), table)
        yield table


def baseline_onnx(weights: Weights) -> bytes:
    """Return the ONNX file of the baseline: one logistic regression for each class, normalised to sum to 1.

    Parameters
    ----------
    weights : mapping of str to ndarray
        ``kernel`` of shape (784, classes) and ``bias`` of shape (classes,).
    """
    graph = Graph((SIDE, SIDE))
    kernel, bias = (graph.constant(name, weights[name]) for name in ("kernel", "bias"))
    scores = graph.node("Gemm", graph.reshaped(INPUT, (SIDE * SIDE,)), kernel, bias)
    # -softplus(-score) is log(sigmoid(score)), without the zeros that a sigmoid has far below
    logs = graph.node("Neg", graph.node("Softplus", graph.node("Neg", scores)))
    graph.output("probabilities", Table(graph.node("Softmax", logs, axis=-1), weights["bias"].shape))
    return graph.written()

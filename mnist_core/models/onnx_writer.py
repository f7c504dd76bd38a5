"""A network as an ONNX graph, written from its configuration and its weights: no library is asked.

The same network gives the same bytes, whatever it was trained with.
"""

from mnist_core.config import NetworkConfig
from mnist_core.drawing.prepare import SIDE
from mnist_core.models.summary import layer_rows
from mnist_core.models.weights import Weights, check_weights, layer_names
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
    graph, table = Graph((SIDE, SIDE)), Table(INPUT, (SIDE, SIDE))
    rows, names = layer_rows(model, num_classes), layer_names(model, num_classes)
    for name, row in zip(names, rows, strict=True):
        # Weights keep their names in the graph.
        own = {key.partition("/")[2]: value for key, value in weights.items() if key.startswith(f"{name}/")}
        table = row.layer.onnx(LayerWriter(graph, f"{name}/", row.output_shape, own), table)
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
    graph = Graph((SIDE, SIDE))
    kernel, bias = (graph.constant(name, weights[name]) for name in ("kernel", "bias"))
    scores = graph.node("Gemm", graph.reshaped(INPUT, (SIDE * SIDE,)), kernel, bias)
    # -softplus(-score) is log(sigmoid(score)), without the zeros that a sigmoid has far below
    logs = graph.node("Neg", graph.node("Softplus", graph.node("Neg", scores)))
    graph.output("probabilities", Table(graph.node("Softmax", logs, axis=-1), weights["bias"].shape))
    return graph.written()

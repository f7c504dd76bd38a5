"""The weights in an ONNX file of this program, as numbers only: nothing of the graph is carried out.

Graphs of `mnist_core.models.onnx_writer` call their numbers as the weights are called. Those that earlier versions
exported by way of TensorFlow call them anyhow, but use them in the order of the layers.
"""

from collections.abc import Iterator, Mapping
from math import prod

import numpy as np
import numpy.typing as npt

from mnist_core.config.layers import Shape
from mnist_core.config.sections import ModelConfig
from mnist_core.models.weights import UNKNOWN_VARIANCE, Weights, weight_shapes
from mnist_core.onnx.protobuf import fields, numbers_of

# Of onnx.proto (ONNX 1.23): numbers of fields.
_GRAPH = 7  # of ModelProto
_NODE, _CONSTANT = 1, 5  # of GraphProto
_INPUT = 1  # of NodeProto
_DIMS, _TYPE, _NAME, _RAW = 1, 2, 8, 9  # of TensorProto
_FLOAT = 1  # of TensorProto.DataType

Array = npt.NDArray[np.float32]


def read_weights(content: bytes, model: ModelConfig, num_classes: int) -> Weights:
    """Return the weights in an ONNX file.

    Parameters
    ----------
    content : bytes
        Of any content.
    model : NetworkConfig or LogisticConfig
        Whose weights they have to be: each array has to have the shape that follows from it.
    num_classes : int

    Returns
    -------
    mapping of str to ndarray
        Perhaps less than the network learned: see `mnist_core.models.weights.is_whole`.

    Raises
    ------
    ValueError
        If they are not there, or there are others.
    ConfigError
        If the model's layers don't fit together.
    """
    graphs = [part.content for part in fields(content) if part.number == _GRAPH]
    if len(graphs) != 1:
        raise ValueError("not one graph")
    graph = [(part.number, part.content) for part in fields(graphs[0])]
    constants = dict(filter(None, (_float32(part) for number, part in graph if number == _CONSTANT)))
    shapes = weight_shapes(model, num_classes)
    if shapes.keys() <= constants.keys():
        return {name: _fitting(constants[name], shape) for name, shape in shapes.items()}
    names = _used(part for number, part in graph if number == _NODE)
    # A single number without a side is no weight.
    return _in_order((constants[n] for n in names if n in constants and constants[n].ndim), shapes)


def _in_order(used: Iterator[Array], shapes: Mapping[str, Shape]) -> Weights:
    found: dict[str, Array] = {}
    for name, shape in shapes.items():
        if name.endswith("/moving_mean"):
            found[name] = np.zeros(shape, np.float32)
        elif name.endswith("/moving_variance"):
            found[name] = np.full(shape, UNKNOWN_VARIANCE)
        else:
            found[name] = _fitting(next(used, np.zeros(0, np.float32)), shape)
    if next(used, None) is not None:
        raise ValueError("more numbers than the layers have")
    return found


def _fitting(array: Array, shape: Shape) -> Array:
    """Return an array as Keras has it; raises `ValueError` where its shape is another."""
    if len(shape) == 4 and array.shape == (shape[3], shape[2], *shape[:2]):
        return array.transpose(2, 3, 1, 0)  # ONNX has the channels of a convolution's kernel first
    if len(shape) < 4 and array.shape == shape:
        return array
    if len(shape) == 2 and array.shape == shape[::-1]:
        return array.T  # the baseline of earlier versions
    if len(shape) == 1 and array.size == shape[0] and max(array.shape) == shape[0]:
        return array.reshape(shape)
    raise ValueError(f"numbers of shape {array.shape} instead of {shape}")


def _used(nodes: Iterator[bytes]) -> Iterator[str]:
    """Yield what the operators need, in their order, each once."""
    seen = set()
    for node in nodes:
        for part in fields(node):
            if part.number == _INPUT and part.content not in seen:
                seen.add(part.content)
                yield part.content.decode()


def _float32(tensor: bytes) -> tuple[str, Array] | None:
    """Return some numbers by their name; None where they are no float32, such as shapes."""
    parts = list(fields(tensor))
    name = next((part.content for part in parts if part.number == _NAME), b"").decode()
    kind = next((part.value for part in parts if part.number == _TYPE), 0)
    if kind != _FLOAT:
        return None
    shape = tuple(number for part in parts if part.number == _DIMS for number in numbers_of(part))
    raw = b"".join(part.content for part in parts if part.number == _RAW)
    if len(raw) != 4 * prod(shape):
        raise ValueError("numbers that are not all in the file")
    return name, np.frombuffer(raw, "<f4").reshape(shape)

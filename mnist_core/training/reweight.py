"""A network's ONNX graph made from that of another with the same layers, without exporting it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mnist_core.system.libraries import load_keras

if TYPE_CHECKING:
    import keras

Weights = npt.NDArray[np.float32]


def write_reweighted(source: Path, target: Path, before: "keras.Model", after: "keras.Model") -> bool:
    """Write the graph of `after` as that of `before` with other numbers in it; False where that can't be done.

    An export of a deep network takes four seconds, this a tenth of one. The arrays of a graph are a
    layer's weights, perhaps transposed, or for batch normalization what it multiplies by and adds:
    each is found by its values in `before`. One that is not found, or that could be two, ends it.

    Parameters
    ----------
    source : Path
        The graph exported from `before`.
    target : Path
    before, after : keras.Sequential
        Of the same layers, in float32.
    """
    import onnx
    from onnx import numpy_helper

    try:
        graph = onnx.load(source)
    except Exception:  # protobuf and the system raise a dozen classes for what is missing or damaged
        return False
    pairs = list(zip(_arrays(before), _arrays(after), strict=True))
    used = set()
    for tensor in graph.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < 2:
            continue  # shapes and axes, and constants such as BatchNormalization's epsilon
        found = [n for n, (old, _) in enumerate(pairs) if _same(old, values)]
        if len(found) != 1:
            return False
        used.add(found[0])
        new = pairs[found[0]][1].reshape(values.shape)
        tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(new), tensor.name))
    if len(used) != len(pairs):
        return False
    onnx.save(graph, target)
    return True


def _arrays(model: "keras.Model") -> Iterator[Weights]:
    """Yield the arrays that an export makes of a network's weights, always in the same order."""
    keras = load_keras()
    for layer in model.layers:
        weights = [np.asarray(keras.ops.convert_to_numpy(variable), np.float32) for variable in layer.weights]
        if isinstance(layer, keras.layers.BatchNormalization):
            gamma, beta, mean, variance = weights
            factor = gamma / np.sqrt(variance + np.float32(layer.epsilon))
            yield factor
            yield beta - mean * factor
            continue
        # ONNX has the channels of a convolution's kernel first.
        yield from (weight.transpose(3, 2, 0, 1) if weight.ndim == 4 else weight for weight in weights)


def _same(array: Weights, values: Weights) -> bool:
    return array.size == values.size and np.allclose(array.ravel(), values.ravel(), rtol=1e-5, atol=1e-7)

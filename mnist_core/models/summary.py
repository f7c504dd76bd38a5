"""A network's shapes and sizes by arithmetic, without Keras.

The table on the screen must follow every change of the form at once, and the app process never
imports Keras. ``tests/core/models`` compares it with Keras's own summary.
"""

from dataclasses import dataclass
from math import prod

from mnist_core.config import (
    SPATIAL_LAYERS,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    LayerConfig,
    MaxPooling2D,
    NetworkConfig,
)
from mnist_core.drawing.prepare import SIDE
from mnist_core.errors import ConfigError

Shape = tuple[int, ...]


@dataclass(frozen=True)
class LayerRow:
    """One row of the layer table.

    Attributes
    ----------
    name : str
        Class name in Keras.
    detail : str
        Its arguments, as in Keras code; empty where there are none.
    output_shape : tuple of int
        Without the batch dimension.
    parameters : int
        Numbers that the layer holds, those that are not trained included.
    config : LayerConfig or None
        The configured layer; None for what is added by itself.
    """

    name: str
    detail: str
    output_shape: Shape
    parameters: int
    config: LayerConfig | None = None


def layer_rows(model: NetworkConfig, num_classes: int = 10) -> tuple[LayerRow, ...]:
    """Return the complete list of layers, from input to softmax.

    Reshape (adds the channel axis) and Flatten are added where they are needed.

    Raises
    ------
    ConfigError
        If layers don't fit together, with the number of the layer and what to change.
    """
    shape: Shape = (SIDE, SIDE)
    rows: list[LayerRow] = []
    for number, layer in enumerate(model.layers, start=1):
        if layer.kind in SPATIAL_LAYERS and len(shape) == 2:
            shape = (SIDE, SIDE, 1)
            rows.append(LayerRow("Reshape", "(28, 28, 1)", shape, 0))
        if isinstance(layer, Dense) and len(shape) > 1:
            shape = (prod(shape),)
            rows.append(LayerRow("Flatten", "", shape, 0))
        row = _row(layer, number, shape)
        shape = row.output_shape
        rows.append(row)
    if len(shape) > 1:
        shape = (prod(shape),)
        rows.append(LayerRow("Flatten", "", shape, 0))
    rows.append(
        LayerRow(
            "Dense",
            f'{num_classes}, activation="softmax"',
            (num_classes,),
            (shape[0] + 1) * num_classes,
        )
    )
    return tuple(rows)


def parameter_count(model: NetworkConfig, num_classes: int = 10) -> int:
    """Return how many numbers a network holds; raises as `layer_rows`."""
    return sum(row.parameters for row in layer_rows(model, num_classes))


def _row(layer: LayerConfig, number: int, shape: Shape) -> LayerRow:
    if isinstance(layer, Dense):
        return LayerRow(
            "Dense",
            f"{layer.units}{_activation(layer.activation)}",
            (layer.units,),
            (shape[0] + 1) * layer.units,
            layer,
        )
    if isinstance(layer, Dropout):
        return LayerRow("Dropout", repr(layer.rate), shape, 0, layer)
    if isinstance(layer, BatchNormalization):
        # scale, offset, moving mean and moving variance of each channel
        return LayerRow("BatchNormalization", "", shape, 4 * shape[-1], layer)
    if len(shape) != 3:
        raise ConfigError(
            "Layer {number}, {name}, needs an image, but after a Dense layer there is only a list of "
            "numbers. Move it above the first Dense layer.",
            number=number,
            name="Conv2D" if layer.kind == "conv2d" else "MaxPooling2D",
        )
    if isinstance(layer, MaxPooling2D):
        return LayerRow("MaxPooling2D", f"{layer.pool_size}", _pooled(layer, number, shape), 0, layer)
    padding = "" if layer.padding == "valid" else f', padding="{layer.padding}"'
    return LayerRow(
        "Conv2D",
        f"{layer.filters}, {layer.kernel_size}{padding}{_activation(layer.activation)}",
        _convolved(layer, number, shape),
        (layer.kernel_size**2 * shape[2] + 1) * layer.filters,
        layer,
    )


def _activation(activation: str) -> str:
    return "" if activation == "linear" else f', activation="{activation}"'


def _pooled(layer: MaxPooling2D, number: int, shape: Shape) -> Shape:
    height, width, channels = shape
    if min(height, width) < layer.pool_size:
        raise _too_small(number, "MaxPooling2D", height)
    return (height // layer.pool_size, width // layer.pool_size, channels)


def _convolved(layer: Conv2D, number: int, shape: Shape) -> Shape:
    height, width, _ = shape
    if layer.padding == "same":
        return (height, width, layer.filters)
    if min(height, width) < layer.kernel_size:
        raise _too_small(number, "Conv2D", height)
    return (height - layer.kernel_size + 1, width - layer.kernel_size + 1, layer.filters)


def _too_small(number: int, name: str, side: int) -> ConfigError:
    return ConfigError(
        "Layer {number}, {name}, does not fit: only {side} x {side} pixels are left there. "
        "Remove a pooling layer before it or choose a smaller size.",
        number=number,
        name=name,
        side=side,
    )

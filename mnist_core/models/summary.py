"""A network's shapes and sizes by arithmetic, without Keras.

The table on the screen must follow every change of the form at once, and the app process never
imports Keras. ``tests/core/models`` compares it with Keras's own summary.
"""

from dataclasses import dataclass

from mnist_core.config import NetworkConfig
from mnist_core.config.layers import Flatten, Layer, Reshape, Shape, SoftmaxDense
from mnist_core.config.layers import parameter_count as count
from mnist_core.drawing.prepare import SIDE
from mnist_core.errors import ConfigError


@dataclass(frozen=True)
class LayerRow:
    """One row of the layer table.

    Attributes
    ----------
    layer : Layer
        As it was configured, or one that is added by itself.
    input_shape, output_shape : tuple of int
        Without the batch dimension.
    """

    layer: Layer
    input_shape: Shape
    output_shape: Shape

    @property
    def name(self) -> str:
        """Class name in Keras."""
        return self.layer.title

    @property
    def detail(self) -> str:
        """Its arguments, as in Keras code; empty where there are none."""
        return self.layer.call().code

    @property
    def weights(self) -> dict[str, Shape]:
        """The shapes of its weights, by Keras's names and in Keras's order."""
        return self.layer.weights(self.input_shape)

    @property
    def parameters(self) -> int:
        """Numbers that the layer holds, those that are not trained included."""
        return count(self.weights)


def layer_rows(model: NetworkConfig, num_classes: int = 10) -> tuple[LayerRow, ...]:
    """Return the complete list of layers, from input to softmax.

    Reshape (adds the channel axis) and Flatten are added where they are needed.

    Raises
    ------
    ConfigError
        If layers don't fit together, with the number of the layer and what to change.
    """
    table = _Table()
    for number, layer in enumerate(model.layers, start=1):
        table.add(layer, number)
    table.add(SoftmaxDense(units=num_classes), len(model.layers) + 1)
    return tuple(table.rows)


def parameter_count(model: NetworkConfig, num_classes: int = 10) -> int:
    """Return how many numbers a network holds; raises as `layer_rows`."""
    return sum(row.parameters for row in layer_rows(model, num_classes))


class _Table:
    """Rows under way."""

    def __init__(self) -> None:
        self.rows: list[LayerRow] = []
        self._shape: Shape = (SIDE, SIDE)

    def add(self, layer: Layer, number: int) -> None:
        """Add a layer, after what brings its input into the shape that it needs."""
        if layer.takes == "image" and len(self._shape) == 2:
            self._append(Reshape(target_shape=(SIDE, SIDE, 1)), number)
        if layer.takes == "image" and len(self._shape) == 1:
            raise self._no_image(layer, number)
        if layer.takes == "list" and len(self._shape) > 1:
            self._append(Flatten(), number)
        self._append(layer, number)

    def _append(self, layer: Layer, number: int) -> None:
        row = LayerRow(layer, self._shape, layer.output_shape(self._shape, number))
        self.rows.append(row)
        self._shape = row.output_shape

    def _no_image(self, layer: Layer, number: int) -> ConfigError:
        chosen = [row for row in self.rows if row.layer.takes != "anything"]
        return ConfigError(
            "Layer {number}, {name}, needs an image, but after a {other} layer there is only a list of "
            "numbers. Move it above the first {other} layer.",
            number=number,
            name=layer.title,
            other=next(row.name for row in chosen if len(row.output_shape) == 1),
        )

"""Layers that learn shapes: weighted sums of what comes in."""

from math import prod
from typing import Annotated, Any, Literal

from pydantic import Field

from mnist_core.config.activations import ACTIVATIONS, Activation
from mnist_core.config.choices import PADDINGS, OneOf
from mnist_core.config.layers.layer import Call, Layer, Step, Work
from mnist_core.onnx.graph import LayerWriter, Shape, Table
from mnist_core.text import English


def _activated(activation: str) -> dict[str, Any]:
    return {} if activation == "linear" else {"activation": activation}


class Dense(Layer):
    """Fully connected layer, `keras.layers.Dense`."""

    title = "Dense"
    help = "Every unit looks at every number that comes in."
    takes = "list"
    network = "dense"
    listed = "dense {values}"
    listed_by = "units"
    outputs_kept = 2  # its activation function keeps what goes into it as well

    kind: Literal["dense"] = "dense"
    units: Annotated[int, Step(16)] = Field(
        128, ge=1, le=4096, title="Units", description="How many units the layer has."
    )
    activation: Annotated[str, OneOf(ACTIVATIONS)] = Field(
        "relu", title="Activation", description="What each unit does to its sum before passing it on."
    )

    def call(self) -> Call:
        return Call((self.units,), _activated(self.activation))

    def output_shape(self, shape: Shape, number: int) -> Shape:
        return (self.units,)

    def weights(self, shape: Shape) -> dict[str, Shape]:
        return {"kernel": (shape[0], self.units), "bias": (self.units,)}

    def work(self, shape: Shape) -> Work:
        return Work(dense=prod(shape) * self.units)

    def onnx(self, out: LayerWriter, table: Table) -> Table:
        sums = out.graph.node("Gemm", table.name, out.weight("kernel"), out.weight("bias"))
        return out.given(self._activation.onnx(out.graph, sums))

    @property
    def _activation(self) -> Activation:
        return ACTIVATIONS[self.activation]

    def words(self, t: English) -> str:
        return f"{self.title} {self.units} {t(ACTIVATIONS[self.activation].title)}"


class Conv2D(Layer):
    """Convolution over the image, `keras.layers.Conv2D`, stride 1."""

    title = "Conv2D"
    help = "Small filters slide over the image and look for the same shape everywhere."
    takes = "image"
    network = "convolutional"
    listed = "conv {values}"
    listed_by = "filters"
    ordered = True
    outputs_kept = 2

    kind: Literal["conv2d"] = "conv2d"
    filters: Annotated[int, Step(8)] = Field(
        32, ge=1, le=256, title="Filters", description="How many shapes it looks for."
    )
    kernel_size: int = Field(3, ge=1, le=7, title="Kernel size", description="Side of the filter's square, in pixels.")
    padding: Annotated[str, OneOf(PADDINGS)] = Field(
        "valid", title="Padding", description="What happens at the border."
    )
    activation: Annotated[str, OneOf(ACTIVATIONS)] = Field(
        "relu", title="Activation", description="What each filter does to its sum before passing it on."
    )

    def call(self) -> Call:
        padding = {} if self.padding == "valid" else {"padding": self.padding}
        return Call((self.filters, self.kernel_size), padding | _activated(self.activation))

    def output_shape(self, shape: Shape, number: int) -> Shape:
        height, width, _ = shape
        if self.padding == "same":
            return (height, width, self.filters)
        if min(height, width) < self.kernel_size:
            raise self._too_small(number, height)
        return (height - self.kernel_size + 1, width - self.kernel_size + 1, self.filters)

    def weights(self, shape: Shape) -> dict[str, Shape]:
        return {"kernel": (self.kernel_size, self.kernel_size, shape[-1], self.filters), "bias": (self.filters,)}

    @property
    def window(self) -> int:
        return self.kernel_size

    def work(self, shape: Shape) -> Work:
        return Work(conv=prod(self.output_shape(shape, 0)) * self.kernel_size**2 * shape[-1])

    def onnx(self, out: LayerWriter, table: Table) -> Table:
        side, before = self.kernel_size, (self.kernel_size - 1) // 2
        pads = (before, before, side - 1 - before, side - 1 - before) if self.padding == "same" else (0, 0, 0, 0)
        weights = out.weight("kernel"), out.weight("bias")
        sums = out.graph.node("Conv", out.graph.first(table), *weights, kernel_shape=(side, side), pads=pads)
        return out.given(ACTIVATIONS[self.activation].onnx(out.graph, sums), turned=True)

    def words(self, t: English) -> str:
        size = f"{self.kernel_size} × {self.kernel_size}"
        same = ", same" if self.padding == "same" else ""
        return f"{self.title} {self.filters} ({size}{same}) {t(ACTIVATIONS[self.activation].title)}"

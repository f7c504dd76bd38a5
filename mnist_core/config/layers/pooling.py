"""Layers that make an image smaller without learning anything."""

from math import prod
from typing import ClassVar, Literal

from pydantic import Field

from mnist_core.config.layers.layer import Call, Layer, Work
from mnist_core.onnx.graph import LayerWriter, Shape, Table
from mnist_core.text import English


class _Pooling2D(Layer):
    """One number for each square of an image."""

    takes = "image"
    ordered = True

    operator: ClassVar[str]  # of ONNX

    pool_size: int = Field(2, ge=2, le=4, title="Pool size", description="Side of each square, in pixels.")

    def call(self) -> Call:
        return Call((self.pool_size,))

    def output_shape(self, shape: Shape, number: int) -> Shape:
        height, width, channels = shape
        if min(height, width) < self.pool_size:
            raise self._too_small(number, height)
        return (height // self.pool_size, width // self.pool_size, channels)

    @property
    def window(self) -> int:
        return self.pool_size

    def work(self, shape: Shape) -> Work:
        return Work(pooled=prod(self.output_shape(shape, 0)) * self.pool_size**2)

    def onnx(self, out: LayerWriter, table: Table) -> Table:
        size = (self.pool_size, self.pool_size)
        name = out.graph.node(self.operator, out.graph.first(table), kernel_shape=size, strides=size)
        return out.given(name, turned=True)

    def words(self, t: English) -> str:
        return f"{self.title} {self.pool_size} × {self.pool_size}"


class MaxPooling2D(_Pooling2D):
    """Maximum over squares, `keras.layers.MaxPooling2D`."""

    title = "MaxPooling2D"
    operator = "MaxPool"
    help = "Keeps the strongest answer of each small square and shrinks the image."

    kind: Literal["max_pooling2d"] = "max_pooling2d"


class AveragePooling2D(_Pooling2D):
    """Mean over squares, `keras.layers.AveragePooling2D`."""

    title = "AveragePooling2D"
    operator = "AveragePool"
    help = "Takes the mean of each small square and shrinks the image: softer than the strongest answer."

    kind: Literal["average_pooling2d"] = "average_pooling2d"


class GlobalAveragePooling2D(Layer):
    """Mean over the whole image, `keras.layers.GlobalAveragePooling2D`."""

    title = "GlobalAveragePooling2D"
    help = "Takes the mean of each filter's whole map: a single number says how much of its shape is there."
    takes = "image"
    ordered = True

    kind: Literal["global_average_pooling2d"] = "global_average_pooling2d"

    def output_shape(self, shape: Shape, number: int) -> Shape:
        return (shape[-1],)

    def work(self, shape: Shape) -> Work:
        return Work(pooled=prod(shape))

    def onnx(self, out: LayerWriter, table: Table) -> Table:
        means = out.graph.node("GlobalAveragePool", out.graph.first(table))
        return out.given(out.graph.reshaped(means, self.output_shape(table.shape, 0)))

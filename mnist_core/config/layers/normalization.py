"""Layers that keep the numbers between two others in a comfortable range."""

from math import prod
from typing import Literal

from mnist_core.config.layers.layer import Layer, Work
from mnist_core.onnx.graph import LayerWriter, Shape, Table

_EPSILON = 1e-3  # Keras's


class _Normalization(Layer):
    """Shifted and scaled to mean 0 and variance 1, then to what is learned."""

    joins = True

    def weights(self, shape: Shape) -> dict[str, Shape]:
        return {"gamma": shape[-1:], "beta": shape[-1:]}

    def work(self, shape: Shape) -> Work:
        return Work(normalized=prod(shape))


class BatchNormalization(_Normalization):
    """Normalisation over the batch, `keras.layers.BatchNormalization`."""

    title = "BatchNormalization"
    help = "Keeps the numbers between layers in a comfortable range. Often trains faster."
    listed = "batch normalization"

    kind: Literal["batch_normalization"] = "batch_normalization"

    def weights(self, shape: Shape) -> dict[str, Shape]:
        return super().weights(shape) | {"moving_mean": shape[-1:], "moving_variance": shape[-1:]}

    def onnx(self, out: LayerWriter, table: Table) -> Table:
        weights = [out.weight(name) for name in ("gamma", "beta", "moving_mean", "moving_variance")]
        name = out.graph.node("BatchNormalization", out.graph.first(table), *weights, epsilon=_EPSILON)
        return out.given(name, turned=len(table.shape) > 1)


class LayerNormalization(_Normalization):
    """Normalisation of each image by itself, over its last axis, `keras.layers.LayerNormalization`."""

    title = "LayerNormalization"
    help = "The same for each image by itself: it needs no other images of the batch, and answers as it learned."
    listed = "layer normalization"

    kind: Literal["layer_normalization"] = "layer_normalization"

    def onnx(self, out: LayerWriter, table: Table) -> Table:
        weights = [out.weight(name) for name in ("gamma", "beta")]
        name = out.graph.node("LayerNormalization", out.graph.last(table), *weights, axis=-1, epsilon=_EPSILON)
        return out.given(name)

"""Layers that keep the numbers between two others in a comfortable range."""

from math import prod
from typing import Any, Literal

from mnist_core.config.layers.layer import Initial, Layer, Shape, Work


class _Normalization(Layer):
    """Shifted and scaled to mean 0 and variance 1, then to what is learned."""

    joins = True

    def weights(self, shape: Shape) -> dict[str, Shape]:
        return {"gamma": shape[-1:], "beta": shape[-1:]}

    def work(self, shape: Shape) -> Work:
        return Work(normalized=prod(shape))

    def description(self) -> dict[str, Any]:
        return {
            "epsilon": 1e-3,
            "center": True,
            "scale": True,
            "beta_initializer": Initial("Zeros"),
            "gamma_initializer": Initial("Ones"),
            **dict.fromkeys(("beta_regularizer", "gamma_regularizer", "beta_constraint", "gamma_constraint")),
        }


class BatchNormalization(_Normalization):
    """Normalisation over the batch, `keras.layers.BatchNormalization`."""

    title = "BatchNormalization"
    help = "Keeps the numbers between layers in a comfortable range. Often trains faster."
    listed = "batch normalization"

    kind: Literal["batch_normalization"] = "batch_normalization"

    def weights(self, shape: Shape) -> dict[str, Shape]:
        return super().weights(shape) | {"moving_mean": shape[-1:], "moving_variance": shape[-1:]}

    def description(self) -> dict[str, Any]:
        return super().description() | {
            "axis": -1,
            "momentum": 0.99,
            "moving_mean_initializer": Initial("Zeros"),
            "moving_variance_initializer": Initial("Ones"),
            "synchronized": False,
            "renorm": False,
            "renorm_clipping": None,
            "renorm_momentum": 0.99,
        }


class LayerNormalization(_Normalization):
    """Normalisation of each image by itself, over its last axis, `keras.layers.LayerNormalization`."""

    title = "LayerNormalization"
    help = "The same for each image by itself: it needs no other images of the batch, and answers as it learned."
    listed = "layer normalization"

    kind: Literal["layer_normalization"] = "layer_normalization"

    def description(self) -> dict[str, Any]:
        return super().description() | {"axis": [-1], "rms_scaling": False}

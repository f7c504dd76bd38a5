"""The layers that a network can be made of, and their limits."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from mnist_core.config.base import Frozen

ActivationId = Literal["relu", "sigmoid", "tanh", "elu", "selu", "leaky_relu", "softplus", "linear"]
PaddingId = Literal["valid", "same"]


class Dense(Frozen):
    """Fully connected layer, `keras.layers.Dense`."""

    kind: Literal["dense"] = "dense"
    units: int = Field(128, ge=1, le=4096, title="Units", description="How many units the layer has.")
    activation: ActivationId = Field(
        "relu", title="Activation", description="What each unit does to its sum before passing it on."
    )


class Conv2D(Frozen):
    """Convolution over the image, `keras.layers.Conv2D`, stride 1."""

    kind: Literal["conv2d"] = "conv2d"
    filters: int = Field(32, ge=1, le=256, title="Filters", description="How many shapes it looks for.")
    kernel_size: int = Field(3, ge=1, le=7, title="Kernel size", description="Side of the filter's square, in pixels.")
    padding: PaddingId = Field("valid", title="Padding", description="What happens at the border.")
    activation: ActivationId = Field(
        "relu", title="Activation", description="What each filter does to its sum before passing it on."
    )


class MaxPooling2D(Frozen):
    """Maximum over squares, `keras.layers.MaxPooling2D`."""

    kind: Literal["max_pooling2d"] = "max_pooling2d"
    pool_size: int = Field(2, ge=2, le=4, title="Pool size", description="Side of each square, in pixels.")


class Dropout(Frozen):
    """Random switching off, `keras.layers.Dropout`."""

    kind: Literal["dropout"] = "dropout"
    rate: float = Field(0.3, ge=0.0, le=0.9, title="Rate", description="Share of units switched off in each step.")


class BatchNormalization(Frozen):
    """Normalisation over the batch, `keras.layers.BatchNormalization`."""

    kind: Literal["batch_normalization"] = "batch_normalization"


LayerConfig = Annotated[Dense | Conv2D | MaxPooling2D | Dropout | BatchNormalization, Field(discriminator="kind")]
LAYER_CLASSES: Mapping[str, type[Frozen]] = {
    "dense": Dense,
    "conv2d": Conv2D,
    "max_pooling2d": MaxPooling2D,
    "dropout": Dropout,
    "batch_normalization": BatchNormalization,
}
SPATIAL_LAYERS = ("conv2d", "max_pooling2d")

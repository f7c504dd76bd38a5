"""The layers that a network can be made of: one class for each kind, which is all that the program knows about it.

A new kind is a class in one of these modules and its place in `LAYERS`; form, table, cost, Keras network, code, lists,
comparisons, reports, TensorBoard, ONNX and imports follow from it. It knows no Keras and no pictures.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Union

from pydantic import Field

from mnist_core.config.layers.added import Flatten, Output, Reshape
from mnist_core.config.layers.layer import Call, Layer, Step, Work, parameter_count
from mnist_core.config.layers.noise import Dropout, GaussianNoise
from mnist_core.config.layers.normalization import BatchNormalization, LayerNormalization
from mnist_core.config.layers.pooling import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from mnist_core.config.layers.weighted import Conv2D, Dense
from mnist_core.onnx.graph import Shape

# In the order in which the form offers them.
_KINDS: tuple[type[Layer], ...] = (
    Dense,
    Conv2D,
    MaxPooling2D,
    AveragePooling2D,
    GlobalAveragePooling2D,
    Dropout,
    GaussianNoise,
    BatchNormalization,
    LayerNormalization,
)
LAYERS: Mapping[str, type[Layer]] = {kind.model_fields["kind"].default: kind for kind in _KINDS}
"""The kinds of hidden layers, by the name of their `Layer.kind`."""

if TYPE_CHECKING:
    LayerConfig = Layer
else:
    LayerConfig = Annotated[Union[_KINDS], Field(discriminator="kind")]  # noqa: UP007 - made of a tuple

__all__ = [
    "Output",
    "AveragePooling2D",
    "BatchNormalization",
    "Call",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "GaussianNoise",
    "GlobalAveragePooling2D",
    "LAYERS",
    "Layer",
    "LayerConfig",
    "LayerNormalization",
    "MaxPooling2D",
    "Reshape",
    "Shape",
    "Step",
    "Work",
    "parameter_count",
]

"""Everything that a person can set: values, limits, names of choices, recipes and links. It knows no Keras."""

from mnist_core.config.layers import (
    LAYER_CLASSES,
    SPATIAL_LAYERS,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    LayerConfig,
    MaxPooling2D,
)
from mnist_core.config.run import RunConfig
from mnist_core.config.sections import (
    AugmentationConfig,
    DataConfig,
    DatasetId,
    FineTuneConfig,
    LogisticConfig,
    NetworkConfig,
    TrainConfig,
)

__all__ = [
    "AugmentationConfig",
    "BatchNormalization",
    "Conv2D",
    "DataConfig",
    "DatasetId",
    "Dense",
    "Dropout",
    "FineTuneConfig",
    "LAYER_CLASSES",
    "LayerConfig",
    "LogisticConfig",
    "MaxPooling2D",
    "NetworkConfig",
    "RunConfig",
    "SPATIAL_LAYERS",
    "TrainConfig",
]

"""Everything that a person can set: values, limits, names of choices, recipes and links.

It knows no Keras, no files and no runs: a configuration is a value. `RunConfig.fingerprint` leaves out what has no
effect on the outcome, so a completed run with the same fingerprint is shown instead of trained again.
"""

from mnist_core.config.layers import (
    LAYERS,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    GaussianNoise,
    GlobalAveragePooling2D,
    Layer,
    LayerConfig,
    LayerNormalization,
    MaxPooling2D,
)
from mnist_core.config.run import RunConfig
from mnist_core.config.sections import (
    AugmentationConfig,
    DataConfig,
    FineTuneConfig,
    LogisticConfig,
    NetworkConfig,
    TrainConfig,
)

__all__ = [
    "AugmentationConfig",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "DataConfig",
    "Dense",
    "Dropout",
    "FineTuneConfig",
    "GaussianNoise",
    "GlobalAveragePooling2D",
    "LAYERS",
    "Layer",
    "LayerConfig",
    "LayerNormalization",
    "LogisticConfig",
    "MaxPooling2D",
    "NetworkConfig",
    "RunConfig",
    "TrainConfig",
]

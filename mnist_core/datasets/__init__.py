"""The datasets: what they are, how they are fetched, their arrays and splits.

It knows files, checksums and formats. It does not know what is trained with the images, or who looks at them.
"""

from mnist_core.config.datasets import DATASETS, FALLBACK_DATASET, PEN_STROKES, DatasetSpec, get_spec
from mnist_core.datasets.load import (
    SPLITS,
    STROKES_COUNT,
    Dataset,
    Split,
    is_offered,
    is_ready,
    load_dataset,
    load_training_data,
)
from mnist_core.datasets.provider import DatasetProvider, DatasetStatus, shared_provider
from mnist_core.datasets.statistics import training_images

__all__ = [
    "DATASETS",
    "FALLBACK_DATASET",
    "PEN_STROKES",
    "SPLITS",
    "STROKES_COUNT",
    "Dataset",
    "DatasetProvider",
    "DatasetSpec",
    "DatasetStatus",
    "Split",
    "get_spec",
    "is_offered",
    "is_ready",
    "load_dataset",
    "load_training_data",
    "shared_provider",
    "training_images",
]

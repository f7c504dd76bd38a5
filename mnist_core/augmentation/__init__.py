"""Augmentation: training images changed a little and at random, each time they are seen. NumPy only.

It knows images and `AugmentationConfig`, and nothing of training: `mnist_core.training.augmented` asks it for each
block of images. Products stay below the size at which OpenBLAS begins to use threads of its own.
"""

from mnist_core.augmentation.augment import augment
from mnist_core.augmentation.sampling import SIDE

__all__ = ["SIDE", "augment"]

"""Augmentation: training images changed a little and at random, each time they are seen. NumPy only."""

from mnist_core.augmentation.augment import augment
from mnist_core.augmentation.sampling import SIDE

__all__ = ["SIDE", "augment"]

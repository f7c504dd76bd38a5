"""Figures as pure functions of results: no store, no clock, no Keras."""

from mnist_core.figures.bars import class_count_alt, class_count_figure, probability_alt, probability_figure
from mnist_core.figures.curves import curve_alt, curve_figure
from mnist_core.figures.matrix import confusion_alt, confusion_figure
from mnist_core.figures.theme import DARK, LIGHT, Theme, theme

__all__ = [
    "DARK",
    "LIGHT",
    "Theme",
    "class_count_alt",
    "class_count_figure",
    "confusion_alt",
    "confusion_figure",
    "curve_alt",
    "curve_figure",
    "probability_alt",
    "probability_figure",
    "theme",
]

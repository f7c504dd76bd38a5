"""Ink on unevenly lit paper: what is darker than the paper around it, whatever the light there.

Light and shadow multiply what the paper reflects. So the picture is divided by an estimate of the paper alone, and what
is left is how much the ink swallows. On a blackboard the same holds of the inverted picture.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

Floats = npt.NDArray[np.float32]
Greys = npt.NDArray[np.uint8]

# With half or twice of any of these all digits of composed photos of 15 kinds are found, and nothing else; with twice
# `_WINDOW` 0.991 of them (`benchmarks.photo_thresholds`). They decide about light and ink that such photos lack.
_COARSE = 160  # pixels of the longest side when the paper is estimated: fewer blur the edge of a shadow, more cost time
_WINDOW = 0.22  # of the shorter side: what is narrower can be ink; a wider one takes a shadow for ink
_EVEN_SHARE = 0.4  # of the pixels have nearly one value: a drawing on a screen; with less of them it is a photo
_FAINTEST = 0.09  # share of the light that ink must swallow: less is the paper's own shade, more loses pale pencil
_NOISE_TIMES = 5.0  # standard deviations of the paper: one pixel in three million reaches that by chance
_DARKEST = 24.0  # grey values: in darker places a difference of two (`_FAINTEST` of it) would count as ink


@dataclass(frozen=True)
class Ink:
    """How much ink there is at each pixel.

    Attributes
    ----------
    swallowed : ndarray of shape (h, w), float32
        Share of the light, 0 to 1.
    threshold : float
        Above it lies ink, below it paper; infinite where nothing stands out of the noise.
    lighter : bool
        Whether the ink is lighter than the paper, as on a blackboard.
    """

    swallowed: Floats
    threshold: float
    lighter: bool

    @property
    def evened(self) -> npt.NDArray[np.uint8]:
        """The picture as it would be in even light, dark ink on white, of shape (h, w), uint8."""
        return np.rint(255 * (1 - self.swallowed)).astype(np.uint8)


def find_ink(grey: Greys) -> Ink:
    """Return the ink of a photo or drawing of shape (h, w), uint8, on one page."""
    even = _even_value(grey)
    lighter = _ink_is_lighter(grey, even)
    dark_on_light = (255 - grey if lighter else grey).astype(np.float32)
    paper = _paper(dark_on_light, 255 - even if lighter and even is not None else even)
    return _ink(dark_on_light, paper, lighter, np.ones(grey.shape, np.bool_))


def ink_on(grey: Greys, paper: Floats, inside: npt.NDArray[np.bool_]) -> Ink:
    """Return the ink on a page whose brightness is known.

    Parameters
    ----------
    grey : ndarray of shape (h, w), uint8
    paper : ndarray of shape (h, w), float32
        Brightness of the page as if nothing were written on it.
    inside : ndarray of shape (h, w), bool
        Where the page is; elsewhere there is no ink.
    """
    away = np.where(inside, grey - paper, np.float32(0))
    lighter = bool((away.astype(np.float64) ** 3).sum() > 0)
    return _ink(*((255 - grey, 255 - paper) if lighter else (grey, paper)), lighter, inside)


def _ink(dark_on_light: Greys | Floats, paper: Floats, lighter: bool, inside: npt.NDArray[np.bool_]) -> Ink:
    swallowed = ((paper - dark_on_light) / np.maximum(paper, _DARKEST)).astype(np.float32)
    faintest = max(_FAINTEST, _NOISE_TIMES * _noise(swallowed, inside))
    swallowed = np.where(inside, np.clip(swallowed, 0, 1), np.float32(0))
    return Ink(swallowed, _threshold(swallowed, faintest), lighter)


def _even_value(grey: Greys) -> int | None:
    """Return the grey value that most of a picture has, or None if there is no such value."""
    counts = np.bincount(grey.ravel(), minlength=256)
    near = np.convolve(counts, np.ones(5, np.int64), mode="same")
    value = int(near.argmax())
    return value if near[value] > _EVEN_SHARE * grey.size else None


def _ink_is_lighter(grey: Greys, even: int | None) -> bool:
    """Whether the few pixels that stand out of their surroundings are the lighter ones."""
    small = _coarse(grey.astype(np.float32))
    around = _window_mean(small, _window(small)) if even is None else even
    return bool(((small - around).astype(np.float64) ** 3).sum() > 0)


def _paper(grey: Floats, even: int | None) -> Floats:
    """Return the paper's brightness at each pixel, as if nothing were written on it."""
    if even is not None:
        return np.full_like(grey, even)
    small = _coarse(grey)
    # What is dark and narrow disappears; the edge of a shadow stays where it is. Beyond the picture's own edge the
    # light goes on as it did before it.
    window = _window(small)
    beyond = min(window, min(small.shape) - 1)
    around = np.pad(small, beyond, mode="reflect", reflect_type="odd")
    closed = -_window_max(-_window_max(around, window), window)[beyond:-beyond, beyond:-beyond]
    smooth = _window_mean(closed, max(window // 5, 1) | 1)
    height, width = grey.shape
    return np.asarray(Image.fromarray(smooth).resize((width, height), Image.Resampling.BILINEAR))


def _noise(swallowed: Floats, inside: npt.NDArray[np.bool_]) -> float:
    """Return the standard deviation of the paper, robust against the ink on it."""
    # Neighbouring pixels have part of their noise in common: cameras and JPEG smooth it.
    steps = (swallowed[:, 4:] - swallowed[:, :-4])[inside[:, 4:] & inside[:, :-4]]
    if not steps.size:
        return 0.0
    return float(1.4826 * np.median(np.abs(steps)) / np.sqrt(2))


def _threshold(swallowed: Floats, faintest: float) -> float:
    """Return what best splits all that stands out into two (Otsu 1979), so that pale lines are no ink."""
    counts, edges = np.histogram(swallowed[swallowed > faintest], bins=128, range=(0.0, 1.0))
    total = counts.sum()
    if not total:
        return float("inf")
    middles = (edges[:-1] + edges[1:]) / 2
    below, sums = np.cumsum(counts), np.cumsum(counts * middles)
    above = total - below
    inside = (below > 0) & (above > 0)
    means = np.divide(sums, below, where=inside, out=np.zeros(len(below)))
    others = np.divide(sums[-1] - sums, above, where=inside, out=np.zeros(len(below)))
    between = np.where(inside, below * above * (others - means) ** 2, 0.0)
    return max(float(edges[1 + between.argmax()]), faintest) if inside.any() else faintest


def _coarse(grey: Floats) -> Floats:
    height, width = grey.shape
    scale = min(_COARSE / max(height, width), 1.0)
    sides = (max(round(width * scale), 1), max(round(height * scale), 1))
    return np.asarray(Image.fromarray(grey).resize(sides, Image.Resampling.BOX), dtype=np.float32)


def _window(small: Floats) -> int:
    return int(max(round(_WINDOW * min(small.shape)), 3)) | 1


def _window_max(values: Floats, window: int) -> Floats:
    for axis in (0, 1):
        edges = [(window // 2,) * 2 if axis == side else (0, 0) for side in (0, 1)]
        padded = np.pad(values, edges, constant_values=-np.inf)
        values = np.lib.stride_tricks.sliding_window_view(padded, window, axis=axis).max(axis=-1)
    return values


def _window_mean(values: Floats, window: int) -> Floats:
    for axis in (0, 1):
        edges = [(window // 2,) * 2 if axis == side else (0, 0) for side in (0, 1)]
        padded = np.pad(values, edges, mode="reflect" if min(values.shape) > window // 2 else "edge")
        values = np.lib.stride_tricks.sliding_window_view(padded, window, axis=axis).mean(axis=-1)
    return values

"""The ink of a picture in which there may be pages of their own: tiles, insides of frames, cells."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core.photos.grounds import Greys, Ground, Grounds, find_grounds
from mnist_core.photos.light import Floats, Ink, find_ink, ink_on
from mnist_core.photos.ruled_lines import paper_without_rules, without_rules
from mnist_core.photos.shapes import grown

Numbers = npt.NDArray[np.int32]

_COARSE = 160  # pixels of the longest side when the paper is estimated
_HALO = 3  # pixels: so far the blurred edge of a ground reaches
_FAINTER = 0.3  # of the darkest page's threshold: on a page without writing noise stands out


def find_all_ink(grey: Greys) -> Ink:
    """Return the ink on all pages of a picture as if it were all on one page, dark on light.

    Parameters
    ----------
    grey : ndarray of shape (h, w), uint8
    """
    ink = find_ink(grey)
    # Lines through all of the picture enclose nothing, though they make squares.
    grounds = find_grounds(paper_without_rules(grey, ink))
    return without_rules(_together(grey, grounds) if grounds.enclosed else ink)


def _together(grey: Greys, grounds: Grounds) -> Ink:
    everything = Ground((0, 0, *grey.shape), np.ones(grey.shape, np.bool_), grounds.page, np.zeros(0, np.int64))
    pages = (everything, *grounds.enclosed)
    owners = np.zeros(grey.shape, np.int32)
    walls: list[list[npt.NDArray[np.int64]]] = [[] for _ in pages]
    for number, ground in enumerate(grounds.enclosed, start=1):
        below = owners[ground.place]
        # The page that it lies on; they come first.
        walls[np.bincount(below[ground.inside]).argmax()].append(ground.walls)
        below[ground.inside] = number
    inks = []
    for number, page in enumerate(pages):
        edges = grounds.edges[page.place]
        walled = np.isin(edges, np.concatenate(walls[number])) if walls[number] else np.zeros_like(page.inside)
        inside = page.inside & ~_beside(owners[page.place], number, walled)
        inks.append((page.place, inside, _ink_of(grey[page.place], inside, page.bare & inside)))
    threshold = max((ink.threshold for _, _, ink in inks if np.isfinite(ink.threshold)), default=float("inf"))
    swallowed = np.zeros(grey.shape, np.float32)
    for place, inside, ink in inks:
        scale = np.float32(threshold / max(ink.threshold, _FAINTER * threshold)) if np.isfinite(threshold) else 0
        np.copyto(swallowed[place], np.clip(ink.swallowed * scale, 0, 1), where=inside)
    return Ink(swallowed, threshold, inks[0][2].lighter)


def _beside(owners: Numbers, number: int, walled: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return what is not this page's: other grounds on it with their walls, and the blurred edges of both."""
    beside: npt.NDArray[np.bool_] = grown(walled | (owners > number), _HALO) | (owners != number)
    return beside


def _ink_of(grey: Greys, inside: npt.NDArray[np.bool_], bare: npt.NDArray[np.bool_]) -> Ink:
    if not bare.any():
        return Ink(np.zeros(grey.shape, np.float32), float("inf"), False)
    return ink_on(grey, _spread(grey, bare), inside)


def _spread(grey: Greys, bare: npt.NDArray[np.bool_]) -> Floats:
    """Return the brightness of a page where it is bare, and between such places what is around."""
    height, width = grey.shape
    scale = min(_COARSE / max(height, width), 1.0)
    sides = (max(round(width * scale), 1), max(round(height * scale), 1))
    weights = Image.fromarray(bare.astype(np.float32)).resize(sides, Image.Resampling.BOX)
    values = Image.fromarray(np.where(bare, grey, 0).astype(np.float32)).resize(sides, Image.Resampling.BOX)
    return np.asarray(_filled(values, weights).resize((width, height), Image.Resampling.BILINEAR))


def _filled(values: Image.Image, weights: Image.Image) -> Image.Image:
    """Return values by their weights; where there are none, those of half the size (Burt 1988: pull and push)."""
    sums, shares = np.asarray(values), np.asarray(weights)
    there = shares > 1e-3
    means = sums / np.maximum(shares, np.float32(1e-3))
    if there.all() or values.size == (1, 1):
        return Image.fromarray(means)
    half = (max(values.width // 2, 1), max(values.height // 2, 1))
    coarser = _filled(values.resize(half, Image.Resampling.BOX), weights.resize(half, Image.Resampling.BOX))
    return Image.fromarray(np.where(there, means, np.asarray(coarser.resize(values.size, Image.Resampling.BILINEAR))))

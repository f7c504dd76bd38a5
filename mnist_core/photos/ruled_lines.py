"""Lines of ruled and squared paper that are as dark as the writing: taken out, but for the strokes that cross them."""

import numpy as np
import numpy.typing as npt

from mnist_core.photos.light import Ink

Mask = npt.NDArray[np.bool_]

# Chosen by the "lined" and "squared" pictures of `benchmarks.enclosures` with seeds below 60.
_FAINT = 0.6  # of the threshold: paler lines are no ink
_PALEST = 0.1  # share of the light that a line swallows
_THICKEST = 0.03  # of the picture's side across the lines
_COVERED = 0.5  # of a line is seen between what crosses it
_PIECES = 32  # of a line; the two at each end show whether it reaches the border
_TILTS = np.tan(np.radians(np.arange(-3, 3.01, 0.25)))
_MOST_POINTS = 200_000  # are enough to find the tilt
_SOFT = 2  # pixels of a line's soft edge


def without_rules(ink: Ink) -> Ink:
    """Return ink without straight thin lines that go through the whole picture."""
    if not np.isfinite(ink.threshold):
        return ink
    dark = ink.swallowed > _FAINT * ink.threshold
    across, along = _lines(dark), _lines(dark.T).T
    if not (across.any() or along.any()):
        return ink
    # A line's soft edges go with it; what crosses it stays.
    gone = (_softened(across) | _softened(along.T).T) & ~(dark & ~across & ~along)
    return Ink(np.where(gone, np.float32(0), ink.swallowed), ink.threshold, ink.lighter)


def paper_without_rules(grey: npt.NDArray[np.uint8], ink: Ink) -> npt.NDArray[np.uint8]:
    """Return a picture in which pale and dark lines through all of it look like the paper above or beside them."""
    seen = ink.swallowed > _PALEST
    return _bridged(_bridged(grey, _softened(_lines(seen))).T, _softened(_lines(seen.T))).T


def _bridged(grey: npt.NDArray[np.uint8], gone: Mask) -> npt.NDArray[np.uint8]:
    """Return a picture in which pixels have the value of the nearest one above that stays."""
    if not gone.any():
        return grey
    rows = np.maximum.accumulate(np.where(gone, 0, np.arange(len(grey))[:, None]), axis=0)
    return np.take_along_axis(grey, rows, axis=0)


def _lines(dark: Mask) -> Mask:
    """Return the pixels of thin lines that go from the left border to the right one, all with the same tilt."""
    height, width = dark.shape
    result = np.zeros_like(dark)
    rows, columns = np.nonzero(_thin(dark, max(round(_THICKEST * height), 2)))
    if len(rows) < _COVERED * width:
        return result
    step = -(-len(rows) // _MOST_POINTS)
    y, x = rows[::step], columns[::step]
    margin = int(_TILTS.max() * width) + 2
    # Along the right tilt the points lie in few places.
    sharpness = [
        (np.bincount(y - np.rint(x * tilt).astype(np.int64) + margin).astype(np.float64) ** 2).sum() for tilt in _TILTS
    ]
    places = rows - np.rint(columns * _TILTS[int(np.argmax(sharpness))]).astype(np.int64) + margin
    pieces = np.bincount(places * _PIECES + columns * _PIECES // width, minlength=(height + 2 * margin) * _PIECES)
    seen = pieces.reshape(-1, _PIECES)
    # A line that is not quite straight lies in neighbouring places.
    share = np.minimum((seen[:-2] + seen[1:-1] + seen[2:]) * (_PIECES / width), 1)
    whole = (share.mean(axis=1) > _COVERED) & (share[:, :2].sum(axis=1) > 0.5) & (share[:, -2:].sum(axis=1) > 0.5)
    chosen = _softened(np.pad(whole, 1)[:, None])[:, 0][places]
    result[rows[chosen], columns[chosen]] = True
    return result


def _thin(dark: Mask, most: int) -> Mask:
    """Return the pixels that lie in vertical runs of at most so many."""
    steps = np.diff(np.pad(dark, ((1, 1), (0, 0))).astype(np.int8), axis=0).T
    columns, starts = np.nonzero(steps == 1)
    _, ends = np.nonzero(steps == -1)
    short = ends - starts <= most
    marks = np.zeros((dark.shape[1], dark.shape[0] + 1), np.int8)
    marks[columns[short], starts[short]] = 1
    marks[columns[short], ends[short]] = -1
    return np.cumsum(marks, axis=1, dtype=np.int8)[:, :-1].T > 0


def _softened(mask: Mask) -> Mask:
    """Return a mask that is higher by a line's soft edge."""
    result = mask.copy()
    for shift in range(1, _SOFT + 1):
        result[shift:] |= mask[:-shift]
        result[:-shift] |= mask[shift:]
    return result

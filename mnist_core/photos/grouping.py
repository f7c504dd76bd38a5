"""From connected parts of ink to digits in the order in which one reads them.

A digit can be several parts (the bar of a 5, a broken line), and many parts are no digit (specks, ruled lines, the edge
of the paper). Size and shape decide, in relation to the other parts of the same picture.
"""

import numpy as np
import numpy.typing as npt

from mnist_core.photos.components import Components, Ints, groups

# With half or twice of any of these (but `_MOST_PARTS`, not measured) all digits of composed photos of 15 kinds are
# found, in their order, and nothing else (`benchmarks.photo_thresholds`). They decide about what such photos lack.
_LEAST = 5  # pixels of a part's longest side: a smaller one is the grain of the picture, a larger one may be a comma
_MOST_PARTS = 600  # the largest ones are looked at: ten times as many as digits are read; more is a pattern or noise
# By the digits' usual height:
_SPECK = 0.12  # smaller parts are dirt, larger ones may be a piece of a digit, such as the bar of a 5
_DIGIT = 0.45  # smaller groups are punctuation or dirt, larger ones digits; with four times of it nothing is found
_GAP = 0.22  # pieces of one digit lie nearer than that, and neighbours farther apart
_TALLEST = 1.45  # a piece that makes a digit taller belongs to the line above or below
# By the narrower, or lower, of two:
_OVER = 0.4  # a piece with so much width in common lies over or under the other, with less beside it
_SAME_LINE = 0.35  # digits with more height in common are of one line, with less of two
# By the picture's sides:
_LONG = 0.5  # thin parts longer than that are ruled lines or edges, shorter ones may be a 1
_THIN = 0.06  # thickness by length: a thicker part is a stroke
_FLAT = 0.15  # height by length of such a line: a higher part is no straight line
_INNER = 0.04  # of the shorter side: parts away from the edge that are larger may be digits


def find_groups(parts: Components) -> list[Ints]:
    """Return the parts of each digit, as indices of `parts`, in no particular order."""
    kept, usual = written(parts)
    if not len(kept):
        return []
    boxes = parts.boxes[kept]
    left, right = _same_digit(boxes, usual)
    found = []
    for group in groups(len(kept), left, right):
        if _sides(_around(boxes[group])[None])[0].max() >= _DIGIT * usual:
            found.append(kept[group])
    return found


def written(parts: Components) -> tuple[Ints, float]:
    """Return the parts that are no dirt, lines or edges, as indices of `parts`, and their usual height in pixels."""
    kept = _worth_a_look(parts)
    if not len(kept):
        return kept, 0.0
    boxes = parts.boxes[kept]
    usual = _usual_height(boxes, parts.areas[kept])
    return kept[_sides(boxes).max(axis=1) >= _SPECK * usual], usual


def reading_order(boxes: Ints) -> list[list[int]]:
    """Return lines from top to bottom, each with the indices of its digits from left to right.

    A line may run uphill or downhill: each digit is compared with the one before it.

    Parameters
    ----------
    boxes : ndarray of shape (n, 4), int64
        Top, left, bottom, right.
    """
    lines: list[list[int]] = []
    for index in np.argsort(boxes[:, 1] + boxes[:, 3], kind="stable").tolist():
        top, _, bottom, _ = boxes[index]
        best, shares = None, _SAME_LINE
        for line in lines:
            last_top, _, last_bottom, _ = boxes[line[-1]]
            common = min(bottom, last_bottom) - max(top, last_top)
            share = common / max(min(bottom - top, last_bottom - last_top), 1)
            if share > shares:
                best, shares = line, share
        if best is None:
            lines.append([index])
        else:
            best.append(index)
    middles = boxes[:, 0] + boxes[:, 2]
    return sorted(lines, key=lambda line: float(np.mean(middles[line])))


def _worth_a_look(parts: Components) -> Ints:
    """Return the parts that are not dirt, lines or edges by their shape alone, at most the 600 largest."""
    height, width = parts.labels.shape
    sides = _sides(parts.boxes)
    least = min(_LEAST, max(min(height, width) // 4, 2))
    kept = np.flatnonzero(sides.max(axis=1) >= least)
    kept = kept[np.argsort(-parts.areas[kept], kind="stable")[:_MOST_PARTS]]
    kept = kept[~_is_line(parts.boxes[kept], parts.areas[kept], (height, width))]
    boxes = parts.boxes[kept]
    at_edge = (boxes[:, :2] <= 0).any(axis=1) | (boxes[:, 2:] >= [height, width]).any(axis=1)
    longest = sides[kept].max(axis=1)
    inner = ~at_edge & (longest > _INNER * min(height, width))
    if not inner.any():
        return kept
    # What reaches the edge is the table or a shadow, unless it is all there is, or as large as what is in the middle.
    usual = _usual_height(boxes[inner], parts.areas[kept[inner]])
    alike = (longest > usual / 2) & (longest < _TALLEST * usual)
    found: Ints = kept[~at_edge | alike]
    return found


def _is_line(boxes: Ints, areas: Ints, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Whether parts are ruled lines or edges: through half of the picture, and with little ink for their box's size."""
    sides = _sides(boxes)
    share = sides / np.array(shape)
    longest, shortest = sides.max(axis=1), sides.min(axis=1)
    along = share[np.arange(len(sides)), sides.argmax(axis=1)] > _LONG
    thin = areas / np.maximum(longest, 1) < _THIN * longest
    flat = shortest < _FLAT * longest
    # A digit is as long as that as well if it fills the picture, but then it is alone or not flat.
    return np.asarray(along & thin & flat & (len(boxes) > 1))


def _usual_height(boxes: Ints, areas: Ints) -> float:
    """Return the height of the part in the middle, when each counts by its ink."""
    heights = _sides(boxes).max(axis=1).astype(np.float64)
    order = np.argsort(heights)
    weights = np.cumsum(areas[order])
    return float(heights[order][np.searchsorted(weights, weights[-1] / 2)])


def _same_digit(boxes: Ints, usual: float) -> tuple[Ints, Ints]:
    """Return pairs of parts that belong to one digit."""
    top, left, bottom, right = (boxes[:, None, side] for side in range(4))
    others = [boxes[None, :, side] for side in range(4)]
    gap_y = np.maximum(np.maximum(top, others[0]) - np.minimum(bottom, others[2]), 0)
    gap_x = np.maximum(np.maximum(left, others[1]) - np.minimum(right, others[3]), 0)
    common_x = np.minimum(right, others[3]) - np.maximum(left, others[1])
    narrower = np.minimum(right - left, others[3] - others[1])
    height = np.maximum(bottom, others[2]) - np.minimum(top, others[0])
    sizes = _sides(boxes).max(axis=1)
    small = np.minimum(sizes[:, None], sizes[None, :]) < _DIGIT * usual
    near = (gap_x <= _GAP * usual) & (gap_y <= _GAP * usual)
    above = common_x >= _OVER * np.maximum(narrower, 1)
    fits = height <= _TALLEST * max(usual, 1)
    # A piece joins what it lies over or under; a small one also what it lies beside, but only the nearest.
    distance = np.hypot(gap_x, gap_y) + np.where(np.eye(len(boxes), dtype=bool), np.inf, 0)
    nearest = np.zeros_like(near)
    nearest[np.arange(len(boxes)), distance.argmin(axis=1)] = True
    beside = small & (nearest | nearest.T)
    first, second = np.nonzero(np.triu(near & fits & (above | beside), 1))
    return first, second


def _around(boxes: Ints) -> Ints:
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def _sides(boxes: Ints) -> Ints:
    return boxes[:, 2:] - boxes[:, :2]

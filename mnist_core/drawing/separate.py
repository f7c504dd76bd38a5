"""Which strokes of a drawing belong to one digit, so that several digits side by side are read as a number.

Only place and size of the strokes count, and for small ones the order in which they were drawn. A network's confidence
is no help: two digits taken for one often look like something to it (``benchmarks/README.md``).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mnist_core.drawing.strokes import Stroke

MOST_DIGITS = 10  # what falls into more pieces is a scribble rather than a number
MOST_STROKES = 80  # so is what has more of them; each may be compared with each

# All shares are of heights; chosen by the writers with even numbers of "Pen-Based Recognition of Handwritten Digits".
_MAIN = 0.35  # of the tallest stroke: a stroke of this height may be a digit of its own
_ALONE = 0.10  # a smaller one that is farther than this from every other digit, and not tiny, is one as well
_TINY = 0.25
_NEAR = 0.12  # parts of one digit are not farther apart
_COVERED = 0.30  # of the narrower one's width: parts that lie over one another so far are one digit
_SAME = 0.05  # middles of digits side by side are farther apart: a thin stroke was gone over once more
_LOWER = 0.33  # side by side, the right part of a 4 begins or ends lower by this
_LATER = 0.10  # each stroke drawn in between counts as so much distance
_FLAT = 0.10  # by its width: what is so low is no row of digits


def separate(strokes: Sequence[Stroke]) -> tuple[tuple[int, ...], ...]:
    """Group strokes into digits that stand side by side.

    Parts that lie over one another belong together: the bar of a 5, the stroke through a 7. So do parts side by side
    of which the right one begins or ends clearly lower, as in an open 4. Small strokes belong to the digit nearest to
    them. Neither place nor size of the whole drawing matters.

    Parameters
    ----------
    strokes : sequence of ndarray of shape (n, 2)
        x to the right and y down, each with at least one point, in the order of drawing.

    Returns
    -------
    tuple of tuple of int
        The indices of the strokes of each digit, from left to right; one digit with all strokes where there are more
        digits than `MOST_DIGITS`, or more strokes than `MOST_STROKES`.
    """
    everything = (tuple(range(len(strokes))),)
    if len(strokes) < 2 or len(strokes) > MOST_STROKES:
        return everything if strokes else ()
    boxes = np.array([(stroke.min(axis=0), stroke.max(axis=0)) for stroke in strokes])
    heights = boxes[:, 1, 1] - boxes[:, 0, 1]
    tallest = float(heights.max())
    if tallest < _FLAT * (boxes[:, 1, 0].max() - boxes[:, 0, 0].min()):
        return everything
    main = heights >= _MAIN * tallest
    digits = _joined([[int(index)] for index in np.flatnonzero(main)], boxes)
    alone = []
    for index in map(int, np.flatnonzero(~main)):
        digit, away = _nearest(index, digits, strokes, boxes, tallest)
        if away > _ALONE * tallest and heights[index] > _TINY * tallest:
            alone.append([index])
        else:
            digit.append(index)
    digits += alone
    if len(digits) > MOST_DIGITS:
        return everything
    places = {id(digit): boxes[[i for i in digit if main[i]] or digit] for digit in digits}
    digits.sort(key=lambda digit: places[id(digit)][:, :, 0].mean())
    return tuple(tuple(sorted(digit)) for digit in digits)


def _joined(digits: list[list[int]], boxes: npt.NDArray[np.float64]) -> list[list[int]]:
    """Join neighbours that are parts of one digit until there are none."""

    def around(digit: list[int]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        return boxes[digit, 0].min(axis=0), boxes[digit, 1].max(axis=0)

    while True:
        digits.sort(key=lambda digit: float(np.add(*around(digit))[0]))
        for left, right in zip(digits[:-1], digits[1:], strict=True):
            if _are_one(around(left), around(right)):
                left += right
                digits.remove(right)
                break
        else:
            return digits


def _are_one(left: Sequence[npt.NDArray[np.float64]], right: Sequence[npt.NDArray[np.float64]]) -> bool:
    """Whether two boxes, each as its upper left and lower right corner, hold parts of one digit."""
    widths, heights = np.stack([left[1] - left[0], right[1] - right[0]], axis=1)
    height = float(heights.max())
    gap = float(right[0][0] - left[1][0])
    if abs(float(np.sum(left, axis=0)[0] - np.sum(right, axis=0)[0])) / 2 < _SAME * height:
        return True
    # An upright stroke has no width to speak of.
    if -gap > _COVERED * max(float(widths.min()), 0.1 * height):
        return True
    begins, ends = right[0][1] - left[0][1], right[1][1] - left[1][1]
    return gap <= _NEAR * height and max(float(begins), float(ends)) > _LOWER * height


def _nearest(
    index: int,
    digits: list[list[int]],
    strokes: Sequence[Stroke],
    boxes: npt.NDArray[np.float64],
    tallest: float,
) -> tuple[list[int], float]:
    """Return the digit that a small stroke most likely belongs to, and the empty width between them."""

    def between(digit: list[int]) -> float:
        low, high = boxes[digit, 0, 0].min(), boxes[digit, 1, 0].max()
        return float(max(boxes[index, 0, 0] - high, low - boxes[index, 1, 0], 0.0))

    def distance(digit: list[int]) -> float:
        near = min(_least_distance(strokes[index], strokes[other]) for other in digit)
        steps = min(abs(index - other) for other in digit)
        return near + between(digit) + _LATER * tallest * (steps - 1)

    best = min(digits, key=distance)
    return best, between(best)


def _least_distance(one: Stroke, other: Stroke) -> float:
    # Every so many points are enough: they lie close to one another.
    few, many = one[:: 1 + len(one) // 64], other[:: 1 + len(other) // 64]
    return float(np.hypot(*(few[:, None] - many[None]).transpose(2, 0, 1)).min())

"""Grounds in a picture: what is a page of its own in it, such as a tile, the inside of a frame, or a table's cell.

What encloses is no ink. A ground is an even area, convex as tiles, discs and cells are, on which something is written.
The lines around it are walls, which belong to nothing. The inside of a 0 is no ground, for nothing is written there.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from mnist_core.photos.components import Components, Ints, Mask, components
from mnist_core.photos.shapes import grown, hull_of, is_regular, outline_of, range_around

Greys = npt.NDArray[np.uint8]

# Chosen by the pictures of `benchmarks.enclosures` with seeds below 100, and by the photos of `benchmarks.photos`.
_STEP = 12.0  # grey values by which neighbours differ at an edge; cards in dark mode differ less from their page
_NOISE_TIMES = 6.0  # neighbours in noise differ by less than that times its standard deviation
_DISTANCE = 4  # pixels between which noise is measured: cameras and JPEG make nearer ones alike
_GAPS = (0.0, 0.01, 0.025)  # of the picture's shorter side: half of the widest gap between dashes, if nothing is closed
_SMALL = 200  # pixels of the shorter side
_LEAST_SIDE = 10  # pixels of a ground
_MOST = 300  # even areas; the largest ones are looked at
_MOST_TIMES = 4  # the picture's size; a table takes it once, each frame within a frame once more
_CONVEX = 0.92  # of its hull's area; a tile of 30 pixels with blurred corners has 0.95, a bold 6 or 9 0.9
_COVERED = 0.7  # of its hull's outline, where a digit may touch the frame
_ALIKE = 0.06  # sides of the same row of boxes differ by less
_CONTENT = 0.2  # of the ground's shorter side: the dot in a 0 is smaller
_INSIDE = 0.12  # of what is even in a 0 on a tile; crossing ends of a line leave less
_THIN = 0.25  # of its hull's area: less is a line, unless there is a ground inside
_SLIGHT = 0.12  # of the ground's shorter side
_BLUR = 4  # pixels
_STRONG = 99  # percentile of all edges: on squared paper most of them are pale
_PALE = 0.3  # of the edges of what is written; pale lines of squared paper have 0.2, a frame of one pixel 0.5
_ROUGH = 0.8
_SMOOTH = 0.92  # of its hull's area: the inside of a loop has 0.95 and more, a bold 4 or 6 without a hole 0.9
_ROUND = 3.7  # squared length by area: a circle has 2.5, an ellipse 2.5 times as long as wide 3.7, a bold 1 more than 4


@dataclass(frozen=True)
class Ground:
    """A page of its own.

    Attributes
    ----------
    box : tuple of int
        Top, left, bottom, right in pixels of the picture.
    inside : ndarray of shape (h, w), bool
        What belongs to it, in its box: all but what is outside of its convex hull.
    bare : ndarray of shape (h, w), bool
        Where one sees it, in its box: what is written on it is left out.
    walls : ndarray of shape (n,), int64
        Numbers of the edges around it.
    """

    box: tuple[int, int, int, int]
    inside: Mask
    bare: Mask
    walls: Ints

    @property
    def place(self) -> tuple[slice, slice]:
        """Its box as an index of the picture's rows and columns."""
        return _place(self.box)


@dataclass(frozen=True)
class Grounds:
    """What is a page of its own in a picture.

    Attributes
    ----------
    enclosed : tuple of Ground
        The larger ones first, so that what lies on another one comes later.
    edges : ndarray of shape (h, w), int32
        Numbers of the edges, lines and strokes that hang together; 0 where the picture is even.
    page : ndarray of shape (h, w), bool
        Where one sees the page on which all of this lies.
    """

    enclosed: tuple[Ground, ...]
    edges: npt.NDArray[np.int32]
    page: Mask


def find_grounds(grey: Greys) -> Grounds:
    """Return what is a page of its own in a picture of shape (h, w), uint8."""
    # A small picture has no pixel to spare between a tile's border and what is on it.
    calmed = (
        grey if min(grey.shape) < _SMALL else np.asarray(Image.fromarray(grey).filter(ImageFilter.GaussianBlur(0.8)))
    )
    steps = range_around(calmed)
    edge = steps > max(_STEP, _NOISE_TIMES * _noise(calmed))
    contrast, strongest = np.percentile(steps[edge], [50, _STRONG]).tolist() if edge.any() else (255.0, 255.0)
    for gap in _GAPS:
        wide = round(gap * min(grey.shape))
        if gap and not wide:
            continue
        found = _Search(grey, steps, grown(edge, wide), wide, strongest).result(contrast)
        if found.enclosed:
            break
    return found


class _Search:
    """Looks for grounds among the even areas between edges; edges are `wide` pixels wider than they are."""

    def __init__(self, grey: Greys, steps: Greys, edge: Mask, wide: int, strongest: float) -> None:
        self._steps = steps
        self._strongest = strongest
        self._wide = wide
        self._edges = components(edge)
        self._areas = components(~edge)
        sums = np.bincount(self._areas.labels.ravel(), weights=grey.ravel(), minlength=len(self._areas.areas) + 1)
        self._shades = sums[1:] / self._areas.areas
        self._sides = self._areas.boxes[:, 2:] - self._areas.boxes[:, :2]

    def result(self, contrast: float) -> Grounds:
        """Return the grounds; shades that differ by less than half of the contrast are alike."""
        self._alike = contrast / 2
        boxes, areas, sides = self._areas.boxes, self._areas.areas, self._sides
        at_border = (boxes[:, :2] <= 0).any(axis=1) | (boxes[:, 2:] >= self._edges.labels.shape).any(axis=1)
        kept = np.flatnonzero((sides.min(axis=1) >= _LEAST_SIDE) & ~at_border)
        kept = kept[np.argsort(-areas[kept], kind="stable")[:_MOST]]
        # Grounds within grounds within grounds would each be looked at as a whole.
        kept = kept[np.cumsum(sides[kept].prod(axis=1)) <= _MOST_TIMES * self._edges.labels.size]
        found: dict[int, Ground] = {}
        # What lies on a ground comes before it.
        for area in kept[np.argsort(sides[kept].prod(axis=1), kind="stable")].tolist():
            own = self._own(area)
            hull = hull_of(own)
            holes = components(~own)
            outside = holes.labels == holes.labels[0, 0]
            if (~outside).sum() < _CONVEX * hull.sum():
                continue
            ground = self._ground(area, own, hull)
            if self._is_written_on(area, holes, hull, ground, set(found)):
                found[area] = ground
        # Boxes of the same size as one with writing, which are empty, or in which a digit touches the side.
        written = self._sides[list(found)]
        for area in kept.tolist() if found else ():
            if area not in found and (np.abs(written - sides[area]) <= _ALIKE * written).all(axis=1).any():
                own = self._own(area)
                hull = hull_of(own)
                if grown(own, 2)[outline_of(hull)].mean() > _COVERED:
                    found[area] = self._ground(area, own, hull)
        enclosed = tuple(sorted(found.values(), key=lambda ground: -ground.inside.size))
        page = at_border & (areas > 0.1 * areas[at_border].max(initial=0))
        if page.any():
            # Ruled paper has its shade in many places, and what is written on it has another one.
            usual = np.average(self._shades[page], weights=areas[page])
            page |= np.abs(self._shades - usual) < self._alike
        return Grounds(enclosed, self._edges.labels, np.concatenate([[False], page])[self._areas.labels])

    def _own(self, area: int) -> Mask:
        return np.pad(self._areas.labels[_place(self._areas.boxes[area])] == area + 1, 1)

    def _ground(self, area: int, own: Mask, hull: Mask) -> Ground:
        margin = self._wide + 2
        height, width = self._edges.labels.shape
        # A digit that touches the frame belongs to what is inside; where the frame is not straight, that does not.
        bays = components(hull & ~own)
        slight = (bays.boxes[:, 2:] - bays.boxes[:, :2]).min(axis=1) < _SLIGHT * self._sides[area].min()
        at_rim = np.isin(bays.labels, np.unique(bays.labels[outline_of(hull)]))
        inside = hull & ~(np.concatenate([[False], slight])[bays.labels] & at_rim)
        inside, bare = grown(np.pad(inside, margin - 1), self._wide), np.pad(own, margin - 1)
        corners = self._areas.boxes[area] + [-margin, -margin, margin, margin]
        top, left, bottom, right = np.clip(corners, 0, [height, width, height, width]).tolist()
        cut = _place((top - corners[0], left - corners[1], bottom - corners[0], right - corners[1]))
        ring = (grown(inside, 1) & ~inside)[cut]
        walls = np.unique(self._edges.labels[top:bottom, left:right][ring])
        return Ground((top, left, bottom, right), inside[cut], bare[cut], walls[walls > 0].astype(np.int64))

    def _is_written_on(self, area: int, holes: Components, hull: Mask, ground: Ground, found: set[int]) -> bool:
        """Whether something lies on an even area that is more than a dot, or the inside of a loop whose line it is."""
        place = _place(self._areas.boxes[area])
        labels = np.pad(self._areas.labels[place], 1)
        steps = np.pad(self._steps[place], 1)
        widened = 2 * self._wide  # what is on an area is larger by so much, and the area is smaller
        least = max(_CONTENT * (self._sides[area].min() + widened), 5) + widened
        # The line of a frame and the squares of pale lines are grounds only where there is one on them.
        no_more = self._areas.areas[area] < _THIN * hull.sum() or self._wall(ground) < _PALE * self._strongest
        line = abs(self._shade_around(area, hull) - self._shades[area]) >= self._alike
        for number, box in enumerate(holes.boxes, start=1):
            if number == holes.labels[0, 0] or (box[2:] - box[:2]).max() < least:
                continue
            cut = _place(box)
            hole = holes.labels[cut] == number
            within, counts = np.unique(labels[cut][hole], return_counts=True)
            within, counts = within[within > 0] - 1, counts[within > 0]
            if not found.isdisjoint(within.tolist()):
                return True
            faint = float(np.percentile(steps[cut][hole], 90)) < _PALE * self._strongest
            if no_more or faint:
                continue
            # A 0 on a tile has the tile's shade in it; the inside of a bold 0 has not.
            like_ground = np.abs(self._shades[within] - self._shades[area]) < self._alike
            if counts[like_ground].sum() > _INSIDE * counts.sum():
                return True
            if not (line and _is_inside_of_loop(np.pad(hole, 1), box, labels.shape, is_regular(hull))):
                return True
        return False

    def _wall(self, ground: Ground) -> float:
        """Return how strong the edges around a ground are."""
        top, left, bottom, right = ground.box
        # A blurred edge is strongest some pixels away.
        place = _place((max(top - _BLUR, 0), max(left - _BLUR, 0), bottom + _BLUR, right + _BLUR))
        around = np.isin(self._edges.labels[place], ground.walls)
        around[min(top, _BLUR) :, min(left, _BLUR) :][: bottom - top, : right - left] &= ~ground.inside
        return float(np.percentile(self._steps[place][around], 75)) if around.any() else 0.0

    def _shade_around(self, area: int, hull: Mask) -> float:
        """Return the shade that most of the surroundings of an even area have."""
        top, left, bottom, right = self._areas.boxes[area].tolist()
        margin = max((bottom - top + right - left) // 16, 6) + self._wide
        height, width = self._edges.labels.shape
        y, x = max(top - margin, 0), max(left - margin, 0)
        around = self._areas.labels[y : min(bottom + margin, height), x : min(right + margin, width)].copy()
        around[top - y : bottom - y, left - x : right - x][hull[1:-1, 1:-1]] = 0
        names, counts = np.unique(around[around > 0], return_counts=True)
        return float(self._shades[names[counts.argmax()] - 1]) if len(names) else float(self._shades[area])


def _is_inside_of_loop(hole: Mask, box: Ints, shape: tuple[int, ...], regular: bool) -> bool:
    """Whether something of one shade on an area of a shape is round, or keeps the same distance from all its sides."""
    size = float(hole.sum())
    smooth = size / float(hull_of(hole).sum())
    if smooth < _ROUGH:
        return False
    length = float(np.hypot(*(box[2:] - box[:2])))
    margins = np.array([box[0], box[1], shape[0] - box[2], shape[1] - box[3]]) - 1
    even, wide = margins.max() < 2.5 * margins.min(), length * margins.max() / size
    if length**2 < _ROUND * size:
        return bool(smooth > _SMOOTH or not regular or (even and wide < 0.8))
    # A 1 on a disc has more room at its sides than above it; on a tile, there is more room than a pen is wide.
    return bool(even and wide < 2 if regular else margins.max() < 1.6 * margins.min())


def _noise(grey: Greys) -> float:
    """Return the standard deviation of an even area, robust against edges."""
    steps = np.abs(grey[:, _DISTANCE:].astype(np.int16) - grey[:, :-_DISTANCE])
    return float(1.4826 * np.median(steps) / np.sqrt(2)) if steps.size else 0.0


def _place(box: tuple[int, ...] | Ints) -> tuple[slice, slice]:
    return slice(box[0], box[2]), slice(box[1], box[3])

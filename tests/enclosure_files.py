"""Pictures of digits on tiles, in frames, boxes and tables, on ruled paper: used by tests and benchmarks, seeded.

Each kind is drawn by a function of its own, with colours, sizes and widths of lines at random; then the picture is
blurred, or gets noise, a texture or uneven light. What one reads in it is known.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from mnist_core.drawing import paint
from mnist_core.drawing.strokes import RecordedDigit

Floats = npt.NDArray[np.float32]
Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]  # left, top, right, bottom, as Pillow draws them

_DETAIL = 2  # drawn so many times larger, so that edges get their grey
LIGHT: tuple[Colour, ...] = ((255, 255, 255), (250, 248, 240), (238, 240, 244), (255, 243, 205), (214, 234, 248))
DARK: tuple[Colour, ...] = ((0, 0, 0), (17, 17, 17), (30, 30, 34), (20, 33, 61), (45, 27, 20), (12, 60, 44))


@dataclass(frozen=True)
class Glyph:
    """A digit to put into a picture: how much ink there is at each place, 0 to 1, without a margin."""

    label: int
    ink: Floats


def from_image(label: int, image: npt.NDArray[np.uint8]) -> Glyph:
    """Return an image of MNIST as a glyph."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    cut = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    large = Image.fromarray(np.pad(cut, 1)).resize(
        ((cut.shape[1] + 2) * 12, (cut.shape[0] + 2) * 12), Image.Resampling.BICUBIC
    )
    soft = np.asarray(large, np.float32) / 255
    return Glyph(label, np.clip((soft - 0.5) * 4 + 0.5, 0, 1))


def from_strokes(digit: RecordedDigit, pen: float = 0.1) -> Glyph:
    """Return pen strokes as a glyph; `pen` is the pen's width by the digit's longest side."""
    points = np.concatenate(digit.strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    zoom = 240 * (1 - pen) / max(float((high - low).max()), 1e-6)
    margin = 240 * pen / 2
    painted = paint([(stroke - low) * zoom + margin for stroke in digit.strokes], 240, 240 * pen)
    width, height = (high - low) * zoom + 2 * margin
    ink = painted[: int(height) + 1, : int(width) + 1].astype(np.float32)
    return Glyph(digit.label, ink / np.float32(255))


@dataclass
class Sheet:
    """A picture while it is drawn. Lengths are in its own pixels."""

    width: int
    height: int
    ground: Colour
    labels: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", (self.width * _DETAIL, self.height * _DETAIL), self.ground)
        self._draw = ImageDraw.Draw(self.image)

    def write(
        self, glyph: Glyph, box: Box, colour: Colour, share: float = 0.6, shift: tuple[float, float] = (0, 0)
    ) -> None:
        """Write a digit into the middle of a box, `share` of its height (or width, if that is less)."""
        left, top, right, bottom = box
        height, width = glyph.ink.shape
        zoom = min(share * (bottom - top) / height, share * (right - left) / width) * _DETAIL
        size = (max(round(width * zoom), 1), max(round(height * zoom), 1))
        mask = Image.fromarray(np.rint(255 * glyph.ink).astype(np.uint8)).resize(size, Image.Resampling.LANCZOS)
        place = (
            round(((left + right) / 2 + shift[0]) * _DETAIL - size[0] / 2),
            round(((top + bottom) / 2 + shift[1]) * _DETAIL - size[1] / 2),
        )
        self.image.paste(Image.new("RGB", size, colour), place, mask)
        self.labels.append(glyph.label)

    def shape(
        self, kind: str, box: Box, *, fill: Colour | None = None, line: Colour | None = None, width: float = 2
    ) -> None:
        """Draw a "rectangle", one with "round" corners, or an "ellipse"."""
        corners = [round(value * _DETAIL) for value in box]
        wide = max(round(width * _DETAIL), 1)
        if kind == "ellipse":
            self._draw.ellipse(corners, fill=fill, outline=line, width=wide)
        else:
            radius = 0.14 * min(corners[2] - corners[0], corners[3] - corners[1]) if kind == "round" else 0
            self._draw.rounded_rectangle(corners, radius, fill=fill, outline=line, width=wide)

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: Colour, width: float) -> None:
        points = [round(value * _DETAIL) for value in (*start, *end)]
        self._draw.line(points, fill=colour, width=max(round(width * _DETAIL), 1))

    def dashed(self, box: Box, colour: Colour, width: float, dash: float, gap: float) -> None:
        """Draw a rectangle of dashes."""
        left, top, right, bottom = box
        for start, end in (
            ((left, top), (right, top)),
            ((right, top), (right, bottom)),
            ((left, bottom), (right, bottom)),
            ((left, top), (left, bottom)),
        ):
            long = float(np.hypot(end[0] - start[0], end[1] - start[1]))
            for at in np.arange(0, long, dash + gap):
                a, b = at / long, min(at + dash, long) / long
                self.line(
                    (start[0] + (end[0] - start[0]) * a, start[1] + (end[1] - start[1]) * a),
                    (start[0] + (end[0] - start[0]) * b, start[1] + (end[1] - start[1]) * b),
                    colour,
                    width,
                )


Take = Callable[[], Glyph]
Kind = Callable[[np.random.Generator, Take], Sheet]


def _pick(rng: np.random.Generator, colours: Sequence[Colour]) -> Colour:
    return colours[int(rng.integers(len(colours)))]


def _square(rng: np.random.Generator, width: int, height: int, low: float = 0.4, high: float = 0.85) -> Box:
    """Return a box somewhere in a sheet, nearly square."""
    side = rng.uniform(low, high) * min(width, height)
    wide = side * rng.uniform(0.85, 1.15)
    wide = min(wide, width * 0.94)
    left, top = rng.uniform(0.03 * width, width * 0.97 - wide), rng.uniform(0.03 * height, height * 0.97 - side)
    return left, top, left + wide, top + side


def _inside(box: Box, by: float) -> Box:
    return box[0] + by, box[1] + by, box[2] - by, box[3] - by


def _sheet(rng: np.random.Generator, colours: Sequence[Colour], low: int = 260, high: int = 900) -> Sheet:
    height = int(rng.integers(low, high))
    return Sheet(int(height * rng.uniform(0.9, 1.5)), height, _pick(rng, colours))


def tile(dark: bool, kind: str = "rectangle") -> Kind:
    """Return a maker of one tile with a digit, dark on a light page or the other way round."""

    def make(rng: np.random.Generator, take: Take) -> Sheet:
        page, ground, ink = (LIGHT, DARK, LIGHT) if dark else (DARK, LIGHT, DARK)
        sheet = _sheet(rng, page)
        box = _square(rng, sheet.width, sheet.height, 0.25, 0.9)
        sheet.shape(kind, box, fill=_pick(rng, ground))
        sheet.write(take(), box, _pick(rng, ink), rng.uniform(0.4, 0.72) * (0.85 if kind == "ellipse" else 1))
        return sheet

    return make


def demo(rng: np.random.Generator, take: Take) -> Sheet:
    """The canvas of a demo: a black square on a white or dark page, a digit anywhere in it."""
    sheet = _sheet(rng, (*LIGHT[:3], (38, 39, 48), (51, 51, 51)), 400, 1000)
    box = _square(rng, sheet.width, sheet.height, 0.4, 0.7)
    sheet.shape(
        "rectangle",
        box,
        fill=(0, 0, 0),
        line=_pick(rng, ((120, 120, 120), (0, 0, 0), (220, 220, 220))),
        width=rng.uniform(1, 3),
    )
    room = 0.18 * (box[2] - box[0])
    sheet.write(
        take(), box, (255, 255, 255), rng.uniform(0.35, 0.6), (rng.uniform(-room, room), rng.uniform(-room, room))
    )
    return sheet


def dark_mode(rng: np.random.Generator, take: Take) -> Sheet:
    """A dark page of an app with light cards in a row, a digit on each."""
    n = int(rng.integers(1, 5))
    side = int(rng.integers(90, 260))
    sheet = Sheet(int((side * 1.2) * n + 0.6 * side), int(side * rng.uniform(1.3, 2.2)), _pick(rng, DARK))
    top = (sheet.height - side) * rng.uniform(0.2, 0.8)
    ground, ink = _pick(rng, LIGHT), _pick(rng, DARK)
    for i in range(n):
        box = (0.35 * side + 1.2 * side * i, top, 0.35 * side + 1.2 * side * i + side, top + side)
        sheet.shape("round", box, fill=ground)
        sheet.write(take(), box, ink, rng.uniform(0.5, 0.7))
    return sheet


def frame(kind: str = "rectangle", lines: int = 1, thick: float = 1.0, on_dark: bool = False) -> Kind:
    """Return a maker of one digit in a frame of one or more lines."""

    def make(rng: np.random.Generator, take: Take) -> Sheet:
        sheet = _sheet(rng, DARK if on_dark else LIGHT)
        ink = _pick(rng, LIGHT if on_dark else DARK)
        colour = ink if rng.random() < 0.6 else _pick(rng, ((200, 40, 40), (40, 90, 200), (120, 120, 120)))
        box = _square(rng, sheet.width, sheet.height, 0.4, 0.93)
        width = max(rng.uniform(0.006, 0.022) * (box[3] - box[1]) * thick, 1)
        inner = box
        for _ in range(lines):
            sheet.shape(kind, inner, line=colour, width=width)
            inner = _inside(inner, width * (2 + rng.uniform(0.5, 2)))
        sheet.write(take(), box, ink, rng.uniform(0.4, 0.68) * (0.85 if kind == "ellipse" else 1))
        return sheet

    return make


def edge_frame(rng: np.random.Generator, take: Take) -> Sheet:
    """A frame that lies on the picture's border, or of which the picture shows three or two sides."""
    sheet = _sheet(rng, LIGHT)
    ink = _pick(rng, DARK)
    width = rng.uniform(2, 10)
    out = rng.choice([0.0, 3.0, 30.0], size=4) * np.array([1, 1, 1, 1])
    signs = np.where(rng.random(4) < 0.5, -1, 1)
    left, top, right, bottom = out * np.where(out == 30, signs, 1)
    sheet.shape("rectangle", (left, top, sheet.width - 1 - right, sheet.height - 1 - bottom), line=ink, width=width)
    sheet.write(take(), (0, 0, sheet.width, sheet.height), ink, rng.uniform(0.35, 0.6))
    return sheet


def dashed(rng: np.random.Generator, take: Take) -> Sheet:
    """One digit in a box of dashes."""
    sheet = _sheet(rng, LIGHT)
    box = _square(rng, sheet.width, sheet.height, 0.45, 0.9)
    width = max(rng.uniform(0.006, 0.015) * (box[3] - box[1]), 1.5)
    ink = _pick(rng, DARK)
    sheet.dashed(box, ink, width, width * rng.uniform(3, 7), width * rng.uniform(1.5, 3.5))
    sheet.write(take(), box, ink, rng.uniform(0.4, 0.65))
    return sheet


def nested(rng: np.random.Generator, take: Take) -> Sheet:
    """A tile with a frame in it or around it."""
    dark = bool(rng.random() < 0.5)
    sheet = _sheet(rng, LIGHT if dark else DARK)
    ground, ink = _pick(rng, DARK if dark else LIGHT), _pick(rng, LIGHT if dark else DARK)
    box = _square(rng, sheet.width, sheet.height, 0.5, 0.85)
    side = box[3] - box[1]
    width = max(side * rng.uniform(0.008, 0.02), 1)
    if rng.random() < 0.5:
        sheet.shape("rectangle", box, line=ground, width=width)
        box = _inside(box, side * 0.05)
        sheet.shape("rectangle", box, fill=ground)
    else:
        sheet.shape("round", box, fill=ground)
        sheet.shape("rectangle", _inside(box, side * 0.08), line=ink, width=width)
    sheet.write(take(), box, ink, rng.uniform(0.4, 0.6))
    return sheet


def several(rng: np.random.Generator, take: Take) -> Sheet:
    """A frame or tile with a number of two to four digits in it."""
    n = int(rng.integers(2, 5))
    height = int(rng.integers(260, 600))
    sheet = Sheet(int(height * (0.6 + 0.5 * n)), height, _pick(rng, LIGHT))
    side = height * rng.uniform(0.35, 0.55)
    box = (0.15 * height, 0.15 * height, sheet.width - 0.15 * height, 0.85 * height)
    ink = _pick(rng, DARK)
    if rng.random() < 0.5:
        sheet.shape(
            str(rng.choice(["rectangle", "round"])), box, line=ink, width=max(rng.uniform(0.006, 0.02) * height, 1)
        )
    else:
        sheet.shape(str(rng.choice(["rectangle", "round"])), box, fill=ink)
        ink = _pick(rng, LIGHT)
    step = (box[2] - box[0] - 0.1 * height) / n
    for i in range(n):
        left = box[0] + 0.05 * height + step * i
        sheet.write(take(), (left, 0.5 * height - side / 2, left + step, 0.5 * height + side / 2), ink, 0.9)
    return sheet


def boxes(joined: bool, empty: bool = False) -> Kind:
    """Return a maker of a row of answer boxes, one digit in each, side by side or apart; some may be empty."""

    def make(rng: np.random.Generator, take: Take) -> Sheet:
        n = int(rng.integers(3, 8))
        side = int(rng.integers(50, 150))
        gap = 0.0 if joined else rng.uniform(0.12, 0.3) * side
        sheet = Sheet(int(n * (side + gap) + side), int(side * rng.uniform(1.6, 3)), _pick(rng, LIGHT))
        ink = _pick(rng, DARK)
        colour = ink if rng.random() < 0.7 else (90, 90, 100)
        width = max(rng.uniform(0.012, 0.04) * side, 1)
        top = (sheet.height - side) * rng.uniform(0.3, 0.7)
        left_out = int(rng.integers(n)) if empty else -1
        for i in range(n):
            left = side / 2 + i * (side + gap)
            box = (left, top, left + side, top + side)
            sheet.shape(
                "rectangle", (left, top, left + side + (width if joined else 0), top + side), line=colour, width=width
            )
            if i != left_out:
                sheet.write(
                    take(),
                    box,
                    ink,
                    rng.uniform(0.5, 0.72),
                    (rng.uniform(-0.05, 0.05) * side, rng.uniform(-0.05, 0.05) * side),
                )
        return sheet

    return make


def table(rows_only: bool = False, header: bool = False) -> Kind:
    """Return a maker of a ruled table, a digit in each cell."""

    def make(rng: np.random.Generator, take: Take) -> Sheet:
        rows, columns = int(rng.integers(2, 5)), int(rng.integers(2, 6))
        high, wide = int(rng.integers(60, 130)), int(rng.integers(70, 170))
        left, top = rng.uniform(0.2, 0.6) * wide, rng.uniform(0.2, 0.6) * high
        sheet = Sheet(int(left * 2 + columns * wide), int(top * 2 + rows * high), _pick(rng, LIGHT))
        ink = _pick(rng, DARK)
        width = max(rng.uniform(0.01, 0.035) * high, 1)
        if header:
            sheet.shape("rectangle", (left, top, left + columns * wide, top + high), fill=ink)
        for row in range(rows + 1):
            y = top + row * high
            sheet.line((left - width / 2, y), (left + columns * wide + width / 2, y), ink, width)
        for column in range(columns + 1) if not rows_only else ():
            x = left + column * wide
            sheet.line((x, top), (x, top + rows * high), ink, width)
        for row in range(rows):
            for column in range(columns):
                box = (left + column * wide, top + row * high, left + (column + 1) * wide, top + (row + 1) * high)
                on_dark = header and row == 0
                sheet.write(take(), box, _pick(rng, LIGHT) if on_dark else ink, rng.uniform(0.5, 0.68))
        return sheet

    return make


def tiles(rng: np.random.Generator, take: Take) -> Sheet:
    """Tiles in a grid, dark or light ones, perhaps both."""
    rows, columns = int(rng.integers(1, 4)), int(rng.integers(2, 6))
    side = int(rng.integers(60, 150))
    gap = side * rng.uniform(0.08, 0.3)
    page = int(rng.integers(3))
    sheet = Sheet(
        int(columns * (side + gap) + side),
        int(rows * (side + gap) + side),
        ((255, 255, 255), (24, 26, 30), (128, 132, 140))[page],
    )
    mixed = rng.random() < 0.4
    dark = page == 0 or (page == 2 and rng.random() < 0.5)
    kind = str(rng.choice(["rectangle", "round", "ellipse"]))
    for row in range(rows):
        for column in range(columns):
            here = bool(rng.random() < 0.5) if mixed and page == 2 else dark
            left, top = side / 2 + column * (side + gap), side / 2 + row * (side + gap)
            box = (left, top, left + side, top + side)
            sheet.shape(kind, box, fill=_pick(rng, DARK if here else LIGHT))
            sheet.write(
                take(),
                box,
                _pick(rng, LIGHT if here else DARK),
                rng.uniform(0.5, 0.68) * (0.85 if kind == "ellipse" else 1),
            )
    return sheet


def ruled(squared: bool = False) -> Kind:
    """Return a maker of paper with dark lines through the writing."""

    def make(rng: np.random.Generator, take: Take) -> Sheet:
        n = int(rng.integers(1, 5))
        side = int(rng.integers(100, 220))
        sheet = Sheet(int((n + 1) * side * 0.9), int(side * rng.uniform(1.6, 2.6)), _pick(rng, LIGHT))
        ink = _pick(rng, DARK)
        colour = ink if rng.random() < 0.3 else _pick(rng, ((90, 120, 190), (110, 110, 110), (190, 90, 90)))
        step, width = side * rng.uniform(0.28, 0.7), max(side * rng.uniform(0.008, 0.018), 1)
        for y in np.arange(rng.uniform(0, step), sheet.height, step):
            sheet.line((0, y), (sheet.width, y), colour, width)
        for x in np.arange(rng.uniform(0, step), sheet.width, step) if squared else ():
            sheet.line((x, 0), (x, sheet.height), colour, width)
        top = (sheet.height - side) / 2
        for i in range(n):
            sheet.write(take(), (side * (0.45 + 0.9 * i), top, side * (0.45 + 0.9 * (i + 1)), top + side), ink, 0.8)
        return sheet

    return make


def beside(rng: np.random.Generator, take: Take) -> Sheet:
    """Digits on the page itself and one in a frame or on a tile between them."""
    side = int(rng.integers(110, 240))
    sheet = Sheet(int(side * 4), int(side * 1.8), _pick(rng, LIGHT))
    ink = _pick(rng, DARK)
    where = int(rng.integers(3))
    for i in range(3):
        left = side * (0.2 + 1.2 * i)
        box = (left, 0.4 * side, left + side, 1.4 * side)
        colour = ink
        if i == where:
            kind = str(rng.choice(["rectangle", "round", "ellipse"]))
            if rng.random() < 0.5:
                sheet.shape(kind, box, line=ink, width=max(side * rng.uniform(0.01, 0.03), 1))
            else:
                sheet.shape(kind, box, fill=ink)
                colour = _pick(rng, LIGHT)
        sheet.write(take(), box, colour, 0.58)
    return sheet


def table_on_dark(rng: np.random.Generator, take: Take) -> Sheet:
    """A ruled table in dark mode, in which some cells are empty, as in a sudoku."""
    rows, columns = int(rng.integers(3, 7)), int(rng.integers(3, 7))
    side = int(rng.integers(50, 110))
    sheet = Sheet((columns + 1) * side, (rows + 1) * side, _pick(rng, DARK))
    ink, line = _pick(rng, LIGHT), _pick(rng, ((255, 255, 255), (150, 150, 155), (90, 90, 100)))
    width = max(rng.uniform(0.01, 0.03) * side, 1)
    for i in range(rows + 1):
        y = side * (i + 0.5)
        sheet.line((0.5 * side, y), ((columns + 0.5) * side, y), line, width * (3 if i % 3 == 0 else 1))
    for i in range(columns + 1):
        x = side * (i + 0.5)
        sheet.line((x, 0.5 * side), (x, (rows + 0.5) * side), line, width * (3 if i % 3 == 0 else 1))
    for row in range(rows):
        for column in range(columns):
            if rng.random() < 0.5:
                left, top = side * (column + 0.5), side * (row + 0.5)
                sheet.write(take(), (left, top, left + side, top + side), ink, rng.uniform(0.5, 0.62))
    if not sheet.labels:
        sheet.write(take(), (0.5 * side, 0.5 * side, 1.5 * side, 1.5 * side), ink, 0.6)
    return sheet


def montage(rng: np.random.Generator, take: Take) -> Sheet:
    """Rows of digits on one black picture on a white page, as galleries of a dataset show them."""
    rows, columns = int(rng.integers(2, 5)), int(rng.integers(3, 7))
    side = int(rng.integers(45, 90))
    sheet = Sheet(int((columns + 1) * side), int((rows + 1) * side), _pick(rng, LIGHT))
    sheet.shape("rectangle", (side / 2, side / 2, (columns + 0.5) * side, (rows + 0.5) * side), fill=(0, 0, 0))
    for row in range(rows):
        for column in range(columns):
            left, top = side * (column + 0.5), side * (row + 0.5)
            sheet.write(take(), (left, top, left + side, top + side), (255, 255, 255), 0.7)
    return sheet


def by_hand(rng: np.random.Generator, take: Take) -> Sheet:
    """Digits around which somebody drew a circle or a box with the same pen."""
    n = int(rng.integers(1, 4))
    side = int(rng.integers(140, 320))
    sheet = Sheet(int((n + 0.6) * side), int(side * 1.5), _pick(rng, LIGHT))
    ink, width = _pick(rng, DARK), max(rng.uniform(0.012, 0.03) * side, 1.5)
    for i in range(n):
        middle = np.array([(i + 0.8) * side, 0.75 * side])
        turn = np.linspace(0, 2 * np.pi, 60)
        power = 2 if rng.random() < 0.5 else 8  # an ellipse, or nearly a rectangle
        radius = 0.42 * side / (np.abs(np.cos(turn)) ** power + np.abs(np.sin(turn)) ** power) ** (1 / power)
        radius *= 1 + 0.025 * np.sin(2 * turn + rng.uniform(0, 6)) + 0.015 * np.sin(5 * turn + rng.uniform(0, 6))
        points = middle + radius[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        for start, end in zip(points[:-1], points[1:], strict=True):
            sheet.line(tuple(start), tuple(end), ink, width)
            sheet.shape("ellipse", (*(end - width / 2), *(end + width / 2)), fill=ink)
        sheet.write(take(), (*(middle - side / 2), *(middle + side / 2)), ink, rng.uniform(0.36, 0.46))
    return sheet


def turned(rng: np.random.Generator, take: Take) -> Sheet:
    """A framed digit, or one on a tile, photographed a little askew."""
    sheet = frame()(rng, take) if rng.random() < 0.5 else tile(bool(rng.random() < 0.5))(rng, take)
    sheet.image = sheet.image.rotate(rng.uniform(-7, 7), Image.Resampling.BICUBIC, expand=True, fillcolor=sheet.ground)
    sheet.width, sheet.height = sheet.image.width // _DETAIL, sheet.image.height // _DETAIL
    return sheet


def shaded(rng: np.random.Generator, take: Take) -> Sheet:
    """Tiles of middling shades with white or black digits, some with a thin border of another shade."""
    n = int(rng.integers(1, 5))
    side = int(rng.integers(80, 200))
    sheet = Sheet(
        int((n * 1.2 + 0.4) * side), int(side * 1.6), _pick(rng, (LIGHT[0], LIGHT[2], DARK[1], (128, 128, 128)))
    )
    for i in range(n):
        ground = _pick(
            rng, ((200, 60, 50), (52, 120, 200), (90, 160, 90), (110, 110, 115), (70, 70, 75), (240, 180, 60))
        )
        box = (side * (0.3 + 1.2 * i), 0.3 * side, side * (1.3 + 1.2 * i), 1.3 * side)
        line = _pick(rng, ((30, 30, 30), (220, 220, 220))) if rng.random() < 0.4 else None
        sheet.shape(str(rng.choice(["rectangle", "round"])), box, fill=ground, line=line, width=max(0.015 * side, 1))
        light = (np.array(ground) @ (0.299, 0.587, 0.114)) < 150
        sheet.write(take(), box, (255, 255, 255) if light else (0, 0, 0), rng.uniform(0.5, 0.65))
    return sheet


def page_in_frame(rng: np.random.Generator, take: Take) -> Sheet:
    """Lines of small digits in one frame around the page, perhaps on pale squared paper."""
    rows, columns = int(rng.integers(2, 4)), int(rng.integers(3, 7))
    side = int(rng.integers(60, 110))
    sheet = Sheet(int((columns + 1.4) * side), int((rows * 1.3 + 1.4) * side), _pick(rng, LIGHT[:3]))
    ink = _pick(rng, DARK)
    if rng.random() < 0.5:
        for y in np.arange(0.2 * side, sheet.height, 0.4 * side):
            sheet.line((0, y), (sheet.width, y), (205, 215, 235), 1)
        for x in np.arange(0.2 * side, sheet.width, 0.4 * side):
            sheet.line((x, 0), (x, sheet.height), (205, 215, 235), 1)
    margin = rng.uniform(0.1, 0.3) * side
    sheet.shape(
        "rectangle", (margin, margin, sheet.width - margin, sheet.height - margin), line=ink, width=rng.uniform(1, 4)
    )
    for row in range(rows):
        for column in range(columns):
            left, top = side * (column + 0.7), side * (1.3 * row + 0.85)
            sheet.write(take(), (left, top, left + side, top + side), ink, rng.uniform(0.62, 0.7))
    return sheet


def small(rng: np.random.Generator, take: Take) -> Sheet:
    """An image of 28 x 28 as it is, or twice as large, on a page."""
    side = int(rng.choice([28, 56]))
    sheet = Sheet(int(side * rng.uniform(1.6, 4)), int(side * rng.uniform(1.6, 4)), _pick(rng, LIGHT))
    left, top = int(rng.integers(2, sheet.width - side - 1)), int(rng.integers(2, sheet.height - side - 1))
    sheet.shape("rectangle", (left, top, left + side, top + side), fill=(0, 0, 0))
    sheet.write(take(), (left, top, left + side, top + side), (255, 255, 255), 0.71)
    return sheet


def plain(on_dark: bool = False) -> Kind:
    """Return a maker of digits around which there is nothing, so that what encloses (0, 6, 8, 9) stays a digit."""

    def make(rng: np.random.Generator, take: Take) -> Sheet:
        n = int(rng.integers(1, 5))
        side = int(rng.integers(60, 320))
        sheet = Sheet(
            int((n + 1) * side * 0.9), int(side * rng.uniform(1.2, 2.2)), _pick(rng, DARK if on_dark else LIGHT)
        )
        ink = _pick(rng, LIGHT if on_dark else DARK)
        top = (sheet.height - side) * rng.uniform(0.2, 0.8)
        for i in range(n):
            sheet.write(take(), (side * (0.45 + 0.9 * i), top, side * (0.45 + 0.9 * (i + 1)), top + side), ink, 0.8)
        return sheet

    return make


KINDS: dict[str, Kind] = {
    "dark tile": tile(True),
    "light tile": tile(False),
    "round dark tile": tile(True, "round"),
    "dark disc": tile(True, "ellipse"),
    "light disc": tile(False, "ellipse"),
    "canvas of a demo": demo,
    "cards in dark mode": dark_mode,
    "frame": frame(),
    "double frame": frame(lines=2),
    "round frame": frame("round"),
    "circle": frame("ellipse"),
    "thick frame": frame(thick=4),
    "frame on dark": frame(on_dark=True),
    "frame at the edge": edge_frame,
    "dashed frame": dashed,
    "tile and frame": nested,
    "number in a frame": several,
    "boxes apart": boxes(False),
    "boxes in a row": boxes(True),
    "an empty box": boxes(False, empty=True),
    "table": table(),
    "table of rows": table(rows_only=True),
    "table with a head": table(header=True),
    "grid of tiles": tiles,
    "lined": ruled(),
    "squared": ruled(squared=True),
    "beside others": beside,
    "table on dark": table_on_dark,
    "montage": montage,
    "drawn by hand": by_hand,
    "askew": turned,
    "shaded tiles": shaded,
    "page in a frame": page_in_frame,
    "small tile": small,
    "plain": plain(),
    "plain on dark": plain(on_dark=True),
}


@dataclass(frozen=True)
class Enclosed:
    """A picture and what one reads in it."""

    image: Image.Image
    labels: tuple[int, ...]

    def file(self, kind: str = "PNG", **options: object) -> bytes:
        buffer = BytesIO()
        self.image.save(buffer, kind, **options)
        return buffer.getvalue()


def enclosed(kind: str, glyphs: Sequence[Glyph], seed: int) -> Enclosed:
    """Return a picture of a kind of `KINDS`, with some of the glyphs in it."""
    rng = np.random.default_rng([seed, *kind.encode()])
    sheet = KINDS[kind](rng, lambda: glyphs[int(rng.integers(len(glyphs)))])
    image = sheet.image.resize((sheet.width, sheet.height), Image.Resampling.BOX)
    return Enclosed(_taken(image, rng), tuple(sheet.labels))


def _taken(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return a picture as a screenshot, or as it looks on paper: blurred, noisy, textured or unevenly lit."""
    way = rng.integers(6)
    if way <= 1:
        return image
    if way == 2:
        return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 1.5)))
    page: npt.NDArray[np.floating] = np.asarray(image, np.float32)
    height, width, _ = page.shape
    if way == 3:
        page = page + rng.normal(0, rng.uniform(2, 9), (height, width, 1))
    elif way == 4:
        coarse = Image.fromarray(rng.normal(0, 1, (height // 6 + 1, width // 6 + 1)).astype(np.float32))
        texture = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))
        page = page * (1 + 0.02 * texture[..., None]) + rng.normal(0, 2, (height, width, 1))
    else:
        across = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
        page = page * (1 - rng.uniform(0.1, 0.4) * across) + rng.normal(0, 2, (height, width, 1))
    return Image.fromarray(np.clip(np.rint(page), 0, 255).astype(np.uint8))

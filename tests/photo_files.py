"""Photos of handwriting on paper, composed from pen strokes: used by tests and benchmarks. Every one has a seed."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from mnist_core.drawing import Stroke, paint
from mnist_core.drawing.strokes import RecordedDigit, read_unipen

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Scene:
    """What a photo looks like.

    Lengths are in pixels of a photo of `width` x `height`; brightness and depth are shares of full light.
    """

    width: int = 1200
    height: int = 900
    digit: float = 150.0  # height of a digit
    pen: float = 9.0
    paper: tuple[int, int, int] = (240, 236, 226)
    ink: tuple[int, int, int] = (40, 42, 66)
    gradient: float = 0.0  # how much darker one side is
    shadow: float = 0.0  # how much darker it is where something stands in the light
    noise: float = 0.0  # standard deviation in grey values
    blur: float = 0.0
    ruled: tuple[int, int, int] | None = None  # colour of lines on the paper
    squared: bool = False  # lines in both directions
    table: bool = False  # a dark table around the paper
    specks: int = 0


PLAIN = Scene()
SCENES: dict[str, Scene] = {
    "plain": PLAIN,
    "dim side": Scene(gradient=0.6, noise=3),
    "shadow": Scene(gradient=0.2, shadow=0.5, noise=3, blur=0.7),
    "thin pen": Scene(pen=3.0, noise=3),
    "marker": Scene(pen=22.0, noise=3, gradient=0.3),
    "pencil": Scene(pen=5.0, ink=(150, 150, 152), noise=3, gradient=0.2),
    "ruled": Scene(ruled=(178, 200, 226), noise=3, gradient=0.2),
    "squared": Scene(ruled=(190, 205, 225), squared=True, noise=3),
    "blackboard": Scene(paper=(42, 66, 56), ink=(225, 228, 222), pen=10, gradient=0.3, noise=4, blur=0.8),
    "noisy": Scene(noise=14, gradient=0.3),
    "blurred": Scene(blur=3.0, noise=3),
    "table": Scene(table=True, gradient=0.2, noise=3, digit=110, pen=7),
    "specks": Scene(specks=60, noise=3),
    "small": Scene(width=480, height=360, digit=36, pen=2.6, noise=3, gradient=0.2),
    "large": Scene(width=3000, height=2250, digit=380, pen=20, gradient=0.4, shadow=0.3, noise=6),
}


@dataclass
class Photo:
    """A photo, with what is on it."""

    image: Image.Image
    labels: list[list[int]] = field(default_factory=list)  # line by line
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)  # in reading order; as Part.box

    def file(self, kind: str = "JPEG", **options: object) -> bytes:
        """Return the photo as a file."""
        buffer = BytesIO()
        self.image.save(buffer, kind, **({"quality": 80} if kind == "JPEG" else {}) | options)
        return buffer.getvalue()


def compose(lines: Sequence[Sequence[RecordedDigit]], scene: Scene, seed: int) -> Photo:
    """Return a photo of lines of digits."""
    rng = np.random.default_rng(seed)
    ink = np.zeros((scene.height, scene.width), np.float32)
    photo = Photo(Image.new("RGB", (1, 1)))
    row_height = scene.height / (len(lines) + 0.4)
    for row, line in enumerate(lines):
        photo.labels.append([digit.label for digit in line])
        widths = [_extent(digit)[0] * scene.digit + scene.pen for digit in line]
        room = scene.width * 0.84 - sum(widths)
        gap = min(max(room / max(len(line), 1), scene.digit * 0.12), scene.digit * 0.7)
        left = scene.width * 0.08 + rng.uniform(0, max(room - gap * len(line), 0))
        slope = rng.uniform(-0.03, 0.03)
        for digit, width in zip(line, widths, strict=True):
            scale = scene.digit * rng.uniform(0.92, 1.08)
            middle = row_height * (row + 0.7) + slope * left + rng.uniform(-0.05, 0.05) * scene.digit
            box = _write(ink, digit.strokes, scale, (middle, left), scene.pen)
            photo.boxes.append(box)
            left += width + gap * rng.uniform(0.8, 1.2)
    photo.image = _photographed(ink, scene, rng)
    return photo


def _extent(digit: RecordedDigit) -> tuple[float, float]:
    """Return width and height of a digit whose longest side is 1."""
    points = np.concatenate(digit.strokes)
    sides = np.ptp(points, axis=0)
    return float(sides[0] / sides.max()), float(sides[1] / sides.max())


def _write(
    ink: Floats, strokes: Sequence[Stroke], scale: float, place: tuple[float, float], pen: float
) -> tuple[float, float, float, float]:
    """Paint a digit of a given longest side, its left edge and vertical middle at `place`; return its box."""
    points = np.concatenate(list(strokes))
    low, high = points.min(axis=0), points.max(axis=0)
    zoom = scale / max(float((high - low).max()), 1e-6)
    width, height = (high - low) * zoom + pen
    top, left = place[0] - height / 2, place[1]
    whole_top, whole_left = int(top), int(left)
    size = int(max(width, height)) + 4
    shift = np.array([left - whole_left + pen / 2, top - whole_top + pen / 2])
    painted = paint([(stroke - low) * zoom + shift for stroke in strokes], size, pen) / np.float32(255)
    bottom, right = min(whole_top + size, ink.shape[0]), min(whole_left + size, ink.shape[1])
    target = ink[max(whole_top, 0) : bottom, whole_left:right]
    np.maximum(target, painted[max(-whole_top, 0) :][: target.shape[0], : target.shape[1]], out=target)
    return top, left, top + height, left + width


def _photographed(ink: Floats, scene: Scene, rng: np.random.Generator) -> Image.Image:
    height, width = ink.shape
    page = np.empty((height, width, 3), np.float32)
    page[:] = scene.paper
    if scene.ruled is not None:
        step = max(round(scene.digit * 0.55), 8)
        thick = max(round(height / 400), 1)
        for start in range(step // 2, height, step):
            page[start : start + thick] = scene.ruled
        for start in range(step // 2, width, step) if scene.squared else ():
            page[:, start : start + thick] = scene.ruled
    page += (np.array(scene.ink, np.float32) - page) * ink[..., None]
    for _ in range(scene.specks):
        y, x, r = rng.integers(0, height), rng.integers(0, width), rng.integers(1, max(int(scene.digit / 40), 2))
        page[y : y + r, x : x + r] = scene.ink
    if scene.table:
        page[: height // 14] = page[-height // 18 :] = (70, 52, 40)
        page[:, : width // 16] = (70, 52, 40)
    down, across = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    along = ((across - 0.5) * np.cos(angle) + (down - 0.5) * np.sin(angle)) / 1.4 + 0.5
    light = 1 - scene.gradient * along
    if scene.shadow:
        edge = Image.new("L", (width, height))
        x = rng.uniform(0.35, 0.65) * width
        ImageDraw.Draw(edge).polygon([(x, 0), (width, 0), (width, height), (x - width * 0.25, height)], fill=255)
        soft = edge.filter(ImageFilter.GaussianBlur(width / 150))
        light *= 1 - scene.shadow * np.asarray(soft, np.float32) / 255
    page *= light[..., None]
    if scene.blur:
        page = np.asarray(
            Image.fromarray(np.rint(page).astype(np.uint8)).filter(ImageFilter.GaussianBlur(scene.blur)), np.float32
        )
    if scene.noise:
        page = page + rng.normal(0, scene.noise, (height, width, 1)).astype(np.float32)
    return Image.fromarray(np.clip(np.rint(page), 0, 255).astype(np.uint8))


# digits to write


@lru_cache(maxsize=1)
def recorded(file: Path, parity: int) -> tuple[RecordedDigit, ...]:
    """Return the digits of writers with an even (0) or odd (1) number from a UNIPEN file."""
    with gzip.open(file, "rt", encoding="latin-1") as stream:
        digits = read_unipen(stream.read())
        return tuple(d for d in digits if d.writer is not None and d.writer % 2 == parity and d.strokes)


def _path(*points: tuple[float, float]) -> Stroke:
    return np.array(points, np.float64)


def _arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> Stroke:
    turn = np.radians(np.linspace(start, end, 40))
    return np.stack([x + rx * np.cos(turn), y + ry * np.sin(turn)], axis=1)


# How a tidy writer writes them, 1 high; the 5 has its bar as a stroke of its own that does not touch.
_TIDY: dict[int, tuple[Stroke, ...]] = {
    0: (_arc(0.3, 0.5, 0.3, 0.5, -90, 270),),
    1: (_path((0.05, 0.25), (0.25, 0.0), (0.25, 1.0)),),
    2: (np.concatenate([_arc(0.3, 0.28, 0.28, 0.28, -170, 40), _path((0.0, 1.0), (0.6, 1.0))]),),
    3: (np.concatenate([_arc(0.25, 0.25, 0.27, 0.25, -150, 90), _arc(0.25, 0.74, 0.31, 0.26, -90, 150)]),),
    4: (_path((0.4, 0.0), (0.0, 0.65), (0.62, 0.65)), _path((0.45, 0.4), (0.42, 1.0))),
    5: (
        np.concatenate([_path((0.08, 0.09), (0.06, 0.45)), _arc(0.25, 0.7, 0.3, 0.3, -110, 140)]),
        _path((0.16, 0.0), (0.55, 0.0)),
    ),
    6: (np.concatenate([_arc(0.5, 0.5, 0.45, 0.5, -100, -180), _arc(0.32, 0.72, 0.27, 0.28, 180, 540)]),),
    7: (_path((0.0, 0.0), (0.6, 0.0), (0.2, 1.0)),),
    8: (_arc(0.3, 0.24, 0.24, 0.24, 90, 450), _arc(0.3, 0.74, 0.3, 0.26, -90, 270)),
    9: (np.concatenate([_arc(0.28, 0.28, 0.26, 0.28, 0, 360), _path((0.54, 0.3), (0.45, 1.0))]),),
}


def tidy(number: str) -> list[RecordedDigit]:
    """Return the digits of a number as a tidy writer writes them."""
    return [RecordedDigit(int(character), _TIDY[int(character)]) for character in number]


def clothing_photo(image: npt.NDArray[np.uint8], seed: int, background: float = 236.0) -> Photo:
    """Return a photo of a piece of Fashion-MNIST on a plain ground in uneven light, its shades turned back."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(320, 460))
    piece = np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.BICUBIC), np.float32)
    inside = Image.fromarray(((image > 0) * 255).astype(np.uint8)).resize((size, size), Image.Resampling.BILINEAR)
    covered = np.asarray(inside, np.float32)[..., None] / 255
    page = np.full((600, 560, 3), background, np.float32) * (1, 0.985, 0.95)
    top, left = int(rng.integers(40, 560 - size)), int(rng.integers(40, 520 - size))
    target = page[top : top + size, left : left + size]
    target += ((255 - piece)[..., None] * 0.9 - target) * covered
    down, across = np.mgrid[0:1:600j, 0:1:560j]
    page *= (1 - 0.15 * down - 0.1 * across)[..., None]
    page += rng.normal(0, 2, page.shape)
    photo = Photo(Image.fromarray(np.clip(np.rint(page), 0, 255).astype(np.uint8)))
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    zoom = size / 28
    photo.boxes = [
        (
            top + rows[0] * zoom,
            left + columns[0] * zoom,
            top + (rows[-1] + 1) * zoom,
            left + (columns[-1] + 1) * zoom,
        )
    ]
    return photo

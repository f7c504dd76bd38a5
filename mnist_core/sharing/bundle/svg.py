"""Curves as SVG by hand: a report opens without a network, and a library for charts would be four megabytes of it."""

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

from mnist_core.text import English, english

WIDTH, HEIGHT = 560, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 12, 40

# Circle, diamond and star, drawn from their middle: told apart without colours, as on the pages.
_SYMBOLS = {
    "train": "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
    "valid": "m0-4.5l4.5 4.5l-4.5 4.5l-4.5-4.5z",
    "test": "m0-8l1.9 5.4h5.7l-4.5 3.5l1.6 5.6l-4.7-3.3l-4.7 3.3l1.6-5.6l-4.5-3.5h5.7z",
}

Points = Sequence[tuple[float, float]]


def line_chart(
    curves: Sequence[tuple[str, str, Points]], x_title: str, alt: str, t: English = english, *, joined: bool = True
) -> str:
    """Return a chart of curves.

    Parameters
    ----------
    curves : sequence of (str, str, sequence of (float, float))
        Class name for CSS (``train``, ``valid`` or ``test``: each has a symbol of its own), words, and finite points;
        at least one of them has a point.
    x_title, alt : str
    t : English
        Of the reader, for the numbers; all words are translated.
    joined : bool
        Whether a line goes from point to point.
    """
    everything = [point for _, _, points in curves for point in points]
    xs = ticks(min(x for x, _ in everything), max(x for x, _ in everything), 6, whole=True)
    ys = ticks(min(y for _, y in everything), max(y for _, y in everything), 5)
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(alt)}">']
    for y in ys:
        at = _y(y, ys)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{t.number(y, "g")}</text>')
    for x in xs:
        parts.append(
            f'<text x="{_x(x, xs):.1f}" y="{HEIGHT - _BOTTOM + 18}" text-anchor="middle">{t.number(x, "g")}</text>'
        )
    parts.append(
        f'<text x="{(_LEFT + WIDTH - _RIGHT) / 2}" y="{HEIGHT - 4}" text-anchor="middle">{escape(x_title)}</text>'
    )
    for name, words, points in curves:
        places = [(_x(x, xs), _y(y, ys)) for x, y in points]
        if joined and len(points) > 1:
            parts.append(f'<polyline class="{name}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>')
        # Many dots would be a thick line.
        for (x, y), (at, value) in zip(places, points, strict=True) if len(points) <= 60 else ():
            said = f"{escape(words)}, {t.number(at, 'g')}: {t.number(value, '.4f')}"
            parts.append(f'<path class="{name}" d="M{x:.1f} {y:.1f}{_SYMBOLS[name]}"><title>{said}</title></path>')
    return "".join([*parts, "</svg>"])


def ticks(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """Return evenly spaced round numbers that include both ends."""
    span = high - low or abs(high) or 1.0
    step = 10.0 ** floor(log10(span / most))
    step *= next(factor for factor in (1, 2, 2.5, 5, 10) if span / (step * factor) <= most)
    if whole:
        step = max(1.0, round(step))
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, max(last, first + 1) + 1)]


def _x(value: float, marks: Sequence[float]) -> float:
    return _LEFT + (value - marks[0]) / (marks[-1] - marks[0]) * (WIDTH - _LEFT - _RIGHT)


def _y(value: float, marks: Sequence[float]) -> float:
    return HEIGHT - _BOTTOM - (value - marks[0]) / (marks[-1] - marks[0]) * (HEIGHT - _TOP - _BOTTOM)

"""The picture as SVG: drawn here for pages, reports and files alike.

Its blocks stand at shares of the picture's width, each in a slot of its own, so that one drawing fills a wide page,
and lies in a narrow one to be scrolled, without being scaled: words keep their size.
"""

import base64
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import escape
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core.diagram.blocks import Block, Diagram
from mnist_core.diagram.flow import Cells, Connection, Flow
from mnist_core.diagram.telling import alt_of, in_a_line, share_words, words_of
from mnist_core.text import English, english, shortened

HEIGHT = 328
_TOP, _BODY = 54, 222  # pixels: where the blocks begin, and how high they may be
_MIDDLE = _TOP + _BODY / 2
_SLOTS = {"image": 100, "maps": 92, "units": 70, "bar": 34}  # pixels that each needs
_ANSWER, _EDGE = 150, 12
_WIDEST = 2.2  # of the least width: longer connections say no more
_LONGEST = 3.5  # seconds from the image to the answer
_LINE = 13  # pixels from one line of words to the next
_MAP, _PICTURE, _RADIUS, _PILL = 32, 90, 5.2, 130  # pixels: sides, radius and width
_STACKED = 5  # pixels by which each map of a stack lies beside the one before it
_LEVELS = 7  # of colour on either side of black: sixteen colours make small files

Place = tuple[float, float]  # pixels from the middle of the slot, and from the top


def picture_svg(
    diagram: Diagram,
    t: English = english,
    *,
    image: npt.NDArray[np.uint8] | None = None,
    flow: Flow | None = None,
    chosen: tuple[int, int] | None = None,
    theme: str = "",
    stops: bool = False,
) -> str:
    """Return the picture of a network.

    Parameters
    ----------
    diagram : Diagram
    t : English
        Of the reader.
    image : ndarray of shape (28, 28), uint8, optional
        What the first block shows; that of the flow where there is one.
    flow : Flow, optional
        An image on its way through the network.
    chosen : (int, int), optional
        Place of a block and number of one of its units, which gets a ring.
    theme : {"", "light", "dark"}
        Its colours; those of the page or reader around it where it is empty.
    stops : bool
        Whether the keyboard can go to its blocks: a component of a page moves the focus among them. Otherwise each
        block says in a title what it is.
    """
    slots = [_ANSWER if block.answers else _SLOTS[block.form] for block in diagram.blocks]
    width = sum(slots)
    # Connections lead to the middle of a slot, but to the beginning of the answers.
    middles = [_EDGE if block.answers else slot / 2 for block, slot in zip(diagram.blocks, slots, strict=True)]
    centres = [(sum(slots[:place]) + middle) / width * 100 for place, middle in enumerate(middles)]
    parts = [_opening(diagram, t, width, theme, stops=stops)]
    parts += _links(diagram, centres, flow)
    blocks = [
        _block(diagram, place, centres[place], "".join(_drawn(diagram, place, slot, image, flow, chosen, t)), t, stops)
        for place, slot in enumerate(slots)
    ]
    bars = [block.form == "bar" for block in diagram.blocks]
    parts += (drawn for drawn, bar in zip(blocks, bars, strict=True) if not bar)
    if flow is None:
        parts += (_field(diagram, link, centres) for link in diagram.links)
    parts += (drawn for drawn, bar in zip(blocks, bars, strict=True) if bar)  # on top of lines that go past them
    return "".join([*parts, "</svg>"])


def _opening(diagram: Diagram, t: English, width: float, theme: str, *, stops: bool) -> str:
    style = _style() if not theme else re.sub(r"light-dark\(([^,]+), ([^)]+)\)", rf"\{1 + (theme == 'dark')}", _style())
    role = 'role="listbox" aria-orientation="horizontal"' if stops else 'role="img"'
    sized = f'width="{round(width * 1.15)}"' if theme else 'width="100%"'
    step = min(0.28, _LONGEST / len(diagram.blocks))
    sizes = f"min-width:{width}px;max-width:{_n(width * _WIDEST)}px;--step:{_n(step)}s"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lab-net" {role} aria-label="{escape(alt_of(diagram, t))}" '
        f'{sized} height="{HEIGHT}" style="{sizes}">'
        f"<style>{style}</style>"
    )


@cache
def _style() -> str:
    return Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


# where things are


def _places(block: Block, cells: Cells | None) -> list[Place]:
    """Return where the middle of each unit or map is that is drawn, in the order of their numbers."""
    count = len(cells.shown if cells else block.shown)
    if block.form == "image":
        return [(0.0, _MIDDLE)]
    if block.form == "maps" and cells is None:
        middle = (count - 1) / 2
        return [((n - middle) * _STACKED, _MIDDLE + (n - middle) * _STACKED) for n in range(count)]
    gap = 0.0 if count == block.units else 12.0
    pitch = min((_BODY - gap) / count, 24 if block.answers else _MAP + 5 if block.form == "maps" else 16)
    first = _MIDDLE - (pitch * (count - 1) + gap) / 2
    return [(0.0, first + pitch * n + (gap if n >= count // 2 else 0.0)) for n in range(count)]


def _ends(block: Block, cells: Cells | None) -> list[float]:
    """Return the heights at which connections begin or end where nothing more is known of them."""
    if cells is None and block.form in ("image", "maps"):
        half = _side(block) / 2 - 6
        return [_MIDDLE + half * share for share in (-1, -0.6, -0.2, 0.2, 0.6, 1)]
    return [y for _, y in _places(block, cells)]


def _side(block: Block) -> float:
    """Return the side of a picture or of a map of a stack, in pixels: larger where there are more numbers."""
    return _PICTURE if block.form == "image" else 22 + 36 * min(block.output_shape[0] / 28, 1) ** 0.7


# connections


def _links(diagram: Diagram, centres: Sequence[float], flow: Flow | None) -> Iterator[str]:
    """Yield the connections between blocks: all that are drawn, and on top those that matter for an image."""
    known: dict[str, str] = {}  # equal ones, as between layers of one size, are written once
    for link in diagram.links:
        source, target = (diagram.blocks[place] for place in link)
        cells = [flow.cells.get(place) if flow else None for place in link]
        starts, ends = _ends(source, cells[0]), _ends(target, cells[1])
        parts = []
        if "kernel" in target.weights and not target.window:
            lines = _lines((a, b) for a in starts for b in ends)
            if lines in known:
                parts.append(f'<use class="way" href="#{known[lines]}"/>')
            else:
                known[lines] = f"lab-way-{hashlib.blake2b(lines.encode(), digest_size=6).hexdigest()}"
                parts.append(f'<path class="way" id="{known[lines]}" d="{lines}"/>')
        elif flow is None and not target.window:
            parts.append(f'<path class="plain" d="{_lines(zip(starts, ends, strict=False))}"/>')
        if flow is not None:
            parts.append(f'<g class="flow" style="--place:{link[0]}">{_flowing(flow, link, starts, ends)}</g>')
        yield _between(link, centres, "".join(parts))


def _n(value: float) -> str:
    """Return a number as SVG wants it, whatever the reader's language."""
    return str(round(value, 2)).removesuffix(".0")


def _between(link: tuple[int, int], centres: Sequence[float], drawn: str, more: str = "") -> str:
    """Return what reaches from the middle of one slot to that of another: 100 wide, however far that is."""
    left, width = centres[link[0]], centres[link[1]] - centres[link[0]]
    return (
        f'<svg role="none" {more}x="{_n(left)}%" width="{_n(width)}%" height="{HEIGHT}" viewBox="0 0 100 {HEIGHT}" '
        f'preserveAspectRatio="none">{drawn}</svg>'
    )


def _flowing(flow: Flow, link: tuple[int, int], starts: Sequence[float], ends: Sequence[float]) -> str:
    """Return the strongest connections, the weakest first, so that the strong ones lie on top."""
    found = flow.connections.get(link, ())
    most = max((abs(one.adds) for one in found), default=0.0) or 1.0
    begins, arrives = (
        dict(zip(flow.cells[place].shown, at, strict=True)) for place, at in zip(link, (starts, ends), strict=True)
    )

    def weight(one: Connection) -> int:
        return 1 + (abs(one.adds) > most / 3) + (abs(one.adds) > most * 2 / 3)

    groups: dict[tuple[int, str], list[Place]] = {}
    for one in found:
        groups.setdefault((weight(one), "adds" if one.adds > 0 else "takes"), []).append(
            (begins[one.source], arrives[one.target])
        )
    return "".join(
        f'<path class="{sign} w{width}" d="{_lines(groups[width, sign])}"/>' for width, sign in sorted(groups)
    )


def _lines(ends: Iterable[Place]) -> str:
    return "".join(f"M0 {round(a)}L100 {round(b)}" for a, b in ends)


def _field(diagram: Diagram, link: tuple[int, int], centres: Sequence[float]) -> str:
    """Return the square of one map that makes one number of the next, for layers that look at squares."""
    source, target = (diagram.blocks[place] for place in link)
    if not target.window:
        return ""
    _, y = _places(source, None)[-1]
    square = max(target.window / source.output_shape[0] * _side(source), 7)
    _, to_y = _places(target, None)[-1]
    y -= _side(source) / 5
    lines = _lines([(y - square / 2, to_y), (y + square / 2, to_y)])
    return _between(link, centres, f'<path class="field" d="{lines}"/>', 'pointer-events="none" ') + (
        f'<svg role="none" pointer-events="none" x="{_n(centres[link[0]])}%" overflow="visible"><rect class="field" '
        f'x="{_n(-square / 2)}" y="{_n(y - square / 2)}" width="{_n(square)}" height="{_n(square)}"/></svg>'
    )


# blocks


def _block(diagram: Diagram, place: int, centre: float, drawn: str, t: English, stops: bool) -> str:
    """Return a block with what is told of it, in its place."""
    words, count = escape(in_a_line(diagram.blocks[place], t)), len(diagram.blocks)
    told = f'role="img"><title>{words}</title>'
    if stops:
        order = f'aria-posinset="{place + 1}" aria-setsize="{count}"'  # bars come last in the drawing
        told = f'role="option" tabindex="-1" {order} aria-label="{words}">'
    return (
        f'<svg role="none" x="{_n(centre)}%" overflow="visible"><g class="block" data-block="{place}" '
        f"{told}{drawn}</g></svg>"
    )


def _drawn(
    diagram: Diagram,
    place: int,
    slot: float,
    image: npt.NDArray[np.uint8] | None,
    flow: Flow | None,
    chosen: tuple[int, int] | None,
    t: English,
) -> Iterator[str]:
    block, cells = diagram.blocks[place], flow.cells.get(place) if flow else None
    left = -_EDGE if block.answers else -slot / 2
    yield f'<rect class="ring" x="{left + 2}" y="2" width="{slot - 4}" height="{HEIGHT - 4}" rx="8"/>'
    if block.form == "bar":
        yield from _bar(block, t)
        return
    yield from _labels(block, cells, t)
    if block.form == "image":
        yield _picture_cell(flow.image if flow else image)
        return
    places = _places(block, cells)
    shown = cells.shown if cells else block.shown
    if len(shown) < block.units and not (block.form == "maps" and cells is None):
        half = len(shown) // 2
        x, y = _PILL / 2 if block.answers else 0, (places[half - 1][1] + places[half][1]) / 2
        yield "".join(f'<circle class="dots" cx="{x}" cy="{_n(y + step)}" r="1.2"/>' for step in (-4.5, 0, 4.5))
    if cells is None:
        names = [t(name) for name in diagram.class_names] if block.answers else []
        yield from (
            _empty_cell(block, at, names[unit] if names else "") for unit, at in zip(shown, places, strict=True)
        )
        return
    yield f'<g class="flow" style="--place:{place}">'
    for index, (unit, at) in enumerate(zip(shown, places, strict=True)):
        name = t(diagram.class_names[unit]) if block.answers else ""
        yield f'<g data-unit="{unit}">{_cell(cells, index, at, name, t)}</g>'
    yield "</g>"
    if chosen is not None and chosen[0] == place and chosen[1] in shown:
        yield _ring(block, places[shown.index(chosen[1])])


def _labels(block: Block, cells: Cells | None, t: English) -> Iterator[str]:
    words, x = words_of(block, t), _PILL / 2 if block.answers else 0
    lines = _broken(words.name)
    for number, line in enumerate(lines):
        yield f'<text class="name" x="{x}" y="{_TOP - 10 - _LINE * (len(lines) - 1 - number)}">{escape(line)}</text>'
    below = _TOP + _BODY + 20
    yield f'<text x="{x}" y="{below}">{words.shape}</text>'
    shown = len(cells.shown) if cells else len(block.shown)
    if shown < block.units:
        drawn = t("{shown} of {n:,}", shown=shown, n=block.units)
        yield f'<text class="quiet" x="{x}" y="{below + _LINE + 2}">{escape(drawn)}</text>'


def _broken(name: str, most: int = 11) -> list[str]:
    """Return a name in lines: it breaks between words, and before a capital within one."""
    lines: list[str] = []
    for part in re.split(r"(?<=[a-z])(?=[A-Z])|(?= )", name):
        if lines and len(lines[-1] + part) <= most:
            lines[-1] += part
        else:
            lines.append(part.strip())
    return lines


def _bar(block: Block, t: English) -> Iterator[str]:
    yield f'<rect class="bar" x="-11" y="{_MIDDLE - 78}" width="22" height="156" rx="6"/>'
    name = shortened(words_of(block, t).name, 26)
    yield f'<text class="name" transform="translate(4 {_MIDDLE}) rotate(-90)">{escape(name)}</text>'


def _picture_cell(image: npt.NDArray[np.uint8] | None) -> str:
    half = _PICTURE / 2
    place = f'x="{-half}" y="{_MIDDLE - half}" width="{_PICTURE}" height="{_PICTURE}"'
    if image is None:
        return f'<rect class="paper" {place} rx="4"/>{_grid(half)}'
    return f'<image {place} href="{_png(Image.fromarray(np.ascontiguousarray(image)))}"/>'


def _grid(half: float) -> str:
    """Return some lines on the empty image: it is made of pixels."""
    steps = [half * share for share in (-0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75)]
    lines = "".join(
        f"M{_n(step)} {_MIDDLE - half}v{2 * half}M{-half} {_n(_MIDDLE + step)}h{2 * half}" for step in steps
    )
    return f'<path class="way" d="{lines}"/>'


def _empty_cell(block: Block, at: Place, name: str) -> str:
    x, y = at
    if block.answers:
        return _pill(y, name, 0.0, "")
    if block.form == "units":
        return f'<circle class="cell" cx="{_n(x)}" cy="{_n(y)}" r="{_RADIUS}"/>'
    side = _side(block)
    return (
        f'<rect class="cell" x="{_n(x - side / 2)}" y="{_n(y - side / 2)}" width="{_n(side)}" height="{_n(side)}" '
        'rx="3"/>'
    )


def _pill(y: float, name: str, share: float, words: str) -> str:
    room = 11 if words else 19
    filled = f'<rect class="share" x="0" y="{_n(y - 9)}" width="{_n(share * _PILL)}" height="18" rx="4"/>'
    number = f'<text class="right" x="{_PILL - 6}" y="{_n(y + 4)}">{escape(words)}</text>' if words else ""
    return (
        f'<rect class="white" x="0" y="{_n(y - 9)}" width="{_PILL}" height="18" rx="4"/>{filled if share else ""}'
        f'<text class="left" x="7" y="{_n(y + 4)}">{escape(shortened(name, room))}</text>{number}'
    )


def _cell(cells: Cells, index: int, at: Place, name: str, t: English) -> str:
    """Return a unit with what it says to the image."""
    (x, y), value = at, cells.values[index]
    if name:
        return _pill(y, name, value, share_words(value, t) if value >= 0.005 else "")
    if cells.maps:
        half = _MAP / 2
        picture = _png(_heat(cells.maps[index], cells.limit))
        return f'<image x="{-half}" y="{_n(y - half)}" width="{_MAP}" height="{_MAP}" href="{picture}"/>'
    strength = min(abs(value) / cells.limit, 1.0)
    circle = f'cx="{_n(x)}" cy="{_n(y)}" r="{_RADIUS}"'
    colour = "full" if value > 0 else "empty"
    return f'<circle class="white" {circle}/><circle class="{colour}" {circle} fill-opacity="{_n(strength)}"/>'


def _ring(block: Block, at: Place) -> str:
    x, y = at
    if block.answers:
        return f'<rect class="chosen" x="-2" y="{_n(y - 11)}" width="{_PILL + 4}" height="22" rx="6"/>'
    if block.form == "units":
        return f'<circle class="chosen" cx="{_n(x)}" cy="{_n(y)}" r="{_RADIUS + 2.5}"/>'
    half = _MAP / 2 + 2
    return f'<rect class="chosen" x="{-half}" y="{_n(y - half)}" width="{2 * half}" height="{2 * half}"/>'


# pictures in it


def _heat(values: npt.NDArray[np.float32], limit: float) -> Image.Image:
    """Return a map in two colours over black, in few shades: orange where positive, blue where negative."""
    scaled = np.clip(np.round(values / limit * _LEVELS), -_LEVELS, _LEVELS).astype(np.int8) + _LEVELS
    picture = Image.fromarray(scaled.astype(np.uint8), "P")
    picture.putpalette(_palette())
    return picture


@cache
def _palette() -> bytes:
    orange, blue = np.array([255, 159, 28]), np.array([58, 155, 255])
    steps = np.arange(-_LEVELS, _LEVELS + 1) / _LEVELS
    return b"".join(bytes((abs(step) * (orange if step > 0 else blue)).astype(np.uint8)) for step in steps)


def _png(picture: Image.Image) -> str:
    stream = io.BytesIO()
    picture.save(stream, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()

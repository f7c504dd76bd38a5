"""How a run is drawn wherever it is compared: a colour, and a symbol and dashes for eyes that see no colours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from mnist_core.figures.theme import CLASS_COLORS, CLASS_SYMBOLS
from mnist_core.text import shortened

_LONGEST, _END = 60, 35
_DASHES = ("solid", "dash", "dot", "dashdot")
# The symbols of plotly as characters, for words and tables.
_GLYPHS = {
    "circle": "●",
    "square": "■",
    "diamond": "◆",
    "cross": "✚",
    "x": "✖",
    "triangle-up": "▲",
    "triangle-down": "▼",
    "star": "★",
    "hexagon": "⬢",
    "pentagon": "⬟",
}


@dataclass(frozen=True)
class RunStyle:
    """The look of one run.

    Attributes
    ----------
    color : str
        Like "#4477AA".
    symbol, dash : str
        Of plotly.
    glyph : str
        The symbol as one character.
    """

    color: str
    symbol: str
    dash: str
    glyph: str


Drawn = tuple[str, RunStyle]
"""A run's name and look."""


def plain_name(name: str) -> str:
    """Return a name that plotly, which reads a little HTML, shows as it was typed; a long one with both its ends."""
    return escape(shortened(name, _LONGEST, _END), quote=False)


def run_style(slot: int) -> RunStyle:
    """Return the look of a place, counted from 0.

    After ten colours they come again with other symbols and other dashes: each of the first hundred places has a
    colour and symbol that no other has.
    """
    turn, place = divmod(slot, len(CLASS_COLORS))
    symbol = CLASS_SYMBOLS[(place + turn) % len(CLASS_SYMBOLS)]
    return RunStyle(CLASS_COLORS[place], symbol, _DASHES[turn % len(_DASHES)], _GLYPHS[symbol])


def keep_slots(before: Mapping[str, int], run_ids: Iterable[str]) -> dict[str, int]:
    """Return a place for each run: its own from before, or the first free one.

    So a run keeps its colour when another one is taken away or comes along.

    Parameters
    ----------
    before : mapping of run id to int
    run_ids : iterable of str
        Each once.
    """
    wanted = list(run_ids)
    slots = {run_id: before[run_id] for run_id in wanted if run_id in before}
    free = (slot for slot in range(len(wanted)) if slot not in slots.values())
    for run_id in wanted:
        if run_id not in slots:
            slots[run_id] = next(free)
    return {run_id: slots[run_id] for run_id in wanted}

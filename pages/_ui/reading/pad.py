"""What a page has on its canvas, for whoever answers while the next stroke is drawn: see `pages._ui.reading.pen`."""

import secrets
import threading
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakValueDictionary

from mnist_core.settings import get_settings
from mnist_core.store import Visitor
from mnist_core.system.buckets import Bucket

_MOST = 20  # answers a second for one pen: more than an eye follows
_OF_A_VISITOR = 4 / 3  # of a page's messages: two thirds of what the gateway lets a visitor send


def most_a_second() -> float:
    """Return how many answers a second a pen may have."""
    return min(_MOST, _OF_A_VISITOR * get_settings().messages_per_second)


@dataclass(frozen=True)
class Board:
    """What a page has on its canvas, who sees it, and how the next stroke is drawn and read.

    Attributes
    ----------
    run_id : str
        Whose network reads.
    reader : str
        See `mnist_core.drawing.prepare_parts`.
    sureness : float
        The least probability of a sure answer.
    visitor : Visitor
    objects : list
        What is on the canvas, as the canvas wrote it; never changed.
    width, shade, fill
        Line, grey value and kind of the next stroke, as the canvas has them.
    number : int
        Goes up with each change: a page's points are about the board that it saw last.
    """

    run_id: str
    reader: str
    sureness: float
    visitor: Visitor
    objects: list[Any]
    width: int
    shade: int
    fill: bool
    number: int = 0

    def reads_as(self, other: "Board | None") -> bool:
        """Whether the same points mean the same on both."""
        if other is None or (self.objects is not other.objects and (self.objects or other.objects)):
            return False
        return replace(self, objects=[], sureness=0.0, number=0) == replace(other, objects=[], sureness=0.0, number=0)


class Pad:
    """Where a page's strokes go while they are drawn. Lives as long as the page's session."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(24)
        self.pace = Bucket(most_a_second(), 2 * most_a_second())
        self.free = threading.Lock()
        self.board: Board | None = None
        pads[self.token] = self

    def put(self, board: Board) -> Board:
        """Take what is on the canvas now; return it with its number."""
        before = self.board.number if self.board else 0
        self.board = replace(board, number=before if board.reads_as(self.board) else before + 1)
        return self.board


pads: "WeakValueDictionary[str, Pad]" = WeakValueDictionary()

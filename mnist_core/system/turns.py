"""Whose turn it is: of the computations that somebody waits for, in an order that is fair to all."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

_PATIENCE = 90.0  # seconds after which who asked counts as gone: a tab out of sight asks once a minute
_STRETCH = 4.0  # a computation is due so many times its own length after it was asked for
_MOST_BEGUN = 8  # computations that may be under way, all but one of them paused: each holds its arrays


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Asker:
    """Who waits for a computation.

    Attributes
    ----------
    visitor : str
        Visitors of one address take turns.
    page : str
        One of a visitor's open pages.
    waits : callable
        Whether this page is still open.
    address : str or None
        As in `Visitor.address`: addresses take turns.
    """

    visitor: str = ""
    page: str = ""
    waits: Callable[[], bool] = field(default=_always, compare=False)
    address: str | None = None


class Computation:
    """A computation that is not done yet."""

    def __init__(self, key: Hashable, number: int, call: Callable[..., Any], seconds: float) -> None:
        self.key, self.number, self.call, self.seconds = key, number, call, seconds
        self.asked: dict[str, float] = {}  # when each visitor asked first
        self.addresses: dict[str, str | None] = {}  # from where
        self.askers: dict[Asker, float] = {}  # when each of them asked last
        self.thread: Thread | None = None
        self.used = 0.0  # seconds of the processor
        self.turn_began = self.looked = 0.0

    def ask(self, asker: Asker) -> None:
        """Remember who waits, and since when."""
        now = time.monotonic()
        self.asked.setdefault(asker.visitor, now)
        self.addresses[asker.visitor] = asker.address
        self.askers.pop(asker, None)  # the new one may ask another window
        self.askers[asker] = now

    def is_wanted(self) -> bool:
        """Whether somebody waits still."""
        now = time.monotonic()
        return any(now - asked < _PATIENCE and asker.waits() for asker, asked in list(self.askers.items()))

    def due(self, since: float) -> float:
        """Return until when it should be done, so that short ones come first and no long one waits for ever."""
        return since + _STRETCH * max(self.seconds, self.used)


class Turns:
    """Computations that are not done, and which of them are computed, `slots` at once; for one thread at a time.

    Addresses take turns, and at each address its visitors: each one's first computation comes before anybody's second
    one. Of those the one comes first that is due first: short ones soon, long ones later, none never.

    Parameters
    ----------
    slots : int
    most_of_one, most_of_all : int
        How many computations one visitor and all together may have waiting.
    """

    def __init__(self, slots: int, most_of_one: int, most_of_all: int) -> None:
        self._slots, self._most_of_one, self._most_of_all = slots, most_of_one, most_of_all
        self._works: dict[Hashable, Computation] = {}
        self._active: set[Computation] = set()  # those whose turn it is
        self._served: dict[str, float] = {}  # when each visitor's last computation ended
        self._served_there: dict[str | None, float] = {}  # when an address's last one ended
        self._numbers = 0

    def all(self) -> list[Computation]:
        """Return all computations that are not done."""
        return list(self._works.values())

    def get(self, key: Hashable) -> Computation | None:
        """Return a computation that is not done."""
        return self._works.get(key)

    def is_full(self, asker: Asker) -> bool:
        """Whether no more can wait for who asks: for the visitor, for the address, or for anybody."""
        mine = sum(asker.visitor in work.asked for work in self._works.values())
        from_there = sum(asker.address in work.addresses.values() for work in self._works.values())
        crowded = asker.address is not None and from_there >= max(self._most_of_one, self._most_of_all // 2)
        return mine >= self._most_of_one or len(self._works) >= self._most_of_all or crowded

    def add(self, key: Hashable, call: Callable[..., Any], seconds: float) -> Computation:
        """Return a new computation, which waits for its turn once somebody asks for it."""
        self._numbers += 1
        work = self._works[key] = Computation(key, self._numbers, call, seconds)
        return work

    def give(self) -> Iterable[Computation]:
        """Yield those whose turn begins; who takes one begins it before the next is asked for."""
        for work in self.order():
            if len(self._active) >= self._slots:
                break
            begun = sum(other.thread is not None for other in self._works.values())
            if work in self._active or (work.thread is None and begun >= _MOST_BEGUN) or self._has_its_share(work):
                continue
            self._active.add(work)
            work.turn_began = time.monotonic()
            yield work

    def is_on(self, work: Computation) -> bool:
        """Whether it is a computation's turn."""
        return work in self._active

    def ahead(self, work: Computation) -> int:
        """Return how many computations come before one; 0 while it is its turn."""
        return 0 if self.is_on(work) else self.order().index(work)

    def is_first(self, work: Computation) -> bool:
        """Whether none that waits comes before one that is under way."""
        return work in self.order()[: self._slots]

    def end(self, work: Computation) -> None:
        """Take a computation's turn back; it waits for the next one."""
        self._active.discard(work)

    def drop(self, work: Computation) -> None:
        """Forget a computation."""
        self._active.discard(work)
        self._works.pop(work.key, None)

    def finish(self, work: Computation) -> None:
        """Forget a computation that came to its end: who asked for it was served."""
        self.drop(work)
        for visitor in work.asked:
            self._served[visitor] = self._served_there[work.addresses[visitor]] = time.monotonic()
        if not self._works:
            self._served.clear()  # all begin anew
            self._served_there.clear()

    def order(self) -> list[Computation]:
        """Return all computations in the order of their turns."""
        best: dict[Computation, tuple[int, float, int]] = {}
        taken: Counter[str] = Counter()
        lines: dict[str | None, dict[Computation, tuple[int, float, int]]] = defaultdict(dict)
        dues = [
            (work.due(max(asked, self._served.get(visitor, 0.0))), work.number, visitor, work)
            for work in self._works.values()
            for visitor, asked in work.asked.items()
        ]
        for due, number, visitor, work in sorted(dues, key=lambda each: each[:3]):
            line, turn = lines[work.addresses[visitor]], (taken[visitor], due, number)
            taken[visitor] += 1
            line[work] = min(line.get(work, turn), turn)
        for address, line in lines.items():
            for place, work in enumerate(sorted(line, key=line.__getitem__)):
                due = max(line[work][1], work.due(self._served_there.get(address, 0.0)))
                best[work] = min(best.get(work, (place, due, work.number)), (place, due, work.number))
        return sorted(best, key=best.__getitem__)

    def _has_its_share(self, work: Computation) -> bool:
        """Whether all who ask for it have as much under way as one may: the last slot is for others."""
        held = Counter(visitor for active in self._active for visitor in active.asked)
        return all(held[visitor] >= max(1, self._slots - 1) for visitor in work.asked)

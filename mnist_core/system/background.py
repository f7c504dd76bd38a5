"""Computations that take longer than a page should: in the background, in fair turns, and kept for everybody."""

import threading
import time
import traceback
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any, Generic, Literal, TypeVar

from mnist_core.errors import AbandonedError, LimitError, MnistLabError
from mnist_core.system.patience import pause_point, pausing_by

Result = TypeVar("Result")
Report = Callable[[float], None]
"""What a computation calls with the share that is done, 0 to 1; it may have to wait there for its next turn."""

_KEPT = 64  # results; each is a few arrays
_PATIENCE = 90.0  # seconds after which who asked counts as gone: a tab out of sight asks once a minute
_SLICE = 0.2  # seconds of a turn before another one may take it
_LOOK = 0.05  # seconds between two looks at the others
_STRETCH = 4.0  # a computation is due so many times its own length after it was asked for
_USUAL_SECONDS = 1.0
_MOST_SECONDS = 900.0  # of the processor for one computation
_MOST_BEGUN = 8  # computations that may be under way, all but one of them paused: each holds its arrays
_MOST_OF_ONE, _MOST_OF_ALL = 20, 400  # computations that may be waiting


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


@dataclass(frozen=True)
class Task(Generic[Result]):
    """How far a computation was when it was asked for; ask again to learn more.

    Attributes
    ----------
    state : {"running", "done", "failed"}
        One that waits for its turn is ``running`` too.
    progress : float
        Share that is done, 0 to 1.
    result : Result or None
        What the function returned, shared by all who ask: not to be changed.
    problem : MnistLabError or None
        Why it failed, in a sentence.
    ahead : int
        How many computations come before it; 0 while it is computed.
    """

    state: Literal["running", "done", "failed"] = "running"
    progress: float = 0.0
    result: Result | None = None
    problem: MnistLabError | None = None
    ahead: int = 0


class _Work:
    """A computation that is not done yet."""

    def __init__(self, key: Hashable, number: int, call: Callable[[Report], Any], seconds: float) -> None:
        self.key, self.number, self.call, self.seconds = key, number, call, seconds
        self.asked: dict[str, float] = {}  # when each visitor asked first
        self.addresses: dict[str, str | None] = {}  # from where
        self.askers: dict[Asker, float] = {}  # when each of them asked last
        self.thread: threading.Thread | None = None
        self.used = 0.0  # seconds of the processor
        self.turn_began = self.looked = 0.0

    def ask(self, asker: Asker) -> None:
        now = time.monotonic()
        self.asked.setdefault(asker.visitor, now)
        self.addresses[asker.visitor] = asker.address
        self.askers.pop(asker, None)  # the new one may ask another window
        self.askers[asker] = now

    def is_wanted(self) -> bool:
        now = time.monotonic()
        return any(now - asked < _PATIENCE and asker.waits() for asker, asked in list(self.askers.items()))

    def due(self, since: float) -> float:
        """Return until when it should be done, so that short ones come first and no long one waits for ever."""
        return since + _STRETCH * max(self.seconds, self.used)


class Background:
    """Computes what visitors ask for, and keeps the results that were asked for last.

    Addresses take turns, and at each address its visitors: each one's first computation comes before anybody's second
    one. Of those the one comes first that is due first:
    short ones soon, long ones later, none never. A long one that is under way makes room for a short one at its next
    `pause_point`. What nobody asks for any more is dropped, or ended there.

    Every method may be called from any thread, and none waits for a computation but `wait` and `close`.

    Parameters
    ----------
    kept : int
        Most results, failures included, that are kept.
    slots : int
        How many are computed at once.
    sliced : bool
        Whether one under way makes room for others: not where a child process works.
    most_of_one, most_of_all : int
        How many computations one visitor and all together may have waiting.
    """

    def __init__(
        self,
        kept: int = _KEPT,
        *,
        slots: int = 1,
        sliced: bool = True,
        most_of_one: int = _MOST_OF_ONE,
        most_of_all: int = _MOST_OF_ALL,
    ) -> None:
        self._kept, self._slots, self._sliced = kept, slots, sliced
        self._most_of_one, self._most_of_all = most_of_one, most_of_all
        self._changed = threading.Condition()
        self._tasks: OrderedDict[Hashable, Task[Any]] = OrderedDict()  # the one asked for last is last
        self._works: dict[Hashable, _Work] = {}
        self._active: set[_Work] = set()  # those whose turn it is
        self._served: dict[str, float] = {}  # when each visitor's last computation ended
        self._served_there: dict[str | None, float] = {}  # when an address's last one ended
        self._numbers = 0
        self._closing = False

    def request(
        self,
        key: Hashable,
        function: Callable[..., Result],
        *args: Any,
        asker: Asker | None = None,
        seconds: float = _USUAL_SECONDS,
    ) -> Task[Result]:
        """Return how far a computation is; the first who asks for it lets it begin.

        Parameters
        ----------
        key : hashable
            Names the computation, with everything that its result depends on.
        function : callable
            Called as ``function(report, *args)`` in a thread, where ``report(share)`` says how far it is. It
            may raise `MnistLabError` with a sentence for people; any other error goes to the log with its traceback.
        asker : Asker, optional
            Who waits. It is computed for as long as somebody asks again who waits.
        seconds : float
            About how long it takes.
        """
        asker = asker or Asker()
        with self._changed:
            if key not in self._tasks:
                problem = self._refusal(asker)
                if problem is not None:
                    return Task("failed", problem=problem)
                self._tasks[key] = Task()
                self._numbers += 1
                work = _Work(key, self._numbers, lambda report: function(report, *args), seconds)
                self._works[key] = work
                work.ask(asker)
                self._give_turns()
            task = self._look(key, asker)
            assert task is not None
            return task

    def look(self, key: Hashable, asker: Asker | None = None) -> Task[Any] | None:
        """Return how far a computation is, as `request` does, but never let it begin."""
        with self._changed:
            return self._look(key, asker or Asker())

    def forget(self, key: Hashable) -> None:
        """Drop what was computed, so that the next request tries anew; one under way goes on."""
        with self._changed:
            if key in self._tasks and self._tasks[key].state != "running":
                del self._tasks[key]

    def wait(self, key: Hashable, timeout: float | None = None) -> Task[Any] | None:
        """Return a task once it has ended, or as it is after `timeout` seconds; None where nobody asked for it."""
        with self._changed:
            self._changed.wait_for(lambda: key not in self._tasks or self._tasks[key].state != "running", timeout)
            return self._tasks.get(key)

    def close(self, timeout: float) -> None:
        """Drop what waits, end what is under way at its next pause point, and wait for that."""
        with self._changed:
            self._closing = True
            threads = [work.thread for work in self._works.values() if work.thread is not None]
            self._give_turns()
            self._changed.notify_all()
        for thread in threads:
            thread.join(timeout)

    # all below with the lock held, but where it says otherwise

    def _look(self, key: Hashable, asker: Asker) -> Task[Any] | None:
        if key not in self._tasks:
            return None
        self._tasks.move_to_end(key)
        work = self._works.get(key)
        if work is None:
            return self._tasks[key]
        work.ask(asker)
        ahead = 0 if work in self._active else self._order().index(work)
        return replace(self._tasks[key], ahead=ahead)

    def _refusal(self, asker: Asker) -> MnistLabError | None:
        mine = sum(asker.visitor in work.asked for work in self._works.values())
        from_there = sum(asker.address in work.addresses.values() for work in self._works.values())
        crowded = asker.address is not None and from_there >= max(self._most_of_one, self._most_of_all // 2)
        if self._closing or mine >= self._most_of_one or len(self._works) >= self._most_of_all or crowded:
            return LimitError("Too much is being computed here already. Wait a little, and try again.")
        return None

    def _order(self) -> list[_Work]:
        """Return all computations in the order of their turns."""
        best: dict[_Work, tuple[int, float, int]] = {}
        taken: Counter[str] = Counter()
        lines: dict[str | None, dict[_Work, tuple[int, float, int]]] = defaultdict(dict)
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

    def _give_turns(self) -> None:
        """Let those compute whose turn it is, and drop what waits for nobody."""
        for work in list(self._works.values()):
            if work.thread is None and (self._closing or not work.is_wanted()):
                self._drop(work)
        begun = sum(work.thread is not None for work in self._works.values())
        for work in self._order():
            if len(self._active) >= self._slots:
                break
            if work in self._active or (work.thread is None and begun >= _MOST_BEGUN) or self._has_its_share(work):
                continue
            self._active.add(work)
            work.turn_began = time.monotonic()
            if work.thread is None:
                begun += 1
                work.thread = threading.Thread(target=self._run, args=(work,), name="background", daemon=True)
                work.thread.start()
        self._changed.notify_all()

    def _has_its_share(self, work: _Work) -> bool:
        """Whether all who ask for it have as much under way as one may: the last slot is for others."""
        held = Counter(visitor for active in self._active for visitor in active.asked)
        return all(held[visitor] >= max(1, self._slots - 1) for visitor in work.asked)

    def _drop(self, work: _Work) -> None:
        self._active.discard(work)
        self._works.pop(work.key, None)
        self._tasks.pop(work.key, None)

    # a computation's own thread, without the lock

    def _run(self, work: _Work) -> None:
        with pausing_by(partial(self._pause, work)):
            ended = self._compute(work)
        with self._changed:
            self._drop(work)
            for visitor in work.asked:
                self._served[visitor] = self._served_there[work.addresses[visitor]] = time.monotonic()
            if not self._works:
                self._served.clear()  # all begin anew
                self._served_there.clear()
            if ended is not None:
                self._tasks[work.key] = ended
            finished = [key for key, task in self._tasks.items() if task.state != "running"]
            for old in finished[: max(0, len(finished) - self._kept)]:
                del self._tasks[old]
            self._give_turns()

    def _compute(self, work: _Work) -> Task[Any] | None:
        """Return how a computation ended, or None where nobody wants to know."""

        def report(share: float) -> None:
            with self._changed:
                if work.key in self._tasks:
                    self._tasks[work.key] = replace(self._tasks[work.key], progress=min(max(share, 0.0), 1.0))
            pause_point()

        try:
            return Task("done", 1.0, result=work.call(report))
        except AbandonedError:
            return None
        except MnistLabError as error:
            return Task("failed", problem=error)
        except Exception as error:  # a thread that dies in silence would leave "running" for ever
            traceback.print_exception(error)
            return Task("failed", problem=MnistLabError("This could not be computed: {reason}", reason=repr(error)))

    def _pause(self, work: _Work) -> None:
        """Go on, or let others go first; raise where nobody waits, or where it takes too long."""
        now = time.monotonic()
        if now - work.looked < _LOOK:
            return
        work.looked = now
        if self._closing or not work.is_wanted():
            raise AbandonedError("Nobody waits for this any more.")
        if not self._sliced:
            return
        work.used = time.thread_time()  # a thread computes one thing
        if work.used > _MOST_SECONDS:
            raise LimitError(
                "This took more than {minutes:g} minutes of computing, so it was ended.",
                minutes=_MOST_SECONDS / 60,
            )
        with self._changed:
            if now - work.turn_began < _SLICE or work in self._order()[: self._slots]:
                return
            self._active.discard(work)
            self._give_turns()
            while work not in self._active:
                self._changed.wait(1.0)
                if self._closing or not work.is_wanted():
                    raise AbandonedError("Nobody waits for this any more.")


@lru_cache(maxsize=1)
def shared_background() -> Background:
    """Return the background of this process."""
    return Background()

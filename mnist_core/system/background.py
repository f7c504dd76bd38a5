"""Computations that take longer than a page should: in the background, in fair turns, and kept for everybody."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any, Generic, Literal, TypeVar

from mnist_core.errors import AbandonedError, LimitError, MnistLabError
from mnist_core.system.instruments import ERRORS
from mnist_core.system.patience import pause_point, pausing_by
from mnist_core.system.saying import tell_error
from mnist_core.system.turns import Asker, Computation, Turns

Result = TypeVar("Result")
Report = Callable[[float], None]
"""What a computation calls with the share that is done, 0 to 1; it may have to wait there for its next turn."""

_KEPT = 64  # results; each is a few arrays
_SLICE = 0.2  # seconds of a turn before another one may take it
_LOOK = 0.05  # seconds between two looks at the others
_USUAL_SECONDS = 1.0
_MOST_SECONDS = 900.0  # of the processor for one computation
_MOST_OF_ONE, _MOST_OF_ALL = 20, 400  # computations that may be waiting


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


class Background:
    """Computes what visitors ask for, and keeps the results that were asked for last.

    They take fair turns (`Turns`). A long one that is under way makes room for a short one at its next `pause_point`.
    What nobody asks for any more is dropped, or ended there.

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
        self._kept, self._sliced = kept, sliced
        self._turns = Turns(slots, most_of_one, most_of_all)
        self._changed = threading.Condition()
        self._tasks: OrderedDict[Hashable, Task[Any]] = OrderedDict()  # the one asked for last is last
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
                if self._closing or self._turns.is_full(asker):
                    problem = LimitError("Too much is being computed here already. Wait a little, and try again.")
                    return Task("failed", problem=problem)
                self._tasks[key] = Task()
                self._turns.add(key, lambda report: function(report, *args), seconds).ask(asker)
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
            threads = [work.thread for work in self._turns.all() if work.thread is not None]
            self._give_turns()
            self._changed.notify_all()
        for thread in threads:
            thread.join(timeout)

    # all below with the lock held, but where it says otherwise

    def _look(self, key: Hashable, asker: Asker) -> Task[Any] | None:
        if key not in self._tasks:
            return None
        self._tasks.move_to_end(key)
        work = self._turns.get(key)
        if work is None:
            return self._tasks[key]
        work.ask(asker)
        return replace(self._tasks[key], ahead=self._turns.ahead(work))

    def _give_turns(self) -> None:
        """Let those compute whose turn it is, and drop what waits for nobody."""
        for work in self._turns.all():
            if work.thread is None and (self._closing or not work.is_wanted()):
                self._turns.drop(work)
                self._tasks.pop(work.key, None)
        for work in self._turns.give():
            if work.thread is None:
                work.thread = threading.Thread(target=self._run, args=(work,), name="background", daemon=True)
                work.thread.start()
        self._changed.notify_all()

    # a computation's own thread, without the lock

    def _run(self, work: Computation) -> None:
        with pausing_by(partial(self._pause, work)):
            ended = self._compute(work)
        with self._changed:
            self._turns.finish(work)
            self._tasks.pop(work.key, None)
            if ended is not None:
                self._tasks[work.key] = ended
            finished = [key for key, task in self._tasks.items() if task.state != "running"]
            for old in finished[: max(0, len(finished) - self._kept)]:
                del self._tasks[old]
            self._give_turns()

    def _compute(self, work: Computation) -> Task[Any] | None:
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
            ERRORS.add("computation")
            tell_error(error, "A computation failed.")
            return Task("failed", problem=MnistLabError("This could not be computed: {reason}", reason=repr(error)))

    def _pause(self, work: Computation) -> None:
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
            if now - work.turn_began < _SLICE or self._turns.is_first(work):
                return
            self._turns.end(work)
            self._give_turns()
            while not self._turns.is_on(work):
                self._changed.wait(1.0)
                if self._closing or not work.is_wanted():
                    raise AbandonedError("Nobody waits for this any more.")


@lru_cache(maxsize=1)
def shared_background() -> Background:
    """Return the background of this process."""
    return Background()

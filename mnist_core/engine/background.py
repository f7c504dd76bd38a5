"""Computations that take longer than a page should: done in one thread, and kept for everybody."""

import threading
import traceback
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Generic, Literal, TypeVar

from mnist_core.errors import MnistLabError

Result = TypeVar("Result")
Report = Callable[[float], None]
"""What a computation calls with the share that is done, 0 to 1."""

_KEPT = 64  # results; each is a few arrays


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
    """

    state: Literal["running", "done", "failed"] = "running"
    progress: float = 0.0
    result: Result | None = None
    problem: MnistLabError | None = None


class Background:
    """Computes one thing after the other in a thread, and keeps the results that were asked for last.

    Every method may be called from any thread, and none waits for a computation but `wait`.

    Parameters
    ----------
    kept : int
        Most results, failures included, that are kept.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._changed = threading.Condition()
        self._tasks: OrderedDict[Hashable, Task[Any]] = OrderedDict()  # the one asked for last is last
        self._queue: deque[tuple[Hashable, Callable[..., Any], tuple[Any, ...]]] = deque()
        self._working = False

    def request(self, key: Hashable, function: Callable[..., Result], *args: Any) -> Task[Result]:
        """Return how far a computation is; the first who asks for it lets it begin.

        Parameters
        ----------
        key : hashable
            Names the computation, with everything that its result depends on.
        function : callable
            Called as ``function(report, *args)`` in the thread, where ``report(share)`` says how far it is. It
            may raise `MnistLabError` with a sentence for people; any other error goes to the log with its traceback.
        """
        with self._changed:
            if key not in self._tasks:
                self._tasks[key] = Task()
                self._queue.append((key, function, args))
                if not self._working:
                    self._working = True
                    threading.Thread(target=self._work, name="background", daemon=True).start()
            self._tasks.move_to_end(key)
            return self._tasks[key]

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

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._queue:
                    self._working = False  # the next request starts a new thread: none waits for ever
                    return
                key, function, args = self._queue.popleft()
            ended = self._compute(key, function, args)
            with self._changed:
                self._tasks[key] = ended
                finished = [key for key, task in self._tasks.items() if task.state != "running"]
                for old in finished[: max(0, len(finished) - self._kept)]:
                    del self._tasks[old]
                self._changed.notify_all()

    def _compute(self, key: Hashable, function: Callable[..., Any], args: tuple[Any, ...]) -> Task[Any]:
        def report(share: float) -> None:
            with self._changed:
                self._tasks[key] = replace(self._tasks[key], progress=min(max(share, 0.0), 1.0))

        try:
            return Task("done", 1.0, result=function(report, *args))
        except MnistLabError as error:
            return Task("failed", problem=error)
        except Exception as error:  # a thread that dies in silence would leave "running" for ever
            traceback.print_exception(error)
            return Task("failed", problem=MnistLabError("This could not be computed: {reason}", reason=repr(error)))


@lru_cache(maxsize=1)
def shared_background() -> Background:
    """Return the background of this process."""
    return Background()

"""An answer that is kept for a moment, however many ask for it."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Cached(Generic[Answer]):
    """Asks `find` once, and then again only after `seconds`; of several who ask at once one does the work.

    Parameters
    ----------
    find : callable
    seconds : float
    clock : callable
        Seconds of a monotonic clock.
    """

    def __init__(self, find: Callable[[], Answer], seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._find, self._seconds, self._clock = find, seconds, clock
        self._lock = threading.Lock()
        self._answer: Answer | None = None
        self._until = -1.0

    def __call__(self) -> Answer:
        """Return the answer; whatever `find` raises is raised, and not kept."""
        with self._lock:
            if self._answer is None or self._clock() >= self._until:
                self._answer = self._find()
                self._until = self._clock() + self._seconds
            return self._answer

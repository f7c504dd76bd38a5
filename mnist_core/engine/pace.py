"""How often a visitor may ask for something that costs time, so that one can't keep the others waiting."""

import threading
import time
from collections import deque
from collections.abc import Callable
from functools import lru_cache

from mnist_core.errors import LimitError


class Pace:
    """At most so many in so many seconds for each visitor. Safe to use from several threads.

    Parameters
    ----------
    most : int
        How many are allowed.
    seconds : float
        In this time.
    clock : callable, optional
        Seconds that never go back.
    """

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._times: dict[str, deque[float]] = {}

    def take(self, visitor: str) -> None:
        """Count one more of a visitor.

        Raises
        ------
        LimitError
            If it would be too many. It is not counted then.
        """
        with self._lock:
            now = self._clock()
            self._forget(now - self._seconds)
            times = self._times.setdefault(visitor, deque())
            if len(times) >= self._most:
                raise LimitError(
                    "At most {most} pictures a minute are read. Wait {seconds} seconds, then try again.",
                    most=self._most,
                    seconds=max(round(times[0] + self._seconds - now), 1),
                )
            times.append(now)

    def _forget(self, before: float) -> None:
        for visitor, times in list(self._times.items()):
            while times and times[0] <= before:
                times.popleft()
            if not times:
                del self._times[visitor]


@lru_cache(maxsize=1)
def picture_pace() -> Pace:
    """Return the pace of pictures in this process: 30 a minute."""
    return Pace(30, 60.0)

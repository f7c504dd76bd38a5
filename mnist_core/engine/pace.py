"""How often one may ask for something that costs time, so that one visitor can't keep the others waiting."""

import threading
import time
from collections import deque
from collections.abc import Callable
from functools import lru_cache

from mnist_core.errors import LimitError

_CROWD = 4  # visitors behind one address who may go as fast as they can: one of them may throw cookies away


class Pace:
    """At most so many in so many seconds for each visitor, and four times as many for each address.

    Safe to use from several threads.

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
        self._times: dict[tuple[str, str], deque[float]] = {}

    def take(self, visitor: str, address: str | None = None) -> None:
        """Count one more of a visitor who comes from an address.

        Raises
        ------
        LimitError
            If it would be too many. It is not counted then.
        """
        with self._lock:
            now = self._clock()
            self._forget(now - self._seconds)
            limits = {("visitor", visitor): self._most}
            if address is not None:
                limits["address", address] = _CROWD * self._most
            counted = []
            for who, most in limits.items():
                times = self._times.get(who, deque())
                if len(times) >= most:
                    raise LimitError(
                        "At most {most} pictures a minute are read. Wait {seconds} seconds, then try again.",
                        most=most,
                        seconds=max(round(times[0] + self._seconds - now), 1),
                    )
                counted.append((who, times))
            for who, times in counted:
                times.append(now)
                self._times[who] = times

    def _forget(self, before: float) -> None:
        for who, times in list(self._times.items()):
            while times and times[0] <= before:
                times.popleft()
            if not times:
                del self._times[who]


@lru_cache(maxsize=1)
def picture_pace() -> Pace:
    """Return the pace of pictures in this process: 30 a minute."""
    return Pace(30, 60.0)

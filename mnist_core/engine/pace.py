"""How often one may ask for something that costs time, so that one visitor can't keep the others waiting."""

import math
import threading
import time
from functools import lru_cache

from mnist_core.errors import LimitError
from mnist_core.system.buckets import Buckets, Clock
from mnist_core.text import Plural

_CROWD = 4  # visitors behind one address who may go as fast as they can: one of them may throw cookies away


class Pace:
    """So many in so many seconds for each visitor, all at once or one by one, and four times as many for each address.

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

    def __init__(self, most: int, seconds: float, clock: Clock = time.monotonic) -> None:
        self._most = most
        self._visitors = Buckets(most / seconds, most, clock)
        self._addresses = Buckets(_CROWD * most / seconds, _CROWD * most, clock)
        self._lock = threading.Lock()

    def take(self, visitor: str, address: str | None = None) -> None:
        """Count one more of a visitor who comes from an address.

        Raises
        ------
        LimitError
            If it would be too many. It is not counted then.
        """
        with self._lock:
            buckets = {self._visitors.of(visitor): self._most}
            if address is not None:
                buckets[self._addresses.of(address)] = _CROWD * self._most
            for bucket, most in buckets.items():
                if (wait := bucket.wait()) > 0:
                    raise LimitError(
                        Plural(
                            "At most {most:,} pictures a minute are read. Wait {n:,} second, then try again.",
                            "At most {most:,} pictures a minute are read. Wait {n:,} seconds, then try again.",
                        ),
                        most=most,
                        n=math.ceil(round(wait, 3)),  # 20.000001 are 20
                    )
            for bucket in buckets:
                bucket.take()


@lru_cache(maxsize=1)
def picture_pace() -> Pace:
    """Return the pace of pictures in this process: 30 a minute."""
    return Pace(30, 60.0)

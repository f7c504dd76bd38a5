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
    template : Plural
        What is said to who goes faster, with {most} and the seconds to wait, {n}.
    clock : callable, optional
        Seconds that never go back.
    """

    def __init__(self, most: int, seconds: float, template: Plural, clock: Clock = time.monotonic) -> None:
        self._most, self.template = most, template
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
                    seconds = math.ceil(round(wait, 3))  # 20.000001 are 20
                    raise LimitError(self.template, most=most, n=seconds)
            for bucket in buckets:
                bucket.take()


@lru_cache(maxsize=1)
def picture_pace() -> Pace:
    """Return the pace of pictures in this process: 30 a minute."""
    words = Plural(
        "At most {most:,} pictures a minute are read. Wait {n:,} second, then try again.",
        "At most {most:,} pictures a minute are read. Wait {n:,} seconds, then try again.",
    )
    return Pace(30, 60.0, words)


def start_pace() -> Pace:
    """Return a pace of trainings: 20 a minute. What waits is limited apart; this is for who starts and cancels."""
    words = Plural(
        "At most {most:,} trainings a minute are begun. Wait {n:,} second, then start this one.",
        "At most {most:,} trainings a minute are begun. Wait {n:,} seconds, then start this one.",
    )
    return Pace(20, 60.0, words)


@lru_cache(maxsize=1)
def bundle_pace() -> Pace:
    """Return the pace of bundles in this process: 10 a minute, and so 40 of a class, which waits in turns."""
    words = Plural(
        "At most {most:,} bundles a minute are made. Wait {n:,} second, then try again.",
        "At most {most:,} bundles a minute are made. Wait {n:,} seconds, then try again.",
    )
    return Pace(10, 60.0, words)


@lru_cache(maxsize=1)
def download_pace() -> Pace:
    """Return the pace of files that are made at a click, in this process: 60 a minute."""
    words = Plural(
        "At most {most:,} files a minute are made. Wait {n:,} second, then try again.",
        "At most {most:,} files a minute are made. Wait {n:,} seconds, then try again.",
    )
    return Pace(60, 60.0, words)


@lru_cache(maxsize=1)
def link_pace() -> Pace:
    """Return the pace of personal links in this process: 20 an hour. Each is a row that a thrown-away cookie leaves."""
    words = Plural(
        "At most {most:,} personal links an hour are made. Wait {n:,} second, then make one.",
        "At most {most:,} personal links an hour are made. Wait {n:,} seconds, then make one.",
    )
    return Pace(20, 3600.0, words)


@lru_cache(maxsize=1)
def classroom_pace() -> Pace:
    """Return the pace of new classrooms in this process: 10 an hour."""
    words = Plural(
        "At most {most:,} classes an hour are opened. Wait {n:,} second, then open one.",
        "At most {most:,} classes an hour are opened. Wait {n:,} seconds, then open one.",
    )
    return Pace(10, 3600.0, words)

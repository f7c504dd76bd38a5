"""Guesses at a password: a few at once, then slowly, from each address and from all together."""

import math
import threading
import time
from collections.abc import Callable

from mnist_core.system.buckets import Bucket, Buckets, Clock

_OF_ADDRESS = (1 / 60, 5)  # guesses a second in the long run, and at once
_OF_ALL = (1 / 6, 30)


class Tries:
    """Counts wrong guesses; may be asked from any thread.

    Parameters
    ----------
    clock : callable
        Seconds of a monotonic clock.
    of_address, of_all : tuple of float and float
        Wrong guesses a second in the long run, and at once: of one address, and of all that did not guess right before.
        Those of a password that a person chose; a long random one bears many more.
    """

    def __init__(
        self,
        clock: Clock = time.monotonic,
        *,
        of_address: tuple[float, float] = _OF_ADDRESS,
        of_all: tuple[float, float] = _OF_ALL,
    ) -> None:
        self._addresses = Buckets(*of_address, clock)
        self._all = Bucket(*of_all, clock)
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def check(self, address: str, is_right: Callable[[], bool]) -> tuple[bool, int]:
        """Return whether a guess is right, and else the seconds until the next one is looked at; 0 means at once.

        A guess that comes too early is not looked at, right or wrong. Where a right one came from before, guesses of
        others don't count: nobody can keep the admin out by guessing.
        """
        with self._lock:
            if (wait := self._wait(address)) > 0:
                return False, wait
            if is_right():
                self._known.add(address)
                return True, 0
            self._addresses.of(address).take()
            if address not in self._known:
                self._all.take()
            return False, self._wait(address)

    def _wait(self, address: str) -> int:
        wait = self._addresses.of(address).wait()
        return math.ceil(wait if address in self._known else max(wait, self._all.wait()))

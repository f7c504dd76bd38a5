"""How fast somebody may go: so much a second in the long run, and so much at once after a rest."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

Clock = Callable[[], float]
_REMEMBERED = 10_000  # callers whose pace is remembered; who was not seen for longest is forgotten first


class Bucket:
    """A token bucket: `rate` a second in the long run, and `burst` at once after a rest.

    Parameters
    ----------
    rate : float
        Tokens that flow in each second.
    burst : float
        Most tokens that it holds.
    clock : callable
        Seconds of a monotonic clock.
    """

    def __init__(self, rate: float, burst: float, clock: Clock = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._tokens, self._seen = burst, clock()

    def take(self, tokens: float = 1.0) -> float:
        """Take tokens, also those that are not there yet; return the seconds until they are."""
        self._fill()
        self._tokens -= tokens
        return max(0.0, -self._tokens / self._rate)

    def wait(self, tokens: float = 1.0) -> float:
        """Return the seconds until so many tokens are there, and take none."""
        self._fill()
        return max(0.0, (tokens - self._tokens) / self._rate)

    def _fill(self) -> None:
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._seen) * self._rate)
        self._seen = now


class Buckets:
    """A bucket for each caller."""

    def __init__(self, rate: float, burst: float, clock: Clock = time.monotonic) -> None:
        self._measure = rate, burst, clock
        self._buckets: OrderedDict[Hashable, Bucket] = OrderedDict()

    def of(self, key: Hashable) -> Bucket:
        """Return a caller's bucket, a full one for a new caller."""
        if key not in self._buckets:
            self._buckets[key] = Bucket(*self._measure)
        bucket = self._buckets[key]
        self._buckets.move_to_end(key)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        return bucket

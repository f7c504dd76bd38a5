"""How much somebody may have: so much a second, and so much at once."""

import time
from collections import Counter, OrderedDict
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


class Places:
    """Places for everybody together, of which nobody may take more than are still free.

    So one alone may take half of them, two a third each, and there is always room for the next; and a class behind one
    address gets most of what nobody else wants.

    Parameters
    ----------
    total : int
        How many there are.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self._taken: Counter[Hashable] = Counter()

    def may_take(self, key: Hashable, places: int = 1) -> bool:
        """Whether a caller may take so many more."""
        free = self.total - self._taken.total()
        return self._taken[key] + places <= free

    def take(self, key: Hashable, places: int = 1) -> None:
        """Take places."""
        self._taken[key] += places

    def give_back(self, key: Hashable, places: int = 1) -> None:
        """Give places back."""
        self._taken[key] -= places
        if self._taken[key] <= 0:
            del self._taken[key]

    def taken(self, key: Hashable) -> int:
        """Return how many a caller has."""
        return self._taken[key]

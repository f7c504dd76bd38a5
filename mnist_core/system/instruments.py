"""What this process counts of itself for whoever watches it: plain numbers, so that counting costs next to nothing.

All there are stand in `INSTRUMENTS`; `mnist_core.monitoring` writes them as Prometheus reads them. A label has a few
values that the program itself names. Nothing that a visitor sent is ever one, and beyond `_MOST` they become "other".
"""

import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

_MOST = 40
_OTHER = "other"


class Instrument:
    """Something that is counted, perhaps apart by one label.

    Parameters
    ----------
    name : str
        As Prometheus wants it: small letters, the unit at its end.
    words : str
        What it is, in English.
    label : str or None
    """

    def __init__(self, name: str, words: str, label: str | None = None) -> None:
        self.name, self.words, self.label = name, words, label
        self._lock = threading.Lock()
        self._known: set[str] = set()

    def _bounded(self, value: str) -> str:
        """Return a label's value, or "other" where there are too many; with the lock held."""
        if value not in self._known:
            if len(self._known) >= _MOST:
                return _OTHER
            self._known.add(value)
        return value


class Counter(Instrument):
    """Something that happens again and again."""

    def __init__(self, name: str, words: str, label: str | None = None) -> None:
        super().__init__(name, words, label)
        self._counts: dict[str, int] = {} if label else {"": 0}

    def add(self, value: str = "", amount: int = 1) -> None:
        """Count it once more, or `amount` times, under a value of the label."""
        with self._lock:
            value = self._bounded(value)
            self._counts[value] = self._counts.get(value, 0) + amount

    def counts(self) -> Mapping[str, int]:
        """Return how often it happened, by value of the label; ``""`` without one."""
        with self._lock:
            return dict(self._counts)


class Gauge(Instrument):
    """Something that there is more or less of."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(name, words)
        self.value = 0

    def set(self, value: int) -> None:
        """Say how much there is now."""
        self.value = value


@dataclass(frozen=True)
class Durations:
    """How long something took: `counts` of those up to each bound and of longer ones, and their `total` in seconds."""

    counts: tuple[int, ...]
    total: float


class Histogram(Instrument):
    """How long something takes, in seconds; `bounds` are those of its buckets, growing."""

    def __init__(self, name: str, words: str, bounds: tuple[float, ...], label: str | None = None) -> None:
        super().__init__(name, words, label)
        self.bounds = bounds
        self._counts: dict[str, list[int]] = {}
        self._totals: dict[str, float] = {}
        if label is None:
            self._begin("")

    def observe(self, seconds: float, value: str = "") -> None:
        """Count one that took so long, under a value of the label."""
        with self._lock:
            value = self._bounded(value)
            if value not in self._counts:
                self._begin(value)
            self._counts[value][bisect_left(self.bounds, seconds)] += 1
            self._totals[value] += seconds

    @contextmanager
    def time(self, value: str = "") -> Iterator[None]:
        """Count what is done within, however it ends."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.observe(time.perf_counter() - began, value)

    def durations(self) -> Mapping[str, Durations]:
        """Return what was counted, by value of the label; ``""`` without one."""
        with self._lock:
            return {value: Durations(tuple(counts), self._totals[value]) for value, counts in self._counts.items()}

    def _begin(self, value: str) -> None:
        self._counts[value], self._totals[value] = [0] * (len(self.bounds) + 1), 0.0


_P = "mnist_lab_"
VISITORS = Gauge(_P + "visitors", "Visitors whose browser keeps our cookie and has a page open.")
OPEN_PAGES = Gauge(_P + "open_pages", "Open pages of all visitors.")
PAGE_SECONDS = Histogram(
    _P + "page_seconds",
    "Seconds that the server took to make a page.",
    (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    "page",
)
LOOP_DELAY_SECONDS = Histogram(
    _P + "loop_delay_seconds",
    "Seconds by which the event loop came late to what was due, looked at ten times a second while pages are open.",
    (0.001, 0.005, 0.02, 0.1, 0.5, 2.0),
)
REFUSALS = Counter(_P + "refusals_total", "Requests and pages that were turned away, by HTTP status.", "status")
QUEUE_WAIT_SECONDS = Histogram(
    _P + "queue_wait_seconds",
    "Seconds that a run waited in the queue before this process gave it to a worker.",
    (0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0),
)
EPOCH_SECONDS = Histogram(
    _P + "epoch_seconds",
    "Seconds of each epoch or fold of runs that this process had trained to their end.",
    (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0),
)
RUNS_ENDED = Counter(_P + "runs_ended_total", "Runs that ended in this process's workers, by how they ended.", "state")
CACHE_LOOKUPS = Counter(_P + "cache_lookups_total", "How often a kept result was asked for.", "cache")
CACHE_MISSES = Counter(_P + "cache_misses_total", "How often it was not there and had to be computed.", "cache")
ERRORS = Counter(
    _P + "errors_total",
    "Errors: told to a visitor on purpose (told), unexpected on a page (page), in the queue (queue) or in a "
    "computation (computation), notices that did not reach the webhook (webhook), and requests that the object store "
    "did not answer (object_store).",
    "where",
)

INSTRUMENTS: tuple[Counter | Gauge | Histogram, ...] = (
    *(VISITORS, OPEN_PAGES, PAGE_SECONDS, LOOP_DELAY_SECONDS, REFUSALS),
    *(QUEUE_WAIT_SECONDS, EPOCH_SECONDS, RUNS_ENDED, CACHE_LOOKUPS, CACHE_MISSES, ERRORS),
)

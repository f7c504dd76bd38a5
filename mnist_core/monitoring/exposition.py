"""Metrics as Prometheus reads them."""

import shutil
import time
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import accumulate
from typing import TYPE_CHECKING

from mnist_core.engine import Supervisor
from mnist_core.errors import ConfigError, StorageError
from mnist_core.monitoring.cached import Cached
from mnist_core.settings import Settings
from mnist_core.store import RunState, Store
from mnist_core.system.instruments import INSTRUMENTS, Counter, Gauge, Histogram

if TYPE_CHECKING:
    from prometheus_client import Metric

_KEPT = 3.0  # seconds: who scrapes more often learns nothing new, and asks the database nothing
_PREFIX = "mnist_lab_"


def check_library(settings: Settings) -> None:
    """Raise `ConfigError` where metrics are wanted and what writes them is not installed."""
    if (settings.metrics_token or settings.metrics_port) and find_spec("prometheus_client") is None:
        raise ConfigError(
            "Metrics need a library that is not installed. Install it: pip install -r requirements-server.txt"
        )


class Exposition:
    """What is written when somebody asks for the metrics.

    What this process counts is its own; the record of runs is the same for all processes of a lab, so of several take
    the largest and not the sum.

    Parameters
    ----------
    store : Store
    supervisor : Supervisor
    settings : Settings
    """

    def __init__(self, store: Store, supervisor: Supervisor, settings: Settings) -> None:
        from prometheus_client import CollectorRegistry, ProcessCollector

        self._store, self._supervisor, self._settings = store, supervisor, settings
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # memory, processor time and open files of the app itself
        self.registry.register(self)
        self._text = Cached(self._write, _KEPT)

    def text(self) -> bytes:
        """Return all metrics as text, at most a few seconds old."""
        return self._text()

    @property
    def content_type(self) -> str:
        """What `text` is, for HTTP."""
        from prometheus_client import CONTENT_TYPE_LATEST

        return CONTENT_TYPE_LATEST

    def describe(self) -> list["Metric"]:
        """Return nothing: asked as it is registered, when nobody wants to know yet."""
        return []

    def collect(self) -> Iterator["Metric"]:
        """Yield each metric with its values; for `prometheus_client`."""
        for instrument in INSTRUMENTS:
            yield _as_metric(instrument)
        yield from self._of_workers()
        try:
            yield from self._of_record()
            yield _gauge("database_up", "Whether the record of runs can be read.", 1)
        except StorageError:
            yield _gauge("database_up", "Whether the record of runs can be read.", 0)

    def _write(self) -> bytes:
        from prometheus_client import generate_latest

        return generate_latest(self.registry)

    def _of_workers(self) -> Iterator["Metric"]:
        memory = self._supervisor.worker_memory()
        workers = {kind: len(each) for kind, each in memory.items()}
        sums = {kind: sum(each) for kind, each in memory.items()}
        yield _gauge("slots", "How many runs may train at once here.", self._supervisor.slots)
        yield _gauges("workers", "Worker processes: at work, or waiting for a run.", "kind", workers)
        yield _gauges("worker_memory_bytes", "Memory of all workers of a kind together.", "kind", sums)

    def _of_record(self) -> Iterator["Metric"]:
        counts, waiting_since = self._store.runs.count_by_state()
        waited = max(0.0, time.time() - waiting_since) if waiting_since is not None else 0.0
        states = {state.value: counts.get(state, 0) for state in RunState}
        yield _gauges("runs", "Runs that were asked for here, by state.", "state", states)
        yield _gauge("queue_length", "Runs that wait for a worker.", counts.get(RunState.QUEUED, 0))
        yield _gauge("queue_oldest_seconds", "For how long the run that waits longest has waited.", waited)
        yield _gauge("runs_bytes", "Disk space of all runs.", self._store.runs.disk_usage())
        yield _gauge("runs_limit_bytes", "What all runs may take.", self._settings.total_disk_mb * 10**6)
        free = _free_bytes(self._settings)
        if free is not None:
            yield _gauge("disk_free_bytes", "Free space where the home folder is.", free)


def _free_bytes(settings: Settings) -> int | None:
    try:
        return shutil.disk_usage(settings.home).free
    except OSError:
        return None


def _gauge(name: str, words: str, value: float) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    return GaugeMetricFamily(_PREFIX + name, words, value=value)


def _gauges(name: str, words: str, label: str, values: dict[str, int]) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    metric = GaugeMetricFamily(_PREFIX + name, words, labels=[label])
    for value, number in values.items():
        metric.add_metric([value], number)
    return metric


def _as_metric(instrument: Counter | Gauge | Histogram) -> "Metric":
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    name, words = instrument.name, instrument.words
    labels = [instrument.label] if instrument.label else []
    if isinstance(instrument, Gauge):
        return GaugeMetricFamily(name, words, value=instrument.value)
    if isinstance(instrument, Counter):
        counted = CounterMetricFamily(name, words, labels=labels)
        for value, count in instrument.counts().items():
            counted.add_metric([value] if labels else [], count)
        return counted
    timed = HistogramMetricFamily(name, words, labels=labels)
    bounds = [*map(str, instrument.bounds), "+Inf"]
    for value, durations in instrument.durations().items():
        buckets = list(zip(bounds, accumulate(durations.counts), strict=True))
        timed.add_metric([value] if labels else [], buckets, durations.total)
    return timed

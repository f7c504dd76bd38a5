"""What training tells the world while it goes on."""

import time
from collections.abc import Sequence
from typing import Protocol

from mnist_core.errors import StorageError
from mnist_core.store import MetricPoint, Store
from mnist_core.tensorboard.board import Board


class Sink(Protocol):
    """Takes the events of one run."""

    def phase(self, name: str) -> None:
        """Begin a phase: import, data, fit, evaluate or export."""

    def started(self, device: str, steps_per_epoch: int) -> None:
        """Training begins on `device`."""

    def rewound(self, step: int) -> None:
        """Training goes on from batch `step`, 0 at first: what was measured after it is void."""

    def points(self, points: Sequence[MetricPoint]) -> None:
        """Take new metric points, oldest first."""


class StoreSink:
    """Writes the events of one run to the store.

    A database that is locked for a moment costs nothing: points are kept and written later. Only
    after two minutes of failures the error counts.
    """

    _PATIENCE = 120.0
    _KEPT = 20.0

    def __init__(self, store: Store, run_id: str) -> None:
        self._store = store
        self._run_id = run_id
        self._unwritten: list[MetricPoint] = []
        self._failing_since: float | None = None
        self._kept = time.monotonic()

    def phase(self, name: str) -> None:
        self._store.queue.update_progress(self._run_id, phase=name)

    def started(self, device: str, steps_per_epoch: int) -> None:
        self._store.queue.update_progress(self._run_id, device=device, steps_per_epoch=steps_per_epoch)

    def rewound(self, step: int) -> None:
        self._store.metrics.truncate(self._run_id, step)

    def points(self, points: Sequence[MetricPoint]) -> None:
        self._unwritten += points
        try:
            self._store.metrics.add(self._run_id, self._unwritten)
        except StorageError:
            now = time.monotonic()
            self._failing_since = self._failing_since or now
            if now - self._failing_since > self._PATIENCE:
                raise
        else:
            self._unwritten, self._failing_since = [], None
            self._keep_curve()

    def _keep_curve(self) -> None:
        """Keep what was measured in the run's folder too, as often as a checkpoint is written."""
        now = time.monotonic()
        if now - self._kept > self._KEPT:
            self._store.metrics.keep_curve(self._run_id)
            self._kept = now


class BoardSink:
    """Tells the store first, and then TensorBoard's logs."""

    def __init__(self, sink: Sink, board: Board, store: Store, run_id: str) -> None:
        self._sink, self._board, self._store, self._run_id = sink, board, store, run_id

    def phase(self, name: str) -> None:
        self._sink.phase(name)

    def started(self, device: str, steps_per_epoch: int) -> None:
        self._sink.started(device, steps_per_epoch)

    def rewound(self, step: int) -> None:
        self._sink.rewound(step)
        self._board.begin(self._store.metrics.points(self._run_id))

    def points(self, points: Sequence[MetricPoint]) -> None:
        self._sink.points(points)
        self._board.points(points)

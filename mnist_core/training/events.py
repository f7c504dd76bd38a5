"""What training tells the world while it goes on."""

from collections.abc import Sequence
from typing import Protocol

from mnist_core.store import MetricPoint, Store


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
    """Writes the events of one run to the store."""

    def __init__(self, store: Store, run_id: str) -> None:
        self._store = store
        self._run_id = run_id

    def phase(self, name: str) -> None:
        self._store.update_progress(self._run_id, phase=name)

    def started(self, device: str, steps_per_epoch: int) -> None:
        self._store.update_progress(self._run_id, device=device, steps_per_epoch=steps_per_epoch)

    def rewound(self, step: int) -> None:
        self._store.truncate_points(self._run_id, step)

    def points(self, points: Sequence[MetricPoint]) -> None:
        self._store.add_points(self._run_id, points)

"""Faults with real processes: a finished run beside the one that suffers, and what a person reads."""

import signal
from collections.abc import Callable, Iterator

import numpy as np
import psutil
import pytest

from mnist_core.config import DataConfig, Dense, LogisticConfig, NetworkConfig, RunConfig, TrainConfig
from mnist_core.engine import Supervisor
from mnist_core.inference import open_classifier
from mnist_core.store import RunRecord, RunState, Store, Visitor
from tests.waiting import wait_until

ME = Visitor("me")
SHORT = RunConfig(
    data=DataConfig(dataset="digits"),
    model=NetworkConfig(layers=(Dense(units=16),)),
    train=TrainConfig(epochs=3, batch_size=100),
)
# Needs no Keras.
QUICK = RunConfig(data=DataConfig(dataset="digits"), model=LogisticConfig(folds=2), train=TrainConfig(epochs=1))
# Half a second an epoch: long enough to be disturbed, short enough to be finished afterwards.
MEDIUM = RunConfig(
    data=DataConfig(dataset="digits"),
    model=NetworkConfig(layers=(Dense(units=256),)),
    train=TrainConfig(epochs=15, batch_size=1),
)
LONG = MEDIUM.with_settings({"epochs": 200})  # longer than any test


class Lab:
    """A store, a supervisor, and a run that was finished before anything went wrong."""

    def __init__(self, store: Store, finished: RunRecord) -> None:
        self.store = store
        self.finished = finished
        self._probabilities = store.files(finished.id).read_probabilities()["test"]
        self._supervisor: Supervisor | None = None

    @property
    def supervisor(self) -> Supervisor:
        assert self._supervisor is not None
        return self._supervisor

    def start(self, **changes: object) -> "Lab":
        """Start a supervisor with changed settings: ``lab.start(slots=2)``."""
        assert self._supervisor is None
        self._supervisor = Supervisor(self.store, self.store.settings.model_copy(update=changes))
        self._supervisor.start()
        return self

    def change(self, **changes: object) -> None:
        """Change settings while a run trains: before that it may take long to import Keras."""
        workers = self.supervisor._workers
        workers._settings = workers._settings.model_copy(update=changes)

    def close(self) -> None:
        if self._supervisor is not None:
            self._supervisor.close()

    def submit(self, config: RunConfig = LONG, visitor: Visitor = ME) -> str:
        return self.supervisor.submit(config, "suffers", visitor=visitor)

    def until(self, run_id: str, *states: RunState, seconds: float = 240) -> RunRecord:
        wait_until(lambda: self.store.runs.get(run_id).state in states, seconds, f"{run_id} to be {states}")
        return self.store.runs.get(run_id)

    def until_saved(self, run_id: str) -> int:
        """Wait for the first checkpoint, which is that of an epoch, and return its batch."""
        wait_until(lambda: bool(self.store.files(run_id).checkpoint_step()), 240, "a checkpoint")
        step = self.store.files(run_id).checkpoint_step()
        assert step is not None
        return step

    def until_beyond(self, run_id: str, step: int) -> None:
        wait_until(lambda: self.store.runs.get(run_id).step > step, 240, f"more than {step} batches")

    def until_phase(self, run_id: str, phase: str) -> None:
        wait_until(lambda: self.store.runs.get(run_id).phase == phase, 240, f"the phase {phase}", pause=0.002)

    def worker(self, run_id: str) -> psutil.Process:
        pid = self.store.runs.get(run_id).pid
        assert pid is not None
        return psutil.Process(pid)

    def kill_worker(self, run_id: str) -> None:
        self.worker(run_id).send_signal(signal.SIGKILL)

    def check_what_was_finished(self) -> None:
        """The finished run is whole: its record, its files, and what its model says."""
        assert self.store.runs.get(self.finished.id) == self.finished
        files = self.store.files(self.finished.id)
        np.testing.assert_array_equal(files.read_probabilities()["test"], self._probabilities)
        assert open_classifier(files).predict(np.zeros((1, 28, 28), np.uint8)).shape == (1, 10)

    def check_the_queue_goes_on(self) -> None:
        """Another visitor's run is trained as if nothing had happened."""
        run_id = self.submit(QUICK, Visitor("another"))
        assert self.until(run_id, RunState.COMPLETED, RunState.FAILED).state is RunState.COMPLETED

    def check_completed(self, run_id: str) -> None:
        """A run ends with its model, and its curve has each epoch once."""
        record = self.until(run_id, RunState.COMPLETED, RunState.FAILED, RunState.INTERRUPTED)
        assert record.state is RunState.COMPLETED, record.error
        assert record.error is None
        assert record.outcome.test_accuracy is not None
        epochs = [point.epoch for point in self.store.metrics.points(run_id, "epoch")]
        assert epochs == list(range(1, record.config.train.epochs + 1))
        assert open_classifier(self.store.files(run_id)).predict(np.zeros((1, 28, 28), np.uint8)).shape == (1, 10)


def sentence(record: RunRecord) -> str:
    """Return what the page says about a run's end."""
    assert record.error is not None
    return record.error.message


@pytest.fixture(autouse=True)
def _fast_workers(uncounted_children: None) -> None:
    """Let nothing count the lines of workers: other tests do."""


@pytest.fixture
def lab(store: Store, digits: object, finished_run: Callable[..., RunRecord]) -> Iterator[Lab]:
    lab = Lab(store, finished_run(SHORT, name="finished before"))
    yield lab
    lab.close()

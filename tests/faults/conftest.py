"""Faults with real processes: a finished run beside the one that suffers, and what a person reads."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from mnist_core.config import DataConfig, Dense, NetworkConfig, RunConfig, TrainConfig
from mnist_core.engine import Supervisor
from mnist_core.inference import classifier
from mnist_core.store import RunRecord, RunState, Store, Visitor
from tests.waiting import wait_until

ME = Visitor("me")
SHORT = RunConfig(
    data=DataConfig(dataset="digits"),
    model=NetworkConfig(layers=(Dense(units=16),)),
    train=TrainConfig(epochs=3, batch_size=100),
)
# A quarter of a million steps: longer than any test, with a checkpoint after each of its epochs.
LONG = RunConfig(
    data=DataConfig(dataset="digits"),
    model=NetworkConfig(layers=(Dense(units=256),)),
    train=TrainConfig(epochs=200, batch_size=1),
)


class Lab:
    """A store, a supervisor, and a run that was finished before anything went wrong."""

    def __init__(self, store: Store, supervisor: Supervisor, finished: RunRecord) -> None:
        self.store = store
        self.supervisor = supervisor
        self.finished = finished
        self._probabilities = store.files(finished.id).read_probabilities()["test"]

    def submit(self, config: RunConfig = LONG, visitor: Visitor = ME) -> str:
        return self.supervisor.submit(config, "suffers", visitor=visitor)

    def until(self, run_id: str, *states: RunState, seconds: float = 90) -> RunRecord:
        wait_until(lambda: self.store.get(run_id).state in states, seconds, f"{run_id} to be {states}")
        return self.store.get(run_id)

    def until_trained_for_an_epoch(self, run_id: str) -> None:
        wait_until(lambda: bool(self.store.files(run_id).checkpoint_step()), 90, "a checkpoint")

    def until_phase(self, run_id: str, phase: str) -> None:
        wait_until(lambda: self.store.get(run_id).phase == phase, 90, f"the phase {phase}", pause=0.002)

    def pid(self, run_id: str) -> int:
        pid = self.store.get(run_id).pid
        assert pid is not None
        return pid

    def check_what_was_finished(self) -> None:
        """The finished run is whole: its record, its files, and what its model says."""
        assert self.store.get(self.finished.id) == self.finished
        files = self.store.files(self.finished.id)
        np.testing.assert_array_equal(files.read_probabilities()["test"], self._probabilities)
        assert classifier(files).predict(np.zeros((1, 28, 28), np.uint8)).shape == (1, 10)

    def check_the_queue_goes_on(self) -> None:
        """Another visitor's run is trained as if nothing had happened."""
        run_id = self.submit(SHORT.with_settings({"seed": 5}), Visitor("another"))
        assert self.until(run_id, RunState.COMPLETED, RunState.FAILED).state is RunState.COMPLETED


@pytest.fixture
def lab(store: Store, digits: object, finished_run: Callable[..., RunRecord]) -> Iterator[Callable[..., Lab]]:
    """Return a function that starts a supervisor with changed settings: ``lab(hang_patience=1)``."""
    labs = []

    def start(**changes: object) -> Lab:
        supervisor = Supervisor(store, store.settings.model_copy(update=changes))
        supervisor.start()
        labs.append(Lab(store, supervisor, finished_run(SHORT, name="finished before")))
        return labs[-1]

    yield start
    for started in labs:
        started.supervisor.close()

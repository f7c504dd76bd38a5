"""What the tests of the engine share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_core.config import DataConfig, LogisticConfig, NetworkConfig, RunConfig, TrainConfig
from mnist_core.store import RunRecord, RunState, Store
from mnist_core.system.processes import own_process


@pytest.fixture
def quick() -> RunConfig:
    """Return a configuration that ends within a second or two and needs no Keras."""
    return RunConfig(
        data=DataConfig(dataset="digits", validation_split=0.0),
        model=LogisticConfig(folds=2),
        train=TrainConfig(epochs=1),
    )


@pytest.fixture
def record(store: Store) -> Callable[..., RunRecord]:
    """Return a function that records a run in a state: ``record("ada", RunState.RUNNING, size=10)``."""

    def make(
        owner: str | None = None,
        state: RunState = RunState.QUEUED,
        *,
        config: RunConfig | None = None,
        size: int = 0,
        name: str = "A run",
        study: str | None = None,
    ) -> RunRecord:
        config = config or RunConfig(model=NetworkConfig())
        run_id = store.new_runs.create(config, name, owner=owner, study=study)
        if state is not RunState.QUEUED:
            assert store.queue.claim(run_id, own_process())
            folder: Path = store.files(run_id).folder
            (folder / "model.keras").write_bytes(b"x" * size)
        if state is RunState.PAUSED:
            store.queue.mark_paused(run_id)
        elif state is not RunState.RUNNING:
            store.queue.finish(run_id, state)
        return store.runs.get(run_id)

    return make

"""What the store learns of a training, also when it can't be written for a while."""

import pytest

from mnist_core.config import RunConfig
from mnist_core.errors import StorageError
from mnist_core.store import MetricPoint
from mnist_core.system.processes import own_process
from mnist_core.training.events import StoreSink


def point(step):
    return MetricPoint(kind="batch", step=step, epoch=1, seconds=float(step), values={"loss": 1.0})


@pytest.fixture
def run_id(store):
    run_id = store.new_runs.create(RunConfig(), "A run")
    store.queue.claim(run_id, own_process())
    return run_id


@pytest.fixture
def failing(store, monkeypatch):
    """Return a function that makes the store fail, or work again."""
    add_points = store.metrics.add

    def refuse(run_id, points):
        raise StorageError("The database is locked.")

    def fail(wanted):
        monkeypatch.setattr(store.metrics, "add", refuse if wanted else add_points)

    return fail


def test_points_that_could_not_be_written_are_written_later_and_in_order(store, run_id, failing):
    sink = StoreSink(store, run_id)
    sink.points([point(1)])
    failing(True)
    sink.points([point(2)])
    sink.points([point(3)])
    failing(False)
    sink.points([point(4)])
    sink.points([point(5)])
    assert [p.step for p in store.metrics.points(run_id)] == [1, 2, 3, 4, 5]


def test_a_store_that_stays_unwritable_ends_the_training_in_words(store, run_id, failing, monkeypatch):
    sink = StoreSink(store, run_id)
    failing(True)
    sink.points([point(1)])
    monkeypatch.setattr(StoreSink, "_PATIENCE", -1.0)
    with pytest.raises(StorageError, match="locked"):
        sink.points([point(2)])


def test_phases_device_and_rewinding_are_told(store, run_id):
    sink = StoreSink(store, run_id)
    sink.phase("fit")
    sink.started("CPU: test", 12)
    sink.points([point(1), point(9)])
    sink.rewound(5)
    record = store.runs.get(run_id)
    assert (record.phase, record.device, record.steps_per_epoch, record.step) == ("fit", "CPU: test", 12, 5)
    assert [p.step for p in store.metrics.points(run_id)] == [1]

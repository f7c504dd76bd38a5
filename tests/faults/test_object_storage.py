"""Real workers of two computers that share an object store and a database."""

import numpy as np
import pytest

from mnist_core.engine import Supervisor
from mnist_core.inference import open_classifier
from mnist_core.settings import Settings, get_settings
from mnist_core.store import RunState, Store
from tests.faults.conftest import LONG, ME, SHORT, Lab
from tests.s3_server import S3Server
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(object_store: S3Server) -> Settings:
    return get_settings()


def test_a_worker_s_network_is_judged_on_another_computer(object_store: S3Server, lab: Lab, elsewhere: Store) -> None:
    lab.start()
    run_id = lab.submit(SHORT)
    lab.check_completed(run_id)
    files = elsewhere.files(run_id)
    assert not files.folder.exists()
    record = elsewhere.runs.get(run_id)
    tables = files.read_probabilities()
    assert np.isfinite(tables["test"]).all()
    assert open_classifier(files).predict(np.zeros((1, 28, 28), np.uint8)).shape == (1, 10)
    assert len(files.read_parts()) > 0
    assert "Epoch 3/3" in files.log_tail(5)
    assert record.bytes == files.size() > files.model.stat().st_size
    # Another computer goes on with it, and the first one sees that.
    again = elsewhere.new_runs.create(SHORT.with_settings({"epochs": 4}), "more", owner="me", continues=run_id)
    lab.check_completed(again)


def test_a_run_whose_computer_is_gone_goes_on_elsewhere_though_the_store_was_gone_too(
    object_store: S3Server, lab: Lab, elsewhere: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_core.store.objects.object_store._BREAK", 0.0)
    lab.start()
    run_id = lab.submit(LONG)
    wait_until(lambda: bool(elsewhere.files(run_id).checkpoint_step()), 240, "a checkpoint that is published")
    object_store.shut()
    lab.until_beyond(run_id, 10 + lab.until_saved(run_id))  # it trains on without the store
    lab.kill_worker(run_id)
    lab.until(run_id, RunState.INTERRUPTED)
    lab.close()
    step = elsewhere.files(run_id).checkpoint_step()
    assert step is not None
    object_store.open()
    other = Supervisor(elsewhere, elsewhere.settings)
    other.start()
    try:
        other.resume(run_id, ME)
        lab.until_beyond(run_id, step)
        other.stop(run_id, ME)
        record = lab.until(run_id, RunState.STOPPED, RunState.INTERRUPTED, RunState.FAILED)
    finally:
        other.close()
    assert record.state is RunState.STOPPED, record.error
    assert record.outcome.test_accuracy is not None
    epochs = [point.epoch for point in lab.store.metrics.points(run_id, "epoch")]
    assert epochs == list(range(1, len(epochs) + 1))
    assert open_classifier(lab.store.files(run_id)).predict(np.zeros((1, 28, 28), np.uint8)).shape == (1, 10)

"""A run whose files are kept in an object store: its checkpoints, its end, and a store that is gone meanwhile."""

import numpy as np
import pytest

from mnist_core.inference import open_classifier
from mnist_core.settings import Settings, get_settings
from mnist_core.store import RunRecord, RunState, Store, Visitor
from mnist_core.system.processes import own_process
from mnist_core.training import delivery
from mnist_core.training.control import Control
from mnist_core.training.delivery import Delivery
from mnist_core.training.run import execute
from tests.run_rows import write_columns
from tests.s3_server import S3Server
from tests.waiting import wait_until

ADA = Visitor("ada")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing wait for long."""
    for name in ("_BETWEEN", "_LOOK", "_RETRY"):
        monkeypatch.setattr(delivery, name, 0.01)
    monkeypatch.setattr("mnist_core.store.objects.object_store._BREAK", 0.0)


@pytest.fixture
def settings(object_store: S3Server) -> Settings:
    return get_settings()


@pytest.fixture
def queued(store, digits, baseline) -> str:
    return store.new_runs.create(baseline, "A run", owner="ada")


def train(store: Store, run_id: str, control: Control | None = None) -> RunRecord:
    assert store.queue.claim(run_id, own_process())
    return execute(run_id, store, control or Control())


def checkpoint(store: Store, run_id: str, step: int) -> None:
    np.savez(store.files(run_id).checkpoint, step=np.int64(step))


def test_a_run_is_finished_once_its_files_are_there(store, elsewhere, queued):
    record = train(store, queued)
    assert record.state is RunState.COMPLETED
    files = elsewhere.files(queued)
    assert open_classifier(files).predict(np.zeros((1, 28, 28), np.uint8)).shape == (1, 10)
    assert record.bytes == files.size() == store.files(queued).size() > 0
    assert list(files.tensorboard.rglob("*tfevents*"))
    elsewhere.artifacts.storage.recall(queued)
    assert '"completed"' in files.record.read_text(), "the record of the run lies beside it"


def test_a_store_that_is_gone_for_a_while_ends_no_run(object_store, store, elsewhere, queued, monkeypatch, capsys):
    tries = []

    def shut_at_first(*call, **options):
        tries.append(1)
        if len(tries) == 1:
            object_store.shut()
        elif len(tries) == 4:
            object_store.open()
        return real(*call, **options)

    real = store.publishing.publish
    monkeypatch.setattr(store.publishing, "publish", shut_at_first)
    assert train(store, queued).state is RunState.COMPLETED
    assert len(tries) == 4
    assert "Trying again: The object store takes no files" in capsys.readouterr().out
    assert elsewhere.files(queued).read_probabilities()


def test_a_store_that_stays_gone_interrupts_the_run_and_loses_nothing(
    object_store, store, elsewhere, queued, monkeypatch
):
    monkeypatch.setattr(delivery, "_PATIENCE", 0.05)
    object_store.fill()
    record = train(store, queued)
    assert record.state is RunState.INTERRUPTED
    assert record.error is not None
    assert record.error.code == "object_store"
    assert "Nothing is lost: they stay on this computer." in record.error.message
    assert elsewhere.files(queued).size_of("model.onnx") is None
    object_store.open()
    assert Store(store.settings).publishing.publish_left() == [queued]
    assert elsewhere.files(queued).size_of("model.onnx")
    store.queue.request_resume(queued, ADA)
    assert train(elsewhere, queued).state is RunState.COMPLETED


def test_a_run_that_can_not_have_its_files_is_interrupted(object_store, store, queued, monkeypatch):
    assert store.queue.claim(queued, own_process())
    store.publishing.begin(queued)
    checkpoint(store, queued, 10)
    store.publishing.publish(queued)
    store.queue.mark_paused(queued)
    store.queue.request_resume(queued, ADA)
    monkeypatch.setattr(delivery, "_PATIENCE", 0.05)
    store.files(queued).checkpoint.unlink()
    object_store.shut()
    record = train(store, queued)
    assert record.state is RunState.INTERRUPTED
    assert "gives none at the moment: it can't be reached" in record.error.message


def test_who_is_asked_to_stop_waits_less_than_the_app_does(object_store, store, queued, monkeypatch):
    monkeypatch.setattr(delivery, "_SHORT", 0.05)
    object_store.shut()
    control = Control()
    monkeypatch.setattr("mnist_core.training.run._LogisticJob.check_stop", lambda _job: control.stop())
    assert train(store, queued, control).state is RunState.INTERRUPTED
    assert store.settings.stop_patience > 8.0


def test_a_failed_run_keeps_its_reason(object_store, store, queued, monkeypatch):
    monkeypatch.setattr(delivery, "_PATIENCE", 0.05)
    monkeypatch.setattr("mnist_core.training.run._LogisticJob.run", lambda _job: 1 / 0)
    object_store.shut()
    record = train(store, queued)
    assert (record.state, record.error.code) == (RunState.FAILED, "unexpected")


def test_each_checkpoint_is_published_while_the_training_goes_on(object_store, store, elsewhere, queued):
    assert store.queue.claim(queued, own_process())
    control = Control()
    work = Delivery(store, queued, control)
    work.begin()
    with work:
        checkpoint(store, queued, 10)
        wait_until(lambda: elsewhere.files(queued).checkpoint_step() == 10, 60, "the first checkpoint")
        object_store.shut()
        checkpoint(store, queued, 20)
        object_store.open()
        wait_until(lambda: elsewhere.files(queued).checkpoint_step() == 20, 60, "the second one")
        write_columns(store, queued, pid=1)
        checkpoint(store, queued, 30)
        wait_until(lambda: control.stopping, 60, "the end of a run that another process has")
    assert elsewhere.files(queued).checkpoint_step() == 20

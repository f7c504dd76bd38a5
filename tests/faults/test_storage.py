"""The database is locked or full, and the clock is set back."""

import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from mnist_core.errors import StorageError
from mnist_core.store import RunState, Store, Visitor, database
from tests.faults.conftest import ME, SHORT, Lab
from tests.waiting import wait_until

pytestmark = pytest.mark.slow
Labs = Callable[..., Lab]


def test_a_locked_database_is_told_in_words_and_the_queue_goes_on_afterwards(
    lab: Labs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = lab()
    monkeypatch.setattr(database, "_BUSY", 0.2)
    impatient = Store(here.store.settings)
    locker = sqlite3.connect(here.store.settings.database_path, isolation_level=None)
    locker.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(StorageError, match="database is locked.*Check that the disk is not full"):
            impatient.create(SHORT, "not now", owner="me")
    finally:
        locker.execute("ROLLBACK")
        locker.close()
        impatient.close()
    assert [record.id for record in here.store.find()] == [here.finished.id], "nothing half-written"
    here.check_what_was_finished()
    here.check_the_queue_goes_on()


def test_a_worker_waits_while_the_database_is_locked_for_a_moment(lab: Labs) -> None:
    here = lab()
    run_id = here.submit()
    here.until_trained_for_an_epoch(run_id)
    locker = sqlite3.connect(here.store.settings.database_path, isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    before = here.store.get(run_id).step
    try:
        path = here.store.files(run_id).checkpoint
        written = path.stat().st_mtime_ns
        wait_until(lambda: path.stat().st_mtime_ns != written or _stands_still(here, run_id), 30, "the writer to wait")
    finally:
        locker.execute("ROLLBACK")
        locker.close()
    wait_until(lambda: here.store.get(run_id).step > before, 60, "more batches")
    assert here.store.get(run_id).state is RunState.RUNNING
    here.supervisor.stop(run_id, ME)
    here.until(run_id, RunState.STOPPED)


def _stands_still(here: Lab, run_id: str) -> bool:
    return here.store.get(run_id).state is not RunState.RUNNING


def test_a_full_disk_under_the_database_is_told_in_words_and_harms_no_record(
    lab: Labs, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = lab()
    with sqlite3.connect(here.store.settings.database_path) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    full = Store(here.store.settings)
    original = database._configure_connection

    def small(connection: sqlite3.Connection, record: object) -> None:
        original(connection, record)
        connection.execute(f"PRAGMA max_page_count = {pages}")

    monkeypatch.setattr(database, "_configure_connection", small)
    full.close()
    full = Store(here.store.settings)

    def fill() -> None:
        for _ in range(500):
            full.create(SHORT, "x" * 200, owner="me")

    with pytest.raises(StorageError, match="full"):
        fill()
    full.close()
    monkeypatch.undo()
    monkeypatch.setenv("MNIST_LAB_HOME", str(here.store.settings.home))
    here.check_what_was_finished()
    for record in here.store.find(owner="me", limit=1000):
        here.store.delete(record.id, Visitor("me"))
    here.check_the_queue_goes_on()


def test_a_clock_that_is_set_back_changes_nothing(lab: Labs, monkeypatch: pytest.MonkeyPatch) -> None:
    here = lab(hang_patience=60.0, max_run_seconds=1000.0)
    run_id = here.submit()
    here.until_trained_for_an_epoch(run_id)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 86_400)
    waiting = [here.submit(SHORT.with_settings({"seed": seed})) for seed in (1, 2)]
    assert here.supervisor.queue_status(waiting[0]).position == 0
    assert here.supervisor.queue_status(waiting[1]).position == 1
    assert here.supervisor.queue_status(waiting[1]).expected_wait >= 0
    step = here.store.get(run_id).step
    wait_until(lambda: here.store.get(run_id).step > step, 60, "more batches")
    assert here.store.get(run_id).state is RunState.RUNNING
    here.supervisor.stop(run_id, ME)
    record = here.until(run_id, RunState.STOPPED)
    assert record.outcome.test_accuracy is not None
    for waited in waiting:
        here.until(waited, RunState.COMPLETED)
    first, second = (here.store.get(waited) for waited in waiting)
    assert first.queued < second.queued
    assert first.created < datetime.now(UTC)
    here.check_what_was_finished()

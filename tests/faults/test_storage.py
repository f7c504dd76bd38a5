"""The database is locked or full, and the clock is set back."""

import sqlite3
import time
from datetime import UTC, datetime

import pytest

from mnist_core.errors import StorageError
from mnist_core.store import RunState, Store, Visitor
from mnist_core.store import sqlite as database
from tests.faults.conftest import ME, QUICK, SHORT, Lab
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


def test_a_locked_database_is_told_in_words_and_the_queue_goes_on_afterwards(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.start()
    monkeypatch.setattr(database, "_BUSY", 0.2)
    impatient = Store(lab.store.settings)
    locker = sqlite3.connect(lab.store.settings.database_path, isolation_level=None)
    locker.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(StorageError, match=r"database is locked.*Check that the disk is not full"):
            impatient.new_runs.create(SHORT, "not now", owner="me")
    finally:
        locker.execute("ROLLBACK")
        locker.close()
        impatient.close()
    assert [record.id for record in lab.store.runs.find()] == [lab.finished.id], "nothing half-written"
    lab.check_what_was_finished()
    lab.check_the_queue_goes_on()


def test_a_worker_waits_while_the_database_is_locked_and_no_point_is_lost(lab: Lab) -> None:
    lab.start()
    run_id = lab.submit()
    lab.until_saved(run_id)
    files = lab.store.files(run_id)
    locker = sqlite3.connect(lab.store.settings.database_path, isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    try:
        before = lab.store.runs.get(run_id).step
        saved = files.checkpoint_step()
        wait_until(lambda: files.checkpoint_step() != saved, 240, "the training to go on without the database")
        assert lab.store.runs.get(run_id).step == before
    finally:
        locker.execute("ROLLBACK")
        locker.close()
    lab.until_beyond(run_id, before)
    assert lab.store.runs.get(run_id).state is RunState.RUNNING
    lab.supervisor.stop(run_id, ME)
    record = lab.until(run_id, RunState.STOPPED)
    epochs = [point.epoch for point in lab.store.metrics.points(run_id, "epoch")]
    assert epochs == list(range(1, len(epochs) + 1)), "an epoch is missing"
    assert len(epochs) == len(record.outcome.epoch_seconds)


def test_a_full_disk_under_the_database_is_told_in_words_and_harms_no_record(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.start()
    with sqlite3.connect(lab.store.settings.database_path) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    configure = database._configure_connection

    def small(connection: sqlite3.Connection, record: object) -> None:
        configure(connection, record)
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with monkeypatch.context() as patch:
        patch.setattr(database, "_configure_connection", small)
        full = Store(lab.store.settings)

        def fill() -> None:
            for _ in range(500):
                full.new_runs.create(SHORT, "x" * 200, owner="me")

        with pytest.raises(StorageError, match="full"):
            fill()
        full.close()
    lab.check_what_was_finished()
    for record in lab.store.runs.find(owner="me", limit=1000):
        lab.store.bin.delete(record.id, Visitor("me"))
    lab.check_the_queue_goes_on()


def test_a_clock_that_is_set_back_changes_nothing(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.start()
    run_id = lab.submit()
    lab.until_saved(run_id)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 86_400)
    waiting = [lab.submit(QUICK.with_settings({"seed": seed})) for seed in (1, 2)]
    assert [lab.supervisor.queue_status(waited).position for waited in waiting] == [0, 1]
    assert lab.supervisor.queue_status(waiting[1]).expected_wait >= 0
    lab.until_beyond(run_id, lab.store.runs.get(run_id).step)
    assert lab.store.runs.get(run_id).state is RunState.RUNNING
    lab.supervisor.stop(run_id, ME)
    assert lab.until(run_id, RunState.STOPPED).outcome.test_accuracy is not None
    for waited in waiting:
        lab.until(waited, RunState.COMPLETED)
    first, second = (lab.store.runs.get(waited) for waited in waiting)
    assert first.queued < second.queued
    assert first.created < datetime.now(UTC)
    lab.check_what_was_finished()

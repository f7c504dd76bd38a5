"""What the folder of a run says about it."""

import json
import threading

import pytest

from mnist_core.config import RunConfig
from mnist_core.errors import DiskFullError
from mnist_core.store import Outcome, RunState, Visitor, run_table
from mnist_core.store.record_files import read_curve, read_record
from mnist_core.store.tables import runs
from mnist_core.system.files import disk_full
from mnist_core.system.processes import own_process

ADA = Visitor("ada")


def told(store, run_id):
    return read_record(store.files(run_id).record, run_id)


def test_each_change_is_in_the_folder(store):
    run_id = store.new_runs.create(RunConfig(), "First", owner="ada")
    assert (told(store, run_id)["state"], told(store, run_id)["name"]) == ("queued", "First")
    store.queue.claim(run_id, own_process())
    assert told(store, run_id)["state"] == "running"
    store.runs.rename(run_id, "Second 数字", ADA)
    store.runs.set_shared(run_id, False, ADA)
    store.runs.set_pinned(run_id, True, ADA)
    store.runs.set_notes(run_id, "a\nb", ADA)
    store.queue.finish(run_id, RunState.COMPLETED, outcome=Outcome(test_accuracy=0.5))
    record = told(store, run_id)
    assert (record["name"], record["shared"], record["pinned"], record["notes"]) == ("Second 数字", False, True, "a\nb")
    assert (record["state"], record["outcome"]["test_accuracy"]) == ("completed", 0.5)
    store.bin.delete(run_id, ADA)
    assert told(store, run_id)["deleted"]
    store.bin.undelete(run_id, ADA)
    assert told(store, run_id)["deleted"] is None


def test_it_is_readable_and_names_no_visitor_and_no_process(store):
    run_id = store.new_runs.create(RunConfig(), "A run", owner="0123456789abcdef0123456789abcdef")
    store.queue.claim(run_id, own_process())
    content = json.loads(store.files(run_id).record.read_text())
    assert content["run"]["config"]["train"]["epochs"] == RunConfig().train.epochs
    assert {column.name for column in runs.columns} - set(content["run"]) == {"pid", "pid_started", "holder", "curve"}


def test_the_curve_is_in_the_folder_at_the_end(store, finished_run):
    run = finished_run()
    assert read_curve(store.files(run.id).curve) == store.metrics.points(run.id) != []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"run": {}}',
        b'{"run": {"id": "%s", "config": {}}}',
        b'{"run": {"id": "%s", "name": 7, "config": {}, "fingerprint": "a", "state": "queued", "created": 1, '
        b'"updated": 1}}',
        b'{"run": {"id": "20200101-000000-00000000", "name": "", "config": {}, "fingerprint": "", "state": "", '
        b'"created": 1, "updated": 1}}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_record_is_none(tmp_path, content):
    run_id = "20250101-000000-00000000"
    path = tmp_path / "record.json"
    path.write_bytes(content.replace(b"%s", run_id.encode()))
    assert read_record(path, run_id) is None
    assert read_curve(path) is None


def test_two_who_change_a_run_at_once_leave_the_folder_as_the_database_is(store):
    run_id = store.new_runs.create(RunConfig(), "A run", owner="ada")

    def rename(words):
        for n in range(20):
            store.runs.rename(run_id, f"{words} {n}", ADA)

    def note():
        for n in range(20):
            store.runs.set_notes(run_id, f"note {n}", ADA)

    threads = [threading.Thread(target=rename, args=("a",)), threading.Thread(target=rename, args=("b",))]
    threads.append(threading.Thread(target=note))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record = store.runs.get(run_id)
    assert (told(store, run_id)["name"], told(store, run_id)["notes"]) == (record.name, record.notes)


def test_on_a_full_disk_an_end_is_recorded_and_a_wish_is_refused(store, monkeypatch):
    run_id = store.new_runs.create(RunConfig(), "A run", owner="ada")

    def full(path, values):
        raise disk_full(path.parent)

    monkeypatch.setattr(run_table, "write_record", full)
    with pytest.raises(DiskFullError, match="disk is full"):
        store.runs.set_shared(run_id, False, ADA)
    assert store.runs.get(run_id).shared, "folder and database say the same"
    store.queue.claim(run_id, own_process())
    assert store.queue.finish(run_id, RunState.FAILED)
    store.bin.delete(run_id, ADA)  # which is how room is made


def test_records_of_older_versions_are_written_later(store, finished_run):
    run = finished_run()
    files = store.files(run.id)
    files.record.unlink()
    files.curve.unlink()
    assert store.folders.keep_records() == 1
    assert told(store, run.id)["name"] == run.name
    assert read_curve(files.curve) == store.metrics.points(run.id)
    assert store.folders.keep_records() == 0

"""Deleting runs, bringing them back, and removing them for good."""

import time

import pytest

from mnist_core.config import RunConfig
from mnist_core.errors import LimitError, NotOwnerError, RunNotFoundError, RunStateError
from mnist_core.store import RunState, Store, Visitor
from mnist_core.store.bin import UNDO_SECONDS
from mnist_core.system.processes import own_process
from tests.run_rows import write_columns

CONFIG = RunConfig()
ADA, EVE, ADMIN = Visitor("ada"), Visitor("eve"), Visitor(None, is_admin=True)


def test_a_deleted_run_is_found_by_nothing_and_counts_for_nothing(store, finished_run):
    record = finished_run(owner="ada")
    assert store.runs.disk_usage("ada") == record.bytes > 0
    store.bin.delete(record.id, ADA)
    assert not store.runs.exists(record.id)
    for visitor in (ADA, ADMIN):
        assert store.runs.find(visible_to=visitor) == store.listing.rows(visitor) == []
    assert store.runs.find_completed(record.fingerprint) is None
    assert store.runs.disk_usage() == store.runs.disk_usage("ada") == 0
    with pytest.raises(RunNotFoundError, match="was deleted"):
        store.runs.get(record.id)
    for request in (store.bin.delete, store.queue.request_resume, store.queue.request_stop):
        with pytest.raises(RunNotFoundError):
            request(record.id, ADA)


def test_a_deleted_run_comes_back_as_it_was_also_after_a_restart(store, settings, finished_run):
    record = finished_run(owner="ada")
    points = store.metrics.points(record.id)
    store.bin.delete(record.id, ADA)
    again = Store(settings)
    assert [run.id for run in again.bin.runs(ADA)] == [record.id]
    assert 0 < again.bin.seconds_left(again.bin.runs(ADA)[0]) <= UNDO_SECONDS
    assert again.bin.undelete(record.id, ADA) == record
    assert again.runs.get(record.id) == record
    assert again.metrics.points(record.id) == points
    assert again.files(record.id).onnx.exists()
    assert again.bin.runs(ADA) == []
    again.close()


def test_several_runs_are_deleted_all_or_none_and_at_one_moment(store, finished_run):
    done = [finished_run(owner="ada").id for _ in range(2)]
    running = store.new_runs.create(CONFIG, "busy", owner="ada")
    assert store.queue.claim(running, own_process())
    for others, error in (([running], RunStateError), ([finished_run(owner="eve").id], NotOwnerError)):
        with pytest.raises(error):
            store.bin.delete_all([*done, *others], ADA)
        assert store.bin.runs(ADA) == []
    store.bin.delete_all([*done, done[0]], ADA)
    assert {run.id for run in store.bin.runs(ADA)} == set(done)
    assert len({run.deleted for run in store.bin.runs(ADA)}) == 1


def test_a_run_that_trains_is_not_deleted_and_not_removed(store):
    running = store.new_runs.create(CONFIG, "busy", owner="ada")
    assert store.queue.claim(running, own_process())
    with pytest.raises(RunStateError, match=r"“busy” is training. Stop it first"):
        store.bin.delete(running, ADA)
    assert not store.bin.remove(running)
    assert store.runs.exists(running)


def test_only_those_who_may_change_a_run_see_it_deleted_or_bring_it_back(store, finished_run):
    record = finished_run(owner="ada")
    store.bin.delete(record.id, ADA)
    assert store.bin.runs(EVE) == store.bin.runs(Visitor(None)) == []
    with pytest.raises(NotOwnerError):
        store.bin.undelete(record.id, EVE)
    assert [run.id for run in store.bin.runs(ADMIN)] == [record.id]
    assert store.bin.undelete(record.id, ADMIN).id == record.id


@pytest.mark.parametrize("run_id", ["20260101-000000-00000000", "../../etc/passwd"])
def test_what_was_not_deleted_is_not_brought_back(store, run_id):
    with pytest.raises(RunNotFoundError):
        store.bin.undelete(run_id, ADA)


def test_a_deleted_run_leaves_the_queue_and_comes_back_to_its_end(store):
    first, second = (store.new_runs.create(CONFIG, name, owner="ada") for name in ("first", "second"))
    store.bin.delete(first, ADA)
    assert not store.queue.claim(first, own_process()), "no worker may take it"
    assert [record.id for record in store.runs.find(states=[RunState.QUEUED])] == [second]
    record = store.bin.undelete(first, ADA)
    assert record.state is RunState.QUEUED
    assert record.queued > store.runs.get(second).queued


def test_nobody_gets_more_runs_into_the_queue_by_bringing_some_back(store):
    first = store.new_runs.create(CONFIG, "first", owner="ada")
    store.bin.delete(first, ADA)
    for _ in range(store.settings.queued_per_visitor):
        store.new_runs.create(CONFIG, "more", owner="ada")
    with pytest.raises(LimitError, match="already have 2 runs waiting"):
        store.bin.undelete(first, ADA)
    assert [run.id for run in store.bin.runs(ADA)] == [first]


def test_nobody_gets_more_of_the_disk_by_bringing_some_back(store, finished_run):
    small = Store(store.settings.model_copy(update={"visitor_disk_mb": 1}))
    first, second = (finished_run(owner="ada") for _ in range(2))
    for record in (first, second):
        write_columns(store, record.id, bytes=600_000)
    small.bin.delete(first.id, ADA)
    with pytest.raises(LimitError, match="may take 1 MB"):
        small.bin.undelete(first.id, ADA)
    small.bin.delete(second.id, ADA)
    assert small.bin.undelete(first.id, ADA).id == first.id
    small.close()


def test_a_removed_run_leaves_nothing(store, finished_run):
    record = finished_run(owner="ada")
    store.bin.delete(record.id, ADA)
    assert store.bin.remove(record.id, deleted=True)
    assert not store.files(record.id).folder.exists()
    assert store.metrics.points(record.id) == []
    assert not store.runs.exists(record.id, deleted=True)
    with pytest.raises(RunNotFoundError, match="possible for 10 minutes"):
        store.bin.undelete(record.id, ADA)


def test_a_run_that_was_brought_back_just_now_is_not_removed(store, finished_run):
    record = finished_run(owner="ada")
    assert not store.bin.remove(record.id, deleted=True)
    assert store.runs.get(record.id) == record


def test_a_clock_that_is_set_back_shortens_no_time_to_undo(store, finished_run, monkeypatch):
    record = finished_run(owner="ada")
    store.bin.delete(record.id, ADA)
    deleted = store.bin.runs(ADA)[0]
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 3600)
    assert store.bin.seconds_left(deleted) >= UNDO_SECONDS
    monkeypatch.setattr(time, "time", lambda: now() + UNDO_SECONDS)
    assert store.bin.seconds_left(deleted) == 0

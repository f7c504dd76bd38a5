"""Keeping the disk from filling up."""

import os
import time

import pytest

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.engine.cleaning import clean, empty_bin, next_to_go, sweep
from mnist_core.store import RunState, Visitor
from mnist_core.store.bin import UNDO_SECONDS

MB = 1_000_000
NEW = RunConfig(model=NetworkConfig())


@pytest.fixture
def small_disk(store, settings):
    store.settings = settings.model_copy(update={"total_disk_mb": 10})


def test_nothing_goes_while_there_is_room(store, small_disk, record):
    record(state=RunState.COMPLETED, size=8 * MB)
    assert next_to_go(store) == []
    assert clean(store) == []


def test_the_oldest_runs_are_named_before_they_go_and_go_when_it_is_full(store, small_disk, record):
    oldest, second = (record(state=RunState.COMPLETED, size=3 * MB) for _ in range(2))
    record(state=RunState.COMPLETED, size=3 * MB + 400_000)
    assert [run.id for run in next_to_go(store)] == [oldest.id]
    assert clean(store) == [], "it was said that it will go, not that it is gone"
    record(state=RunState.COMPLETED, size=MB)
    assert clean(store) == [oldest.id]
    assert not store.runs.exists(oldest.id)
    assert store.runs.exists(second.id)
    assert store.bin.undelete(oldest.id, Visitor(None, is_admin=True)).id == oldest.id, "it can be undone"


def test_runs_that_are_kept_or_not_finished_stay(store, small_disk, record):
    kept = record("ada", RunState.COMPLETED, size=8 * MB)
    store.runs.set_pinned(kept.id, True, Visitor("ada"))
    paused = record(state=RunState.PAUSED, size=8 * MB)
    running = record(state=RunState.RUNNING, size=8 * MB)
    gone = record(state=RunState.FAILED, size=MB)
    assert clean(store) == [gone.id]
    assert all(store.runs.exists(run.id) for run in (kept, paused, running))


def test_deleted_runs_are_removed_once_their_time_is_over(store, record, monkeypatch):
    run = record("ada", RunState.COMPLETED, size=10)
    store.bin.delete(run.id, Visitor("ada"))
    empty_bin(store)
    assert store.files(run.id).model.exists()
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + UNDO_SECONDS)
    clean(store)
    assert not store.files(run.id).folder.exists()
    assert not store.runs.exists(run.id, deleted=True)


def test_on_a_full_disk_too_what_was_deleted_can_be_brought_back_for_a_while(store, small_disk, record):
    record(state=RunState.COMPLETED, size=6 * MB)
    first, second = (record("ada", RunState.COMPLETED, size=3 * MB) for _ in range(2))
    for run in (first, second):
        store.bin.delete(run.id, Visitor("ada"))
    assert clean(store) == []
    assert store.files(first.id).model.exists()
    assert store.bin.undelete(first.id, Visitor("ada"))


class TestWhoMakesRoom:
    """What is older and honest never goes in favour of what is new."""

    def test_honest_runs_stay_however_full_it_is(self, store, small_disk, record):
        honest = [record(owner, RunState.COMPLETED, size=4 * MB) for owner in ("ada", "bob", "eve")]
        assert next_to_go(store) == []
        assert clean(store) == []
        assert all(store.runs.exists(run.id) for run in honest)

    def test_runs_of_new_visitors_go_first_the_newest_of_the_fullest_address(self, store, small_disk, record):
        honest = record("ada", RunState.COMPLETED, size=4 * MB - 100_000)
        store.new_runs.create(NEW, "of a class", owner="pupil", address="a school")
        few = record("pupil", RunState.STOPPED, size=MB)
        thrown = []
        for n in range(5):
            store.new_runs.create(NEW, "to be known", owner=f"cookie {n}", address="a stranger's")
            thrown.append(record(f"cookie {n}", RunState.STOPPED, size=MB))
        assert [run.id for run in next_to_go(store)] == [thrown[4].id]
        record("ada", RunState.COMPLETED, size=2 * MB)
        assert clean(store) == [run.id for run in reversed(thrown[2:])]
        assert store.runs.exists(honest.id)
        assert store.runs.exists(few.id)

    def test_then_those_of_visitors_who_stayed_away(self, store, small_disk, record, monkeypatch):
        left = record("ada", RunState.COMPLETED, size=4 * MB)
        stays = record("bob", RunState.COMPLETED, size=4 * MB)
        now = time.time
        monkeypatch.setattr(time, "time", lambda: now() + 15 * 24 * 3600)
        record("eve", RunState.COMPLETED, size=4 * MB)
        store.visitors.greet("bob")  # only to look
        assert clean(store) == [left.id]
        assert store.runs.exists(stays.id)

    def test_visitors_never_push_out_what_the_command_line_made(self, store, small_disk, record):
        own = record(state=RunState.COMPLETED, size=4 * MB)
        for owner in ("ada", "bob"):
            record(owner, RunState.COMPLETED, size=4 * MB)
        assert clean(store) == []
        assert store.runs.exists(own.id)


def test_the_files_of_a_deleted_run_are_no_leftover(store, record):
    run = record("ada", RunState.COMPLETED, size=10)
    store.bin.delete(run.id, Visitor("ada"))
    make_old(store.files(run.id).folder)
    sweep(store)
    assert store.files(store.bin.undelete(run.id, Visitor("ada")).id).model.exists()


def make_old(path):
    os.utime(path, (1, 1))


def test_what_a_crash_left_behind_is_swept_and_nothing_else(store, record):
    run = record(state=RunState.COMPLETED, size=10)
    half = store.files(run.id).folder / ".writing-abc.onnx"
    half.write_text("half")
    fresh_half = store.files(run.id).folder / ".writing-now.onnx"
    fresh_half.write_text("somebody writes it")
    nobodys = store.settings.runs_dir / "20250101-000000-00000000"
    fresh = store.settings.runs_dir / "20990101-000000-00000000"
    for folder in (nobodys, fresh):
        folder.mkdir()
        (folder / "worker.log").write_text("x")
    (store.settings.runs_dir / "a file").write_text("not a folder")
    for path in (half, nobodys, store.files(run.id).folder):
        make_old(path)
    sweep(store)
    assert not half.exists()
    assert fresh_half.exists()
    assert not nobodys.exists()
    assert fresh.exists()
    assert store.files(run.id).model.exists()


def test_sweeping_a_home_without_runs_is_no_error(store):
    sweep(store)


def test_folders_that_a_crash_left_are_swept_after_a_day(store):
    old, new = (store.settings.temporary_dir / name for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "model.onnx").write_bytes(b"x")
    os.utime(old, (0, 0))
    sweep(store)
    assert not old.exists()
    assert (new / "model.onnx").exists()


def test_temporary_files_of_ended_workers_are_swept_after_a_day(store):
    folder = store.settings.temporary_dir
    folder.mkdir(parents=True)
    old, fresh = folder / "__autograph_generated_file1.py", folder / "__autograph_generated_file2.py"
    for file in (old, fresh):
        file.write_text("x")
    make_old(old)
    sweep(store)
    assert not old.exists()
    assert fresh.exists()


@pytest.mark.parametrize("name", ["model.keras", "model.onnx", "layers.onnx", "checkpoint.npz", "record.json"])
def test_a_folder_with_anything_of_a_network_is_never_swept(store, name):
    folder = store.settings.runs_dir / "20250101-000000-00000000"
    folder.mkdir(parents=True)
    (folder / name).write_text("x")
    make_old(folder)
    sweep(store)
    assert (folder / name).exists()


def test_what_a_person_put_beside_the_runs_stays(store, record):
    run = record(state=RunState.COMPLETED, size=10)
    copy = store.settings.runs_dir / f"{run.id} (my copy)"
    copy.mkdir()
    make_old(copy)
    sweep(store)
    assert copy.exists()


def test_imports_that_a_crash_cut_off_are_swept(store):
    folder = store.settings.runs_dir / ".importing-abc"
    folder.mkdir(parents=True)
    (folder / "model.keras").write_text("x")
    sweep(store)
    assert folder.exists(), "it may be under way"
    make_old(folder)
    sweep(store)
    assert not folder.exists()


def test_a_removed_run_that_could_not_be_removed_at_once_is_no_lost_one(store, record, monkeypatch):
    run = record(state=RunState.COMPLETED, size=10)
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", lambda *_, **__: None)
        assert store.bin.remove(run.id)
    assert store.folders.without_row() == []
    sweep(store)
    assert list(store.settings.runs_dir.iterdir()) == []

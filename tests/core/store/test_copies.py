"""Copies of the database, and what becomes of a missing one."""

import sqlite3
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from mnist_core.config import RunConfig
from mnist_core.errors import DatabaseLostError
from mnist_core.store import RunState, Store, Visitor
from mnist_core.store import copies as module
from mnist_core.store.copies import copies, is_whole, make_copy, put_aside
from mnist_core.system.processes import own_process
from tests.older_tables import forget_versions

ADA = Visitor("ada")


def test_a_copy_holds_what_the_database_holds_while_others_write(store, settings):
    run_id = store.new_runs.create(RunConfig(), "A run")
    with sqlite3.connect(settings.database_path) as writer:
        writer.execute("BEGIN IMMEDIATE")
        path = make_copy(settings)
    assert is_whole(path)
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as copy:
        assert copy.execute("SELECT id FROM runs").fetchall() == [(run_id,)]
    assert [file.name for file in settings.copies_dir.iterdir()] == [path.name], "one file, whole by itself"


def test_an_unchanged_database_takes_no_second_place(store, settings):
    store.new_runs.create(RunConfig(), "A run")
    make_copy(settings)
    make_copy(settings)
    assert len(copies(settings)) == 1
    store.new_runs.create(RunConfig(), "Another")
    make_copy(settings)
    assert len(copies(settings)) == 2


def test_the_newest_copies_stay_and_a_few_of_the_last_days(store, settings, monkeypatch):
    monkeypatch.setattr(module, "_NEWEST", 3)
    monkeypatch.setattr(module, "_DAY", 4)
    monkeypatch.setattr(module, "_DAYS", 2)
    for n in range(20):
        store.new_runs.create(RunConfig(), f"run {n}")
        make_copy(settings)
    assert [module._number(path) for path in copies(settings)] == [20, 19, 18, 16, 12]
    monkeypatch.setattr(module, "_MOST_BYTES", 1)
    store.new_runs.create(RunConfig(), "one more")
    make_copy(settings)
    assert [module._number(path) for path in copies(settings)] == [21, 20], "the newest two, whatever they take"


def test_a_damaged_database_makes_no_copy_and_removes_none(store, settings):
    store.new_runs.create(RunConfig(), "A run")
    good = make_copy(settings)
    store.close()
    content = settings.database_path.read_bytes()
    settings.database_path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(OSError, match="damaged|copied"):
        make_copy(settings)
    assert copies(settings) == [good]


def test_an_older_database_is_copied_before_its_tables_change(settings):
    Store(settings).close()
    with sqlite3.connect(settings.database_path) as connection:
        connection.execute("ALTER TABLE runs DROP COLUMN notes")
        forget_versions(connection)
    Store(settings).close()
    (copy,) = copies(settings)
    with sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True) as connection:
        assert "notes" not in [column[1] for column in connection.execute("PRAGMA table_info(runs)")]
    Store(settings).close()
    assert len(copies(settings)) == 1, "only where something changes"


@pytest.mark.parametrize("how", ["deleted", "emptied"])
def test_a_missing_database_is_made_anew_from_the_newest_good_copy(settings, finished_run, store, how):
    run = finished_run(owner="ada")
    store.drawings.add("ada", "digits", *_drawing())
    make_copy(settings)
    (settings.copies_dir / "mnist_lab-999999-20300101-000000.db").write_bytes(b"no database")
    store.runs.rename(run.id, "Renamed after the copy", ADA)
    later = finished_run(name="Trained after the copy")
    removed = finished_run(name="Removed after the copy")
    store.bin.remove(removed.id)
    store.close()
    if how == "deleted":  # its journal stays behind
        settings.database_path.with_name("mnist_lab.db-wal").write_bytes(b"x" * 5000)
        settings.database_path.unlink()
    else:
        settings.database_path.write_bytes(b"")
    other = Store(settings)
    assert sorted(other.brought_back) == sorted([run.id, later.id])
    assert other.runs.get(run.id).name == "Renamed after the copy"
    assert without_process(other.runs.get(later.id)) == without_process(later)
    assert other.metrics.points(later.id) == store_points(other, later.id)
    assert other.drawings.count("ada") == 1
    assert not other.runs.exists(removed.id, deleted=True)
    other.close()


def without_process(record):
    return replace(record, pid=None, pid_started=None)


def store_points(store, run_id):
    points = store.metrics.points(run_id)
    assert [point.epoch for point in points if point.kind == "epoch"] == [1, 2, 3]
    return points


def _drawing():
    return np.full((1, 28, 28), 7, np.uint8), np.array([3], np.uint8)


def test_without_any_copy_the_folders_are_enough(settings, finished_run, store):
    whole = finished_run(owner="ada", name="Whole")
    store.runs.set_pinned(whole.id, True, ADA)
    store.runs.set_notes(whole.id, "Remember this", ADA)
    store.runs.set_shared(whole.id, False, ADA)
    expected, points = store.runs.get(whole.id), store.metrics.points(whole.id)
    queued = store.new_runs.create(RunConfig(), "Waits", owner="ada")
    running = store.new_runs.create(RunConfig(), "Trains", owner="ada")
    assert store.queue.claim(running, own_process())
    deleted = finished_run(owner="ada", name="Deleted")
    store.bin.delete(deleted.id, ADA)
    store.close()
    settings.database_path.unlink()
    other = Store(settings)
    # Owner, name, star, notes and privacy are as they were.
    assert without_process(other.runs.get(whole.id)) == without_process(expected)
    assert other.metrics.points(whole.id) == points
    assert not Visitor("eve").may_see(other.runs.get(whole.id))
    assert other.runs.get(queued).state is RunState.QUEUED
    assert other.runs.get(running).state is RunState.INTERRUPTED
    assert other.bin.undelete(deleted.id, ADA).name == "Deleted", "for the rest of its ten minutes"
    other.close()


def test_a_new_home_is_no_lost_one(settings):
    store = Store(settings)
    assert store.brought_back == []
    assert not settings.copies_dir.exists()
    store.close()


@pytest.mark.parametrize("damage", ["deleted", "replaced", "emptied", "cut short"])
def test_a_database_that_is_lost_while_it_is_open_is_told_and_not_written(store, settings, damage):
    for n in range(30):
        store.new_runs.create(RunConfig(), f"run {n}")
    path = settings.database_path
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.runs.find()  # now it knows the size
    if damage == "deleted":
        path.unlink()
    elif damage == "replaced":
        other = path.with_suffix(".new")
        other.write_bytes(path.read_bytes())
        other.replace(path)
    else:
        with path.open("r+b") as stream:
            stream.truncate(0 if damage == "emptied" else 8192)
    before = path.read_bytes() if path.exists() else None
    for ask in (store.runs.find, lambda: store.new_runs.create(RunConfig(), "lost")):
        with pytest.raises(DatabaseLostError, match=r"mnist_lab\.db was deleted, replaced or cut short.*recover"):
            ask()
    assert (path.read_bytes() if path.exists() else None) == before, "nothing is written any more"


def test_a_database_that_somebody_tidied_up_is_not_lost(store, settings):
    for _ in range(300):
        store.new_runs.create(RunConfig(), "x" * 200)
    store.runs.find()
    with sqlite3.connect(settings.database_path, isolation_level=None) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.runs.find()
        size = settings.database_path.stat().st_size
        connection.execute("DELETE FROM runs")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert settings.database_path.stat().st_size < size
    assert store.runs.find() == []
    store.new_runs.create(RunConfig(), "goes on")


def test_what_is_put_aside_never_replaces_what_was_put_aside_before(settings):
    settings.home.mkdir()
    kept = []
    for content in (b"first", b"second"):
        settings.database_path.write_bytes(content)
        kept.append(put_aside(settings))
    assert [path.read_bytes() for path in kept] == [b"first", b"second"]


def test_nobody_else_makes_a_database_anew_while_the_app_that_lost_it_runs(store, settings, finished_run):
    run = finished_run()
    holder = "import sys; from mnist_core.store.home_lock import HomeLock; from pathlib import Path\n"
    holder += "HomeLock(Path(sys.argv[1])).acquire(); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(settings.lock_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as app:
        assert app.stdout.readline() == b"held\n"
        store.close()
        settings.database_path.unlink()
        with pytest.raises(DatabaseLostError, match="while MNIST Lab was running"):
            Store(settings)
        assert not settings.database_path.exists()
        app.communicate()
    other = Store(settings)
    assert other.brought_back == [run.id]
    other.close()

"""Deleting everything of a visitor: what goes, what waits for a training to stop, and what is others'."""

import time

import numpy as np
import pytest
from sqlalchemy import select, update

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.engine.cleaning import clean
from mnist_core.errors import DiskFullError, LinkError, RunNotFoundError
from mnist_core.store import RunState, Visitor
from mnist_core.store.leaving import Belongings
from mnist_core.store.tables import metadata, visitors
from mnist_core.system.processes import own_process

CONFIG = RunConfig(model=NetworkConfig())


def some(n, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, 28, 28), dtype=np.uint8), np.zeros(n, np.uint8)


def run(store, owner, *, trains=False, **more):
    """Record a run that was trained to its end, or that trains."""
    run_id = store.new_runs.create(CONFIG, f"{owner}'s run", owner=owner, address="somewhere", **more)
    assert store.queue.claim(run_id, own_process())
    if not trains:
        store.files(run_id).onnx.write_bytes(b"x")
        assert store.queue.finish(run_id, RunState.COMPLETED)
    return run_id


def traces(store, owner):
    """Return the tables in which a visitor's id stands."""
    rows = {table.name: store.database.rows(select(table)) for table in metadata.sorted_tables}
    return sorted(name for name, found in rows.items() if any(owner in map(str, row) for row in found))


def test_all_that_is_a_visitors_goes_and_nothing_of_others(store):
    mine = [run(store, "ada"), run(store, "ada"), store.new_runs.create(CONFIG, "waits", owner="ada")]
    store.bin.delete(mine[0], Visitor("ada"))  # what could still be brought back goes too
    theirs = [run(store, "bob"), run(store, None)]
    for owner in ("ada", "bob"):
        store.drawings.add(owner, "digits", *some(3))
        store.lessons.keep(owner, "first", "one")
        store.lessons.keep(owner, "first", "two", 1)
    secret, bobs = store.links.make("ada"), store.links.make("bob")
    store.links.join("phone", secret)
    store.links.join("ada", bobs)

    assert store.leaving.ask("ada") == Belongings(runs=3, training=0, drawings=3, steps=2)

    assert traces(store, "ada") == ["browsers"]  # that ada's browser stands for bob is bob's
    store.links.leave("ada")
    assert traces(store, "ada") == []
    assert not any(store.files(run_id).folder.exists() for run_id in mine)
    with pytest.raises(RunNotFoundError):
        store.bin.undelete(mine[0], Visitor("ada"))
    with pytest.raises(LinkError):
        store.links.join("phone", secret)
    assert store.links.known_as("phone") == "phone"
    assert all(store.runs.exists(run_id) and store.files(run_id).folder.is_dir() for run_id in theirs)
    assert store.drawings.count("bob") == 3
    assert store.leaving.kept("bob").steps == 2
    assert store.links.owner_of(bobs) == "bob"
    assert store.leaving.kept("ada").is_nothing


def test_what_trains_is_asked_to_stop_and_goes_as_soon_as_it_has(store):
    trains, rests = run(store, "ada", trains=True), run(store, "ada")
    assert store.leaving.ask("ada").training == 1
    assert store.leaving.is_leaving("ada")
    assert not store.runs.exists(rests)
    record = store.runs.get(trains)
    assert (record.state, record.stop_requested, record.shared) == (RunState.RUNNING, True, False)
    assert store.leaving.finish() == 1
    assert store.queue.finish(trains, RunState.STOPPED)
    clean(store)  # the app that leads does so, though the page is closed
    assert not store.runs.exists(trains, deleted=True)
    assert not store.files(trains).folder.exists()
    assert not store.leaving.is_leaving("ada")
    assert traces(store, "ada") == []


def test_what_the_visitor_begins_meanwhile_stays(store):
    trains = run(store, "ada", trains=True)
    store.leaving.ask("ada")
    new = run(store, "ada")
    assert store.leaving.finish() == 1
    assert store.queue.finish(trains, RunState.STOPPED)
    assert store.leaving.finish() == 0
    assert not store.leaving.is_leaving("ada")
    assert store.runs.exists(new)
    assert store.visitors.is_new("ada")  # what was earned before is forgotten too
    assert store.leaving.finish() == 0
    assert store.runs.exists(new)


def test_what_others_trained_on_from_a_run_stays_theirs(store):
    earlier = run(store, "ada")
    np.savez(store.files(earlier).checkpoint, step=1, weights=np.zeros(3))
    later = run(store, "bob", continues=earlier)
    store.leaving.ask("ada")
    assert store.runs.get(later).continues == earlier
    assert store.files(later).checkpoint.is_file()


def test_who_keeps_nothing_may_ask_too_and_again(store):
    for _ in range(2):
        assert store.leaving.ask("nobody").is_nothing
    assert traces(store, "nobody") == []


def test_all_or_nothing(store, monkeypatch):
    run_id = run(store, "ada")
    store.drawings.add("ada", "digits", *some(3))

    def full(*_):
        raise DiskFullError("full")

    monkeypatch.setattr(store.links, "forget", full)
    with pytest.raises(DiskFullError):
        store.leaving.ask("ada")
    assert store.runs.exists(run_id)
    assert store.drawings.count("ada") == 3
    assert not store.leaving.is_leaving("ada")


def test_its_bundles_go_too(store):
    run_id = run(store, "ada")
    bundle = store.settings.temporary_dir / f"bundle-{run_id}-1.zip"
    other = store.settings.temporary_dir / "bundle-20200101-000000-00000000-1.zip"
    store.settings.temporary_dir.mkdir(exist_ok=True)
    for path in (bundle, other):
        path.touch()
    store.leaving.ask("ada")
    assert not bundle.exists()
    assert other.exists()


def away(store, owner, days):
    """Let a visitor have been here last so many days ago."""
    with store.database.begin() as connection:
        connection.execute(update(visitors).where(visitors.c.id == owner).values(seen=time.time() - days * 86_400))


def test_who_stayed_away_for_too_long_is_forgotten(store):
    store.database.settings = store.database.settings.model_copy(update={"forget_days": 30})
    mine, theirs, trains = run(store, "ada"), run(store, "bob"), run(store, "eve", trains=True)
    store.runs.set_pinned(mine, True, Visitor("ada"))
    store.drawings.add("ada", "digits", *some(2))
    for owner, days in (("ada", 31), ("bob", 29), ("eve", 31)):
        away(store, owner, days)

    assert store.leaving.forget_absent() == 1
    assert traces(store, "ada") == []
    assert store.runs.exists(theirs)
    assert store.runs.exists(trains), "what trains is stopped by nobody's absence"
    assert store.leaving.forget_absent() == 0


def test_who_comes_back_at_the_last_moment_is_not_forgotten(store, monkeypatch):
    store.database.settings = store.database.settings.model_copy(update={"forget_days": 30})
    kept, goes = run(store, "ada"), run(store, "bob")
    away(store, "ada", 31)
    away(store, "bob", 31)
    rows = store.database.rows

    def found(query):
        absent = rows(query)
        store.visitors.greet("ada")
        return absent

    monkeypatch.setattr(store.database, "rows", found)
    assert store.leaving.forget_absent() == 1
    assert store.runs.exists(kept)
    assert not store.runs.exists(goes)


def test_nobody_is_forgotten_unless_a_setting_says_so(store):
    mine = run(store, "ada")
    away(store, "ada", 4000)
    clean(store)
    assert store.runs.exists(mine)

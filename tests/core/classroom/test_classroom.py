"""What a teacher sees and does with all at once, on a record with real runs."""

import time

import pytest
from sqlalchemy import update

from mnist_core.classroom import clear_up, hold_all, let_go_all, stop_all, wall
from mnist_core.config import RunConfig
from mnist_core.engine.cleaning import clean
from mnist_core.errors import ClassroomError
from mnist_core.store import MetricPoint, RunState, Store, Visitor
from mnist_core.store.tables import classrooms, runs
from mnist_core.system.processes import own_process

CODE = "river-lamp-goat-piano"


@pytest.fixture
def secret(store: Store) -> str:
    """Return a teacher's secret; Ada and Bob are in the class."""
    _, found = store.classrooms.open("3b", lambda: CODE, days=30)
    for owner in ("ada", "bob"):
        store.classrooms.join(CODE, owner, owner.title())
    return found


def run_of(store: Store, owner: str, state: RunState = RunState.QUEUED) -> str:
    run_id = store.new_runs.create(RunConfig(), f"of {owner}", owner=owner)
    if state is not RunState.QUEUED:
        assert store.queue.claim(run_id, own_process())
    if state is RunState.PAUSED:
        store.queue.request_pause(run_id, Visitor(owner))
        store.queue.mark_paused(run_id)
    return run_id


def state_of(store: Store, run_id: str) -> RunState:
    return store.runs.get(run_id).state


def test_the_wall_has_a_tile_for_everybody(store, secret):
    run_id = run_of(store, "ada", RunState.RUNNING)
    store.metrics.add(
        run_id,
        [
            MetricPoint(
                kind="batch", step=step, epoch=1, seconds=step / 10, values={"accuracy": step / 100, "loss": 1.0}
            )
            for step in (10, 20)
        ],
    )
    store.lessons.keep("bob", "first", "one")
    ada, bob = wall(store, secret)
    assert (ada.pupil.nickname, ada.run.id, ada.curve, ada.accuracy) == ("Ada", run_id, (0.1, 0.2), 0.2)
    assert (bob.pupil.nickname, bob.run, bob.accuracy, bob.lesson, bob.step) == ("Bob", None, None, "first", "one")
    assert wall(store, "no secret") == []


def test_a_replay_is_on_the_wall_until_the_pupil_trains(store, secret):
    earlier = run_of(store, "carol", RunState.RUNNING)
    store.queue.finish(earlier, RunState.COMPLETED)
    store.classrooms.watch("ada", earlier)
    store.classrooms.watch("carol", earlier)  # who is in no class
    ada, bob = wall(store, secret)
    assert (ada.run.id, ada.is_replay, bob.run) == (earlier, True, None)
    own = run_of(store, "ada")
    assert (wall(store, secret)[0].run.id, wall(store, secret)[0].is_replay) == (own, False)
    store.classrooms.watch("ada", earlier)
    assert wall(store, secret)[0].is_replay
    store.bin.delete(earlier, Visitor("carol"))
    assert wall(store, secret)[0].run.id == own


def test_what_was_trained_before_the_class_is_not_the_class_s(store, secret):
    before = run_of(store, "ada", RunState.RUNNING)
    with store.database.begin() as connection:
        connection.execute(update(runs).where(runs.c.id == before).values(created=time.time() - 3600))
    assert wall(store, secret)[0].run is None
    assert (hold_all(store, secret), stop_all(store, secret)) == (0, 0)
    assert not store.runs.get(before).pause_requested
    assert not store.runs.get(before).stop_requested


def test_all_rest_and_go_on_but_for_what_rested_before(store, secret):
    training, waiting = run_of(store, "ada", RunState.RUNNING), run_of(store, "bob")
    rested = run_of(store, "bob", RunState.PAUSED)
    elsewhere = run_of(store, "carol", RunState.RUNNING)
    assert hold_all(store, secret) == 1
    assert hold_all(store, secret) == 1, "pressed again before the process looked"
    assert store.runs.get(training).pause_requested
    assert not store.runs.get(elsewhere).pause_requested
    store.queue.mark_paused(training)
    assert hold_all(store, secret) == 0
    assert store.classrooms.of_secret(secret).paused
    assert let_go_all(store, secret) == 1
    assert [state_of(store, run_id) for run_id in (training, waiting, rested)] == [
        RunState.QUEUED,
        RunState.QUEUED,
        RunState.PAUSED,
    ]
    assert not store.classrooms.of_secret(secret).paused


def test_all_are_stopped(store, secret):
    training, waiting = run_of(store, "ada", RunState.RUNNING), run_of(store, "bob")
    elsewhere = run_of(store, "carol", RunState.RUNNING)
    assert stop_all(store, secret) == 2
    assert store.runs.get(training).stop_requested
    assert state_of(store, waiting) is RunState.STOPPED
    assert not store.runs.get(elsewhere).stop_requested


@pytest.mark.parametrize("act", [hold_all, let_go_all])
def test_only_a_teacher_acts(store, secret, act):
    training = run_of(store, "ada", RunState.RUNNING)
    with pytest.raises(ClassroomError, match="Only the teacher"):
        act(store, CODE)
    assert stop_all(store, CODE) == 0
    record = store.runs.get(training)
    assert (record.pause_requested, record.stop_requested) == (False, False)


def test_a_class_is_cleared_up_with_its_runs_once_they_have_stopped(store, secret):
    training, waiting = run_of(store, "ada", RunState.RUNNING), run_of(store, "bob")
    elsewhere = run_of(store, "carol")
    assert clear_up(store) == 0, "it is not over yet"
    store.classrooms.close(secret, with_runs=True)
    assert clear_up(store) == 1
    assert store.runs.get(training).stop_requested
    assert not store.runs.exists(waiting)
    store.queue.finish(training, RunState.STOPPED)
    clean(store)  # as the app does each minute
    assert not store.runs.exists(training)
    assert store.runs.exists(elsewhere)
    assert not store.classrooms.take_closed()


def test_the_runs_stay_with_the_pupils_where_the_teacher_says_so(store, secret):
    run_id = run_of(store, "ada")
    store.classrooms.close(secret, with_runs=False)
    assert clear_up(store) == 0
    assert store.runs.exists(run_id)
    assert not store.classrooms.take_closed()


def test_it_ends_by_itself(store, secret):
    run_id = run_of(store, "ada")
    with store.database.begin() as connection:
        connection.execute(update(classrooms).values(ends=time.time() - 1))
    clean(store)
    assert not store.runs.exists(run_id)
    assert store.classrooms.of_pupil("ada") is None

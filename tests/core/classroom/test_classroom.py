"""What a teacher sees and does with all at once, on a record with real runs."""

import time

import pytest
from sqlalchemy import update

from mnist_core.classroom import clear_up, hold_all, let_go_all, settle, stop_all, wall
from mnist_core.config import RunConfig
from mnist_core.config.study.quick import repetition
from mnist_core.engine.cleaning import clean
from mnist_core.errors import ClassroomError
from mnist_core.store import MetricPoint, RunState, Store, StudyState, TrialState, Visitor
from mnist_core.store.tables import classrooms, pupils, runs, studies
from mnist_core.system.processes import own_process
from tests.study_rows import BASE, put_study

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
    store.runs.set_shared(earlier, False, Visitor("carol"))
    assert wall(store, secret)[0].run.id == own, "it is private by now"
    store.runs.set_shared(earlier, True, Visitor("carol"))
    store.bin.delete(earlier, Visitor("carol"))
    assert wall(store, secret)[0].run.id == own


def test_what_was_trained_before_the_class_is_not_the_class_s(store, secret):
    before = run_of(store, "ada", RunState.RUNNING)
    with store.database.begin() as connection:
        connection.execute(update(runs).where(runs.c.id == before).values(created=time.time() - 3600))
    assert wall(store, secret)[0].run is None
    hold_all(store, secret)
    stop_all(store, secret)
    assert not store.runs.get(before).pause_requested
    assert not store.runs.get(before).stop_requested


def test_all_rest_and_go_on_but_for_what_rested_before(store, secret):
    training, waiting = run_of(store, "ada", RunState.RUNNING), run_of(store, "bob")
    rested = run_of(store, "bob", RunState.PAUSED)
    elsewhere = run_of(store, "carol", RunState.RUNNING)
    hold_all(store, secret)
    hold_all(store, secret)  # pressed again before the process looked
    assert store.runs.get(training).pause_requested
    assert not store.runs.get(elsewhere).pause_requested
    store.queue.mark_paused(training)
    settle(store)
    assert state_of(store, training) is RunState.PAUSED
    assert store.classrooms.of_secret(secret).paused
    let_go_all(store, secret)
    assert [state_of(store, run_id) for run_id in (training, waiting, rested)] == [
        RunState.QUEUED,
        RunState.QUEUED,
        RunState.PAUSED,
    ]
    assert not store.classrooms.of_secret(secret).paused
    assert store.classrooms.resting() == []


def test_what_pauses_only_after_all_may_go_on_goes_on_too(store, secret):
    training = run_of(store, "ada", RunState.RUNNING)
    hold_all(store, secret)
    let_go_all(store, secret)  # its process has not looked yet
    assert store.runs.get(training).pause_requested
    store.queue.mark_paused(training)
    settle(store)
    assert state_of(store, training) is RunState.QUEUED
    assert store.classrooms.resting() == []


def test_what_was_about_to_begin_rests_too(store, secret):
    run_id = run_of(store, "ada")
    store.queue.take(lambda queued, running: queued, 1)  # a worker is on its way
    hold_all(store, secret)
    assert store.queue.claim(run_id, own_process(), store.apps.id)
    settle(store)
    assert store.runs.get(run_id).pause_requested


@pytest.mark.parametrize("how", ["removed", "left", "closed", "over"])
def test_who_is_not_in_the_class_any_more_goes_on(store, secret, how):
    training = run_of(store, "ada", RunState.RUNNING)
    hold_all(store, secret)
    store.queue.mark_paused(training)
    match how:
        case "removed":
            store.classrooms.remove(secret, "ada")
        case "left":
            store.classrooms.leave("ada")
        case "closed":
            store.classrooms.close(secret, with_runs=False)
        case "over":
            with store.database.begin() as connection:
                connection.execute(update(classrooms).values(ends=time.time() - 1, with_runs=False))
    settle(store)
    assert state_of(store, training) is RunState.QUEUED


def test_one_who_leaves_goes_on_while_another_begins_to_rest(store, secret):
    first = run_of(store, "ada", RunState.RUNNING)
    hold_all(store, secret)
    store.queue.mark_paused(first)
    store.classrooms.leave("ada")
    second = run_of(store, "bob", RunState.RUNNING)
    settle(store)
    assert state_of(store, first) is RunState.QUEUED
    store.queue.mark_paused(second)
    let_go_all(store, secret)
    assert state_of(store, second) is RunState.QUEUED, "it was written down as resting"


def test_all_are_stopped_with_their_studies(store, secret):
    training, waiting = run_of(store, "ada", RunState.RUNNING), run_of(store, "bob")
    elsewhere = run_of(store, "carol", RunState.RUNNING)
    study = put_study(
        store, repetition(BASE), [({"seed": 0}, TrialState.RUNNING, None)], owner="bob", state=StudyState.RUNNING
    )
    stop_all(store, secret)
    assert store.runs.get(training).stop_requested
    assert state_of(store, waiting) is RunState.STOPPED
    assert not store.runs.get(elsewhere).stop_requested
    assert store.studies.get(study).state is StudyState.STOPPED


def test_a_study_goes_with_the_class_and_one_from_before_stays(store, secret):
    put_study(store, repetition(BASE), [({"seed": 0}, TrialState.COMPLETED, 0.9)], owner="ada")
    earlier = put_study(store, repetition(BASE), [({"seed": 0}, TrialState.COMPLETED, 0.9)], owner="ada")
    with store.database.begin() as connection:
        connection.execute(update(studies).where(studies.c.id == earlier).values(created=time.time() - 3600))
    store.classrooms.close(secret, with_runs=True)
    clear_up(store)
    assert [study.id for study in store.studies.find(owner="ada")] == [earlier]


@pytest.mark.parametrize("act", [hold_all, let_go_all])
def test_only_a_teacher_acts(store, secret, act):
    training = run_of(store, "ada", RunState.RUNNING)
    with pytest.raises(ClassroomError, match="Only the teacher"):
        act(store, CODE)
    stop_all(store, CODE)
    record = store.runs.get(training)
    assert (record.pause_requested, record.stop_requested) == (False, False)


def test_a_class_is_cleared_up_with_its_runs_once_they_have_stopped(store, secret):
    training, waiting = run_of(store, "ada", RunState.RUNNING), run_of(store, "bob")
    elsewhere = run_of(store, "carol")
    clear_up(store)
    assert store.runs.exists(waiting), "it is not over yet"
    store.classrooms.close(secret, with_runs=True)
    clear_up(store)
    assert store.runs.get(training).stop_requested
    assert not store.runs.exists(waiting)
    later = run_of(store, "bob")  # who is free again, while Ada's stops
    store.bin.undelete(waiting, Visitor("bob"))
    clear_up(store)
    assert store.runs.exists(later), "what begins after the end is no class's"
    assert store.runs.exists(waiting), "what its owner brought back stays"
    store.queue.finish(training, RunState.STOPPED)
    clean(store)  # as the app does each minute
    assert not store.runs.exists(training)
    assert store.runs.exists(elsewhere)
    assert not store.classrooms.over()


def test_the_runs_stay_with_the_pupils_where_the_teacher_says_so(store, secret):
    run_id = run_of(store, "ada")
    store.classrooms.close(secret, with_runs=False)
    clear_up(store)
    assert store.runs.exists(run_id)
    assert not store.classrooms.over()


def test_it_ends_by_itself(store, secret):
    run_id = run_of(store, "ada")
    with store.database.begin() as connection:
        connection.execute(update(classrooms).values(ends=time.time() - 1))
        connection.execute(update(pupils).values(joined=time.time() - 9))
        connection.execute(update(runs).values(created=time.time() - 5))
    later = run_of(store, "ada")
    clean(store)
    assert not store.runs.exists(run_id)
    assert store.runs.exists(later)
    assert store.classrooms.of_pupil("ada") is None

"""Studies and their trials in the record: who may do what, what is told, and what goes with what."""

import time

import pytest
from sqlalchemy import update

from mnist_core.config import RunConfig
from mnist_core.config.study import Parameter, Question
from mnist_core.errors import ConfigError, NotOwnerError, RunNotFoundError, RunStateError
from mnist_core.store import RunState, StudyState, TrialState, Visitor
from mnist_core.store.tables import studies
from mnist_core.system.processes import own_process
from mnist_core.text import Phrase

ADA, BOB = Visitor("ada"), Visitor("bob")
QUESTION = Question(kind="try", base=RunConfig(), over=(Parameter(name="learning_rate", values=(0.1, 0.01)),), trials=2)


@pytest.fixture
def study_id(store) -> str:
    return store.studies.create(QUESTION, "Which rate?", visitor=ADA)


def trial_with_run(store, study_id: str, number: int) -> str:
    run_id = store.new_runs.create(RunConfig(), f"run {number}", owner="ada", study=study_id)
    store.trials.begin(study_id, number, {"learning_rate": 0.1}, run_id, cached=False)
    return run_id


def test_a_study_is_found_as_it_was_asked(store, study_id):
    record = store.studies.get(study_id)
    assert (record.name, record.question, record.owner) == ("Which rate?", QUESTION, "ada")
    assert (record.state, record.trials, record.shared) == (StudyState.RUNNING, 2, True)
    assert store.trials.of(study_id) == []
    assert [found.id for found in store.studies.find(owner="ada")] == [study_id]
    assert store.studies.find(owner="bob") == []


def test_a_trial_begins_is_followed_and_ends_once(store, study_id):
    store.trials.begin(study_id, 0, {"learning_rate": 0.1}, "a-run", cached=False)
    store.trials.begin(study_id, 0, {"learning_rate": 0.5}, "another", cached=True)  # an app that was slower
    store.trials.report(study_id, 0, [0.5, 0.6])
    (trial,) = store.trials.of(study_id)
    assert (trial.run_id, trial.values, trial.history, trial.state) == (
        "a-run", {"learning_rate": 0.1}, [0.5, 0.6], TrialState.RUNNING,
    )  # fmt: skip
    assert store.trials.unended() == [(study_id, trial)]
    assert store.trials.end(study_id, 0, TrialState.COMPLETED, 0.7, history=[0.5, 0.6, 0.7])
    assert not store.trials.end(study_id, 0, TrialState.FAILED, None, Phrase("too late"))
    (trial,) = store.trials.of(study_id)
    assert (trial.state, trial.value, trial.history, trial.error) == (TrialState.COMPLETED, 0.7, [0.5, 0.6, 0.7], None)
    assert store.trials.unended() == []
    assert store.trials.count([study_id]) == {study_id: {TrialState.COMPLETED: 1}}


def test_it_pauses_goes_on_stops_and_takes_more(store, study_id):
    store.studies.pause(study_id, ADA)
    with pytest.raises(RunStateError):
        store.studies.pause(study_id, ADA)
    store.studies.resume(study_id, ADA)
    store.studies.stop(study_id, ADA)
    assert store.studies.get(study_id).state is StudyState.STOPPED
    assert store.studies.get(study_id).finished is not None
    store.studies.add_trials(study_id, 10, ADA, 12)
    record = store.studies.get(study_id)
    assert (record.state, record.trials, record.finished) == (StudyState.RUNNING, 12, None)
    store.studies.end(study_id, StudyState.COMPLETED)
    assert store.studies.get(study_id).state is StudyState.COMPLETED


def test_another_visitor_can_do_nothing_to_it(store, study_id):
    for act in (store.studies.pause, store.studies.resume, store.studies.stop, store.studies.delete):
        with pytest.raises(NotOwnerError):
            act(study_id, BOB)
    for act, value in (
        (store.studies.rename, "mine"), (store.studies.set_pinned, True), (store.studies.set_shared, True),
    ):  # fmt: skip
        with pytest.raises(NotOwnerError):
            act(study_id, value, BOB)
    with pytest.raises(NotOwnerError):
        store.studies.add_trials(study_id, 1, BOB, 200)
    store.studies.delete(study_id, ADA)
    with pytest.raises(RunNotFoundError):
        store.studies.undelete(study_id, BOB)


def test_a_private_one_is_seen_by_its_owner_alone(store, study_id):
    assert store.studies.seen(study_id, BOB).id == study_id
    run_id = trial_with_run(store, study_id, 0)
    store.studies.set_shared(study_id, False, ADA)
    with pytest.raises(NotOwnerError):
        store.studies.seen(study_id, BOB)
    assert store.studies.find(visible_to=BOB) == []
    assert store.studies.seen(study_id, ADA).shared is False
    assert store.runs.get(run_id).shared is False, "its runs are private too"


def test_star_and_deletion_go_for_all_its_runs_and_can_be_undone(store, study_id):
    runs = [trial_with_run(store, study_id, number) for number in range(2)]
    for run_id in runs:
        store.queue.finish(run_id, RunState.STOPPED)
    waiting = trial_with_run(store, study_id, 2)
    other = store.new_runs.create(RunConfig(), "another run", owner="ada")
    store.studies.set_pinned(study_id, True, ADA)
    assert all(store.runs.get(run_id).pinned for run_id in runs)
    assert not store.runs.get(other).pinned
    store.studies.delete(study_id, ADA)
    assert not any(store.runs.exists(run_id) for run_id in runs)
    assert store.runs.exists(other)
    with pytest.raises(RunNotFoundError):
        store.studies.get(study_id)
    assert [record.id for record in store.studies.deleted(ADA)] == [study_id]
    assert store.studies.deleted(BOB) == []
    assert store.studies.undelete(study_id, ADA).id == study_id
    assert all(store.runs.exists(run_id) for run_id in runs)
    assert not store.runs.exists(waiting), "what had not begun does not begin by itself"
    assert len(store.trials.of(study_id)) == 3


def test_it_is_not_deleted_while_one_of_its_runs_trains(store, study_id):
    run_id = trial_with_run(store, study_id, 0)
    assert store.queue.claim(run_id, own_process())
    with pytest.raises(RunStateError, match="is training"):
        store.studies.delete(study_id, ADA)
    assert store.studies.get(study_id).id == study_id


def test_once_its_time_is_over_a_deleted_one_is_gone_with_its_trials(store, study_id):
    store.trials.begin(study_id, 0, {}, "a-run", cached=False)
    store.studies.delete(study_id, ADA)
    assert store.studies.sweep() == []
    with store.database.begin() as connection:
        connection.execute(update(studies).values(deleted=time.time() - 3600))
    assert store.studies.deleted(ADA) == []
    with pytest.raises(RunNotFoundError):
        store.studies.undelete(study_id, ADA)
    assert store.studies.sweep() == [study_id]
    assert store.trials.of(study_id) == []


def test_it_goes_with_all_that_is_a_visitor_s(store, study_id):
    mine = store.studies.create(QUESTION, "Bob's", visitor=BOB)
    assert store.leaving.kept("ada").studies == 1
    store.leaving.ask("ada")
    assert [record.id for record in store.studies.find()] == [mine]
    assert store.leaving.kept("ada").is_nothing


def test_a_run_knows_the_study_that_asked_for_it(store, study_id):
    run_id = trial_with_run(store, study_id, 3)
    record, trial = store.studies.of_run(run_id)
    assert (record.id, trial.number) == (study_id, 3)
    alone = store.new_runs.create(RunConfig(), "alone", owner="ada")
    store.trials.begin(study_id, 4, {}, alone, cached=True)  # it only answers
    assert store.studies.of_run(alone) is None
    assert store.runs.get(run_id).study == study_id
    assert store.runs.get(run_id).state is RunState.QUEUED


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_names_have_some_characters(store, study_id, name):
    with pytest.raises(ConfigError, match="A name has 1 to 200 characters"):
        store.studies.rename(study_id, name, ADA)


def test_what_a_newer_version_wrote_is_left_out_of_lists(store, study_id):
    with store.database.begin() as connection:
        connection.execute(update(studies).values(question='{"kind": "dream"}'))
    other = store.studies.create(QUESTION, "another", visitor=ADA)
    assert [record.id for record in store.studies.find()] == [other]


def test_the_highest_value_is_that_of_a_completed_trial(store, study_id):
    empty = store.studies.create(QUESTION, "Nothing yet", visitor=ADA)
    for number, (state, value) in enumerate(
        [(TrialState.COMPLETED, 0.7), (TrialState.COMPLETED, 0.9), (TrialState.PRUNED, 0.95), (TrialState.FAILED, None)]
    ):
        store.trials.begin(study_id, number, {"learning_rate": number}, f"run {number}", cached=False)
        store.trials.end(study_id, number, state, value)
    assert store.trials.highest([study_id, empty]) == {study_id: 0.9}


def test_repetitions_of_a_study_s_winner_are_found(store, study_id):
    repeated = store.studies.create(QUESTION, "Again", visitor=BOB, repeats=study_id, shared=False)
    assert [study.id for study in store.studies.find(repeats=study_id)] == [repeated]
    assert store.studies.find(repeats=study_id, visible_to=ADA) == []

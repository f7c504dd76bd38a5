"""Studies in the list of runs: one line for all runs of each."""

import pytest

from mnist_core.store import Visitor
from mnist_core.store.listing import RunFilter
from mnist_core.store.study_rows import StudyRow
from tests.made_studies import made_study
from tests.run_rows import write_columns

ADA, EVE = Visitor("ada"), Visitor("eve")


def test_a_study_is_one_line_where_its_newest_run_stood(store, finished_run):
    before = finished_run(name="before", owner="ada")
    how = {"kind": "try", "over": "batch_size", "values": (50, 100, 200)}
    study_id, members = made_study(store, finished_run, owner="ada", **how)
    after = finished_run(name="after", owner="ada")
    rows = store.listing.rows(ADA)
    newest, study, oldest = store.study_rows.folded(rows, ADA)
    assert (newest.id, oldest.id) == (after.id, before.id)
    assert isinstance(study, StudyRow)
    assert (study.id, study.name, study.kind, study.over) == (study_id, "A study", "try", ("batch_size",))
    assert {run.id for run in study.runs} == {run.id for run in members}
    assert study.best == members[1].id, "what was measured highest"
    assert study.test_accuracy == members[1].outcome.test_accuracy
    assert (study.of, study.trains) == (3, False)
    assert study.may_change(ADA)
    assert not study.may_change(EVE)


def test_a_study_counts_what_a_filter_leaves_out_but_nothing_that_is_hidden_or_deleted(store, finished_run):
    _, members = made_study(store, finished_run, owner="ada")
    write_columns(store, members[0].id, state="running")
    write_columns(store, members[1].id, name="Chosen")
    which = RunFilter(text="chosen")
    (study,) = store.study_rows.folded(store.listing.rows(ADA, which), ADA)
    assert (len(study.runs), study.of, study.trains) == (1, 3, True)
    store.runs.set_shared(members[0].id, False, ADA)
    (study,) = store.study_rows.folded(store.listing.rows(EVE, which), EVE)
    assert (study.of, study.trains) == (2, False)
    store.bin.delete(members[2].id, ADA)
    (study,) = store.study_rows.folded(store.listing.rows(ADA, which), ADA)
    assert study.of == 2


def test_repetitions_have_a_mean_and_no_winner(store, finished_run):
    _, members = made_study(store, finished_run, owner="ada")
    (study,) = store.study_rows.folded(store.listing.rows(ADA), ADA)
    known = [run.outcome.test_accuracy for run in members]
    assert study.test_accuracy == pytest.approx(sum(known) / len(known))


def test_a_run_that_is_asked_for_stands_beside_its_study(store, finished_run):
    _, members = made_study(store, finished_run, owner="ada")
    lines = store.study_rows.folded(store.listing.rows(ADA), ADA, alone={members[0].id})
    assert [isinstance(line, StudyRow) for line in lines] == [True, False]
    assert [run.id for run in lines[0].runs] == [run.id for run in reversed(members)], "the line is of all of them"
    assert (lines[0].of, lines[1].id) == (3, members[0].id)
    lines = store.study_rows.folded(store.listing.rows(ADA), ADA, alone={members[2].id})
    assert [(line.id, getattr(line, "of", 1)) for line in lines] == [(members[2].id, 1), (lines[1].id, 3)]
    (line,) = store.study_rows.folded(store.listing.rows(ADA)[-1:], ADA, alone={members[0].id})
    assert line.id == members[0].id, "and no line without another run"


@pytest.mark.parametrize("gone", ["private", "deleted"])
def test_runs_of_a_study_that_can_not_be_looked_at_stand_alone(store, finished_run, gone):
    study_id, members = made_study(store, finished_run, owner="ada")
    if gone == "private":
        store.studies.set_shared(study_id, False, ADA)
        for run in members:
            store.runs.set_shared(run.id, True, ADA)
    else:
        store.studies.delete(study_id, ADA)
        for run in members:
            store.bin.undelete(run.id, ADA)
    lines = store.study_rows.folded(store.listing.rows(EVE), EVE)
    assert sorted(line.id for line in lines) == sorted(run.id for run in members)


def test_the_runs_of_one_study_are_found(store, finished_run):
    study_id, members = made_study(store, finished_run)
    finished_run()
    found = store.listing.rows(ADA, RunFilter(study=study_id))
    assert {row.id for row in found} == {run.id for run in members}
    assert {row.study for row in found} == {study_id}

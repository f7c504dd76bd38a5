"""What a run's bundle and card tell of its study."""

from dataclasses import replace

import pytest

from mnist_core.evaluation.spread import spread
from mnist_core.sharing.bundle.evidence import gather
from mnist_core.sharing.bundle.readme import facts, readme
from mnist_core.sharing.bundle.report import report_html
from mnist_core.sharing.bundle.service import bundle_path
from mnist_core.sharing.hub.card import model_card
from mnist_core.sharing.hub.folder import card_facts
from mnist_core.sharing.of_study import study_told
from mnist_core.store import TrialState, Visitor
from mnist_core.text import english, translator
from tests.made_studies import BASE, made_study
from tests.run_rows import write_columns

EVE = Visitor("eve")


def test_the_report_says_study_trial_and_what_all_its_runs_reached(store, finished_run):
    _, members = made_study(store, finished_run, name="How much is luck <b>?", measured=(0.9, 0.95, 0.92))
    evidence = gather(members[1], store)
    told = dict(facts(evidence))
    assert told["study"] == "Part of the study “How much is luck <b>?”, trial 1"
    found = spread((0.9, 0.95, 0.92))
    assert told["test accuracy with other seeds"].startswith(f"92.33% ± {found.standard_deviation:.2%} (3 runs;")
    page = report_html(evidence, facts(evidence))
    assert "How much is luck &lt;b&gt;?" in page
    assert "trial 1" in page


def test_a_study_that_chooses_has_no_mean_and_other_runs_no_study(store, finished_run):
    _, members = made_study(store, finished_run, kind="try", over="batch_size", values=(50, 100, 200))
    told = study_told(members[0], store)
    assert told is not None
    assert (told.name, told.number, told.together) == ("A study", 0, None)
    assert study_told(finished_run(), store) is None


def test_bundle_and_card_say_how_a_run_was_chosen_and_that_this_flatters_it(store, finished_run):
    _, members = made_study(
        store, finished_run, kind="search", over="batch_size", values=(50, 100, 200), pruned=(2,), name="*Sizes*"
    )
    evidence = gather(members[1], store)
    told = dict(facts(evidence))
    assert told["question of the study"] == "Search: Batch size; 3 trials by TPE"
    place = told["place in the study"]
    assert place.startswith("It was chosen by validation accuracy, as the best of 2 completed trials.")
    assert "of so many the luckiest wins" in place
    assert place in readme(evidence, [], {}, 0.9)
    card = model_card(card_facts(store, members[1]))
    section = card.split("### The study\n")[1].split("\n## ")[0]
    assert "**Study:** Part of the study “\\*Sizes\\*”, trial 1" in section
    assert "as the best of 2 completed trials" in section
    others = [dict(facts(gather(run, store)))["place in the study"] for run in (members[0], members[2])]
    assert others[0] == "Of 2 completed trials, ranked by validation accuracy, it is not the best."
    assert others[1].startswith("The study ended it early")
    assert "### 이 훈련이 속한 실험\n" in model_card(card_facts(store, members[1]), translator("ko"))


def test_where_nothing_is_chosen_none_is_called_the_best(store, finished_run):
    _, members = made_study(store, finished_run)
    card = model_card(card_facts(store, members[1]))
    assert "The study has 3 completed trials. None was chosen." in card
    assert "Test accuracy with other seeds" in card
    assert "### The study" not in model_card(card_facts(store, finished_run()))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("stopped", "It was stopped, so it was not ranked."),
        ("completed", "It has no validation accuracy in the study, so it was not ranked."),
    ],
)
@pytest.mark.parametrize("others", [0, 2])
def test_a_trial_that_was_not_measured_was_not_ranked(store, finished_run, state, words, others):
    pruned = () if others else (0, 1)
    study_id, _ = made_study(
        store, finished_run, kind="search", over="batch_size", values=(50, 100), measured=(0.9, 0.95), pruned=pruned
    )
    run = finished_run(BASE)
    write_columns(store, run.id, study=study_id, state=state)
    store.trials.begin(study_id, 2, {"batch_size": 200}, run.id, cached=False)
    store.trials.end(study_id, 2, TrialState.FAILED, None)
    told = study_told(store.runs.get(run.id), store)
    assert told is not None
    assert told.facts(english)[2][1] == words


def test_an_only_trial_was_not_chosen_from_others(store, finished_run):
    _, members = made_study(store, finished_run, kind="search", over="batch_size", values=(50,), measured=(0.9,))
    assert "there was nothing to choose from" in model_card(card_facts(store, members[0]))


@pytest.mark.parametrize("shared", [True, False])
def test_a_shared_run_does_not_name_a_private_study(store, finished_run, shared):
    study_id, members = made_study(store, finished_run, owner="eve")
    store.studies.set_shared(study_id, False, EVE)
    store.runs.set_shared(members[0].id, shared, EVE)
    record = store.runs.get(members[0].id)
    assert (study_told(record, store) is None) is shared
    assert ("A study" in model_card(card_facts(store, replace(record, name="Mine")))) is not shared


def test_a_bundle_is_made_anew_when_the_study_has_another_name(store, finished_run):
    study_id, members = made_study(store, finished_run, owner="eve")
    before = bundle_path(members[0], store)
    assert bundle_path(members[0], store) == before
    store.studies.rename(study_id, "Another", EVE)
    assert bundle_path(members[0], store) != before


@pytest.mark.parametrize("kind", ["repeat", "search"])
def test_a_bundle_is_not_made_anew_by_each_trial_while_the_study_is_under_way(store, finished_run, kind):
    study_id, members = made_study(store, finished_run, kind=kind, owner="eve")
    over = bundle_path(members[0], store)
    store.studies.add_trials(study_id, 2, EVE, 10)
    before = bundle_path(members[0], store)
    assert before != over
    store.trials.begin(study_id, 3, {"seed": 3}, members[1].id, cached=True)
    store.trials.end(study_id, 3, TrialState.COMPLETED, 0.97)
    assert bundle_path(members[0], store) == before
    told = study_told(members[0], store)
    assert told is not None
    assert told.facts(english)[2][1] == "The study is still under way: nothing is chosen yet."

"""What a run's bundle tells of its study."""

import pytest

from mnist_core.evaluation.spread import spread
from mnist_core.sharing.bundle.evidence import gather
from mnist_core.sharing.bundle.of_study import study_told
from mnist_core.sharing.bundle.readme import facts
from mnist_core.sharing.bundle.report import report_html
from mnist_core.sharing.bundle.service import bundle_path
from mnist_core.store import Visitor
from tests.made_studies import made_study

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


@pytest.mark.parametrize("shared", [True, False])
def test_a_shared_run_does_not_name_a_private_study(store, finished_run, shared):
    study_id, members = made_study(store, finished_run, owner="eve")
    store.studies.set_shared(study_id, False, EVE)
    store.runs.set_shared(members[0].id, shared, EVE)
    assert (study_told(store.runs.get(members[0].id), store) is None) is shared


def test_a_bundle_is_made_anew_when_the_study_has_another_name(store, finished_run):
    study_id, members = made_study(store, finished_run, owner="eve")
    before = bundle_path(members[0], store)
    assert bundle_path(members[0], store) == before
    store.studies.rename(study_id, "Another", EVE)
    assert bundle_path(members[0], store) != before

"""One run that a study asked for: it says so, leads there, and says who ended it."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.store import RunRecord, Store, Visitor
from tests.made_studies import made_study
from tests.pages.test_run_control import bar
from tests.run_rows import write_columns

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]
NOTE = "Part of the study “\\*Rates\\*”, trial 1"


def links(app: AppTest) -> list[str]:
    return [link.proto.label for link in app.get("page_link")]


@pytest.mark.parametrize("page", ["train.py", "runs.py"])
def test_a_run_names_its_study_and_trial(
    open_page: OpenPage, store: Store, finished_run: FinishedRun, page: str
) -> None:
    _, members = made_study(store, finished_run, name="*Rates*")
    assert NOTE in links(open_page(page, run=members[1].id))
    alone = finished_run()
    assert not [label for label in links(open_page(page, run=alone.id)) if "Part of" in label]


def test_a_private_study_is_not_named_to_others(open_page: OpenPage, store: Store, finished_run: FinishedRun) -> None:
    study_id, members = made_study(store, finished_run, name="*Rates*", owner="eve")
    store.studies.set_shared(study_id, False, Visitor("eve"))
    store.runs.set_shared(members[1].id, True, Visitor("eve"))
    assert NOTE not in links(open_page("train.py", run=members[1].id))


def test_a_pruned_run_was_stopped_by_the_study_and_another_one_by_a_person(
    open_page: OpenPage, store: Store, finished_run: FinishedRun
) -> None:
    _, members = made_study(store, finished_run, kind="search", over="batch_size", values=(50, 100, 200), pruned=(1,))
    assert bar(open_page("train.py", run=members[1].id)) == "Stopped early by the study: it fell behind the others."
    write_columns(store, members[0].id, state="stopped")
    assert bar(open_page("train.py", run=members[0].id)) == "Stopped by you. The model as it was then is kept."

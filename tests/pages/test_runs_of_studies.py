"""The page of all runs where some belong to studies: one line for each study, named, starred, deleted, brought back."""

from collections.abc import Callable

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from mnist_core.gateway import VISITOR_COOKIE
from mnist_core.store import RunRecord, Store
from tests.made_studies import made_study
from tests.pages.test_runs import ADA, SECRET, OpenPage, buttons, named, shown, tick
from tests.run_rows import write_columns

FinishedRun = Callable[..., RunRecord]
LINE = "▸ A study"


@pytest.fixture(autouse=True)
def queue_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is trained: these tests are about what is shown."""
    monkeypatch.setattr("mnist_core.engine.supervisor.Supervisor.start", lambda self: None)
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {VISITOR_COOKIE: SECRET}))


@pytest.fixture
def study(store: Store, finished_run: FinishedRun) -> tuple[str, list[RunRecord]]:
    """Return a study of Ada's with three runs, beside another run of hers."""
    finished_run(name="Another", owner=ADA)
    return made_study(
        store, finished_run, kind="try", over="learning_rate", values=(0.1, 0.01, 0.001), owner=ADA, name="A study"
    )


def test_runs_of_a_study_are_one_line_until_they_are_wanted_one_by_one(
    open_page: OpenPage, study: tuple[str, list[RunRecord]]
) -> None:
    app = open_page("runs.py")
    assert named(app) == [LINE, "Another"]
    assert "4 runs" in shown(app)
    line = app.dataframe[0].value.set_index("name").loc[LINE]
    best = study[1][1].outcome.test_accuracy or 0.0
    assert line["accuracy"] == pytest.approx(100 * best)
    assert line["settings"] == f"3 runs, best {best:.1%} · Learning rate"
    app.toggle(key="runs_one_by_one").set_value(True).run()
    assert sorted(named(app)) == ["A study · 1", "A study · 2", "A study · 3", "Another"]


def test_without_studies_nothing_is_said_of_them(open_page: OpenPage, finished_run: FinishedRun) -> None:
    finished_run(name="Another", owner=ADA)
    app = open_page("runs.py")
    assert "runs_one_by_one" not in {toggle.key for toggle in app.toggle}


def test_a_study_is_named_starred_deleted_and_brought_back(
    open_page: OpenPage, study: tuple[str, list[RunRecord]], store: Store
) -> None:
    study_id, members = study
    app = open_page("runs.py")
    tick(app, LINE)
    app.text_input(key=f"runs_study_name_{study_id}").set_value("*Mine*").run()
    app.button(key="runs_star_study").click().run()
    assert named(app) == ["▸ *Mine*", "Another"]
    assert store.studies.get(study_id).pinned
    assert all(store.runs.get(run.id).pinned for run in members)
    app.button(key="runs_delete_study").click().run()
    assert named(app) == ["Another"]
    assert "\\*Mine\\*” is deleted with its 3 runs. You can bring it back" in shown(app)
    assert "undo_delete" not in buttons(app), "its runs come back with it"
    app.button(key="undo_study").click().run()
    assert named(app) == ["▸ *Mine*", "Another"]


def test_somebody_elses_study_is_looked_at_only(open_page: OpenPage, store: Store, finished_run: FinishedRun) -> None:
    made_study(store, finished_run, owner="eve")
    app = open_page("runs.py")
    tick(app, LINE)
    assert "by another visitor" in shown(app)
    assert not {"runs_star_study", "runs_delete_study"} & buttons(app)
    assert not app.exception


def test_studies_and_runs_are_changed_together(
    open_page: OpenPage, study: tuple[str, list[RunRecord]], store: Store
) -> None:
    app = open_page("runs.py")
    tick(app, LINE, "Another")
    assert "**4 runs chosen**" in shown(app)
    app.button(key="runs_star").click().run()
    assert store.studies.get(study[0]).pinned
    app.button(key="runs_delete").click().run()
    assert named(app) == []
    assert {"undo_study", "undo_delete"} <= buttons(app)


def test_with_a_filter_line_and_delete_say_how_many_runs_go(
    open_page: OpenPage, study: tuple[str, list[RunRecord]], store: Store
) -> None:
    write_columns(store, study[1][2].id, name="The third")
    app = open_page("runs.py")
    app.text_input(key="runs_search").set_value("third").run()
    line = app.dataframe[0].value.set_index("name").loc[LINE]
    assert line["settings"] == "1 of its 3 runs · Learning rate"
    tick(app, LINE)
    assert "Starring or deleting a study takes all its runs: 2 more than are shown here." in shown(app)
    assert app.button(key="runs_delete_study").help == "With all its 3 runs. You can undo this."
    app.button(key="runs_delete_study").click().run()
    assert "“A study” is deleted with its 3 runs." in shown(app)
    app.button(key="undo_study").click().run()
    assert {store.runs.get(run.id).study for run in study[1]} == {study[0]}


def test_of_several_lines_all_runs_are_counted_that_are_deleted(
    open_page: OpenPage, study: tuple[str, list[RunRecord]], store: Store
) -> None:
    app = open_page("runs.py")
    tick(app, LINE, "Another")
    assert app.button(key="runs_delete").label == "Delete 4"
    assert "more than are shown here" not in shown(app)
    write_columns(store, study[1][2].id, name="Another one")
    app.text_input(key="runs_search").set_value("another").run()
    tick(app, LINE, "Another")
    assert "**2 runs chosen**" in shown(app)
    assert app.button(key="runs_delete").label == "Delete 4"
    assert "2 more than are shown here" in shown(app)


def test_a_run_beside_the_line_of_its_study_is_deleted_once(
    open_page: OpenPage, study: tuple[str, list[RunRecord]]
) -> None:
    app = open_page("runs.py", run=study[1][2].id)
    tick(app, LINE, "A study · 3")
    assert app.button(key="runs_delete").label == "Delete 3"
    assert "**3 runs chosen**" in shown(app)
    assert "more than are shown here" not in shown(app)
    line = app.dataframe[0].value.set_index("name").loc[LINE]
    assert line["settings"].startswith("3 runs, best ")


def test_a_study_of_which_a_run_trains_that_the_filter_hides_can_not_be_deleted(
    open_page: OpenPage, study: tuple[str, list[RunRecord]], store: Store
) -> None:
    write_columns(store, study[1][0].id, state="running")
    write_columns(store, study[1][2].id, name="The third")
    app = open_page("runs.py")
    app.text_input(key="runs_search").set_value("third").run()
    tick(app, LINE)
    assert app.button(key="runs_delete_study").disabled


def test_an_address_shows_the_runs_of_one_study(open_page: OpenPage, study: tuple[str, list[RunRecord]]) -> None:
    app: AppTest = open_page("runs.py", study=study[0])
    assert sorted(named(app)) == ["A study · 1", "A study · 2", "A study · 3"]
    assert "Of the study “A study”" in shown(app)
    app.button(key="runs_show_all").click().run()
    assert named(app) == [LINE, "Another"]


def test_the_panel_of_a_study_leads_to_its_runs(open_page: OpenPage, study: tuple[str, list[RunRecord]]) -> None:
    app = open_page("runs.py")
    tick(app, LINE)
    app.button(key="runs_of_study").click().run()
    assert sorted(named(app)) == ["A study · 1", "A study · 2", "A study · 3"]


def test_an_address_of_a_study_that_is_gone_says_so(
    open_page: OpenPage, study: tuple[str, list[RunRecord]], store: Store
) -> None:
    app = open_page("runs.py", study="20260101-000000-00000000")
    assert "There is no study with this id." in shown(app)
    assert not app.exception


def test_a_link_to_a_run_of_a_study_shows_that_run(open_page: OpenPage, study: tuple[str, list[RunRecord]]) -> None:
    app = open_page("runs.py", run=study[1][2].id)
    assert sorted(named(app)) == ["A study · 3", "Another", LINE]
    assert "A study · 3" in [header.value for header in app.header]

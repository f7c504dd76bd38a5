"""The page of all runs: the table, one run, several at once, and the way back after deleting."""

import json
from collections.abc import Callable, Sequence

import pytest
import streamlit as st
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest
from streamlit.typing import DataframeState

from mnist_core.config import DataConfig, Dense, LogisticConfig, NetworkConfig, RunConfig, TrainConfig
from mnist_core.errors import ArtifactMissingError
from mnist_core.gateway import VISITOR_COOKIE
from mnist_core.sharing.shipped import DEFAULT, install_shipped
from mnist_core.store import RunRecord, RunState, Store, Visitor
from mnist_core.system.processes import own_process
from mnist_core.text import Translator
from pages._ui.one_run import runs
from pages._ui.runs import take_away
from pages._ui.shell import i18n

OpenPage = Callable[..., AppTest]
Runs = list[RunRecord]
CONFIG = RunConfig(
    data=DataConfig(dataset="digits"),
    model=NetworkConfig(layers=(Dense(units=16),)),
    train=TrainConfig(epochs=3, batch_size=100),
)
SECRET = "a cookie"
ADA = "acd33f2619a89184005437a47415ec20"  # who has that cookie


@pytest.fixture(autouse=True)
def queue_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in the queue stay there: these tests are about what is shown."""
    monkeypatch.setattr("mnist_core.engine.supervisor.Supervisor.start", lambda self: None)


@pytest.fixture
def ada(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> OpenPage:
    """Return a function that opens a page as Ada."""
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {VISITOR_COOKIE: SECRET}))
    return open_page


@pytest.fixture
def three(finished_run: Callable[..., RunRecord]) -> Runs:
    """Return two runs of Ada's and one of somebody else's, newest first as the table shows them."""
    made = [
        finished_run(CONFIG, name="First", owner=ADA, recipe="first-network"),
        finished_run(CONFIG.with_settings({"layers": []}), name="*Second* [x](y)", owner=ADA),
        finished_run(CONFIG, name="Theirs", owner="eve"),
    ]
    return sorted(made, key=lambda record: (record.created, record.id), reverse=True)


def named(app: AppTest) -> list[str]:
    """Return the names in the table."""
    return list(app.dataframe[0].value["name"]) if app.dataframe else []


def tick(app: AppTest, *names: str) -> None:
    """Tick runs by their names, and no other."""
    key = app.dataframe[0].proto.id.rpartition("-")[2]
    rows = [named(app).index(name) for name in names]
    app.session_state[key] = DataframeState({"selection": {"rows": rows, "columns": [], "cells": []}})
    app.run()
    assert not app.exception


def shown(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.error, app.info, app.header, app.text)
    return " ".join(str(element.value) for kind in kinds for element in kind)


def buttons(app: AppTest) -> set[str]:
    return {button.key for button in app.button if button.key}


# the table


def test_each_run_is_a_line_with_its_figures_and_nobodys_id(ada: OpenPage, three: Runs) -> None:
    table = ada("runs.py").dataframe[0].value
    assert list(table["name"]) == [record.name for record in three]
    by_name = table.set_index("name")
    first = next(record for record in three if record.name == "First")
    assert by_name.loc["First", "accuracy"] == pytest.approx(100 * (first.outcome.test_accuracy or 0))
    assert list(by_name.loc["First", "curve"]) == pytest.approx([0.75, 0.875, 0.9167])
    assert by_name.loc["First", "model"] == "Dense 16"
    assert by_name.loc["*Second* [x](y)", "model"] == "No hidden layer"
    assert by_name.loc["First", "settings"] == "Adam · 3 epochs · batches of 100"
    assert dict(by_name["owner"]) == {"First": "you", "*Second* [x](y)": "you", "Theirs": "another visitor"}
    assert ADA not in table.to_string()


def test_numbers_of_the_table_have_the_browsers_signs_but_on_english_pages(
    open_page: OpenPage, finished_run: Callable[..., RunRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    accuracy = finished_run().outcome.test_accuracy
    forms = []
    for language, per in (("en", 100), ("de", 1)):
        monkeypatch.setattr(i18n, "translator", lambda _, language=language: Translator(language))
        table = open_page("runs.py").dataframe[0]
        columns = json.loads(table.proto.columns)
        forms.append([columns[name]["type_config"]["format"] for name in ("accuracy", "loss", "date")])
        assert list(table.value["accuracy"]) == [pytest.approx(per * accuracy)]
    assert forms == [["%.2f%%", "%.4f", "D MMM YYYY, HH:mm"], ["percent", "localized", "localized"]]


def test_without_any_run_the_page_says_where_to_begin(ada: OpenPage) -> None:
    app = ada("runs.py")
    assert not app.dataframe
    assert "No network has been trained yet" in shown(app)


def test_runs_are_searched_chosen_and_all_shown_again(ada: OpenPage, three: Runs) -> None:
    app = ada("runs.py")
    app.text_input(key="runs_search").set_value("first").run()
    assert named(app) == ["First"]
    assert "1 run" in shown(app)
    app.text_input(key="runs_search").set_value("nothing like it").run()
    assert named(app) == []
    assert "No run fits" in shown(app)
    app.button(key="runs_show_all").click().run()
    assert len(named(app)) == 3
    app.multiselect(key="runs_kinds").set_value(["softmax"]).run()
    assert named(app) == ["*Second* [x](y)"]
    app.switch_page("glossary.py").run()
    app.switch_page("runs.py").run()
    assert named(app) == ["*Second* [x](y)"], "a filter outlives a switch of pages"


@pytest.mark.parametrize(
    ("whose", "words"), [("mine", "You have trained no network yet"), ("starred", "No run is starred")]
)
def test_a_choice_without_a_run_says_what_to_do(
    ada: OpenPage, finished_run: Callable[..., RunRecord], whose: str, words: str
) -> None:
    finished_run(CONFIG, owner="eve")
    app = ada("runs.py")
    app.button_group(key="runs_whose").set_value(whose).run()
    assert named(app) == []
    assert words in shown(app)


def test_ticks_stay_with_their_runs_when_others_come_and_go(
    ada: OpenPage, three: Runs, finished_run: Callable[..., RunRecord]
) -> None:
    app = ada("runs.py")
    tick(app, "First")
    finished_run(CONFIG, name="Newest", owner="eve")
    app.run()
    assert named(app)[0] == "Newest"
    assert app.text_input(key=f"runs_name_{_id(three, 'First')}").value == "First"
    app.text_input(key="runs_search").set_value("first").run()
    assert app.text_input(key=f"runs_name_{_id(three, 'First')}").value == "First"


def _id(records: Sequence[RunRecord], name: str) -> str:
    return next(record.id for record in records if record.name == name)


# one run


def test_a_link_to_a_run_shows_it(ada: OpenPage, three: Runs) -> None:
    app = ada("runs.py", run=_id(three, "*Second* [x](y)"))
    assert app.header[0].value == r"\*Second\* \[x\](y)", "what was typed is no Markdown"
    assert "Trained on: CPU: test" in shown(app)
    assert "90" in next(metric.value for metric in app.metric if metric.label == "Test accuracy")


def test_a_link_to_a_run_that_is_gone_or_private_says_so(
    ada: OpenPage, finished_run: Callable[..., RunRecord], store: Store
) -> None:
    gone, private = (finished_run(CONFIG, owner="eve").id for _ in range(2))
    store.bin.delete(gone, Visitor("eve"))
    store.runs.set_shared(private, False, Visitor("eve"))
    for run_id, words in ((gone, "was deleted"), (private, "This run is private"), ("../x", "There is no run")):
        assert words in ada("runs.py", run=run_id).error[0].value


def test_ones_own_run_is_renamed_noted_starred_and_deleted_with_a_way_back(
    ada: OpenPage, three: Runs, store: Store
) -> None:
    app, run_id = ada("runs.py"), _id(three, "First")
    tick(app, "First")
    app.text_input(key=f"runs_name_{run_id}").set_value("Better").run()
    app.text_area(key=f"runs_notes_{run_id}").set_value("Try dropout").run()
    app.button(key="runs_star_one").click().run()
    record = store.runs.get(run_id)
    assert (record.name, record.notes, record.pinned) == ("Better", "Try dropout", True)
    assert "★" in set(app.dataframe[0].value["star"])
    app.text_input(key=f"runs_name_{run_id}").set_value("   ").run()
    assert "1 to 200 characters" in app.error[0].value
    app.button(key="runs_delete_one").click().run()
    assert "Better" not in named(app)
    assert "“Better” is deleted. You can bring it back for 10 more minutes." in shown(app)
    app.button(key="undo_delete").click().run()
    assert "Better" in named(app)
    assert store.runs.get(run_id) == record
    assert "undo_delete" not in buttons(app)


def test_of_others_runs_only_what_is_for_everyone_is_shown(ada: OpenPage, three: Runs) -> None:
    app = ada("runs.py")
    tick(app, "Theirs")
    assert not {"runs_star_one", "runs_delete_one"} & buttons(app)
    assert not app.text_area
    assert "runs_variant" in buttons(app)


def test_a_shipped_run_says_what_it_is_and_can_not_be_changed(ada: OpenPage, store: Store) -> None:
    install_shipped(store)
    app = ada("runs.py", run=DEFAULT.run_id)
    assert set(app.dataframe[0].value["owner"]) == {"MNIST Lab"}
    assert "It learned from" in shown(app)
    assert not {"runs_star_one", "runs_delete_one"} & buttons(app)


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING, RunState.FAILED])
def test_a_run_without_a_result_is_shown_too(ada: OpenPage, store: Store, state: RunState) -> None:
    run_id = store.new_runs.create(CONFIG, "Under way", owner=ADA)
    if state is not RunState.QUEUED:
        assert store.queue.claim(run_id, own_process())
    if state is RunState.FAILED:
        store.queue.finish(run_id, state)
    app = ada("runs.py", run=run_id)
    assert not app.exception
    footer = ["Classroom: join a class, or open one", "Your data: what is kept, and for how long"]
    assert [link.proto.label for link in app.get("page_link")] == ["Its training", *footer]
    assert app.button(key="runs_delete_one").disabled is (state is RunState.RUNNING)


def test_a_variant_begins_with_the_settings_of_the_run_and_carries_its_name(
    ada: OpenPage, finished_run: Callable[..., RunRecord], store: Store
) -> None:
    run = finished_run(CONFIG, name="Mine", owner=ADA, recipe="first-network")
    app = ada("runs.py", run=run.id)
    app.button(key="runs_variant").click().run()
    assert app.title[0].value == "Train"
    assert RunConfig.parse(app.session_state["draft"]) == run.config
    app.switch_page("train.py").run()  # AppTest forgets where a page sent it
    assert "A variant of “Mine”" in shown(app)
    assert app.button(key="recipe_reset").label == "Back to the recipe"
    next(field for field in app.number_input if field.label == "Epochs").set_value(7).run()
    app.button(key="train_start").click().run()
    variant = store.runs.find()[0]
    assert (variant.name, variant.config.train.epochs) == ("Mine, variant", 7)
    assert variant.config.with_settings({"epochs": 3}) == run.config


def test_what_one_part_of_taking_away_misses_hides_no_other(
    ada: OpenPage, three: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(record: RunRecord) -> None:
        raise ArtifactMissingError("It is not there.")

    def works(record: RunRecord) -> None:
        st.text(record.name)

    monkeypatch.setattr(take_away, "PARTS", {"one": ("One", broken), "two": ("Two", works)})
    app = ada("runs.py", run=_id(three, "First"))
    assert app.error[0].value == "It is not there."
    app.segmented_control(key="take_away").set_value("two").run()
    assert not app.error
    assert app.text[0].value == "First"


def test_each_way_of_taking_a_run_away_is_there(ada: OpenPage, three: Runs) -> None:
    app = ada("runs.py", run=_id(three, "First"))
    for key, words in {
        "bundle": "Everything in one zip",
        "link": "Link to its settings",
        "card": "Model card",
        "tensorboard": "TensorBoard",
    }.items():
        app.segmented_control(key="take_away").set_value(key).run()
        assert not app.exception
        assert words in shown(app)
    app.segmented_control(key="take_away").set_value("code").run()
    assert "import keras" in app.code[0].value


@pytest.mark.parametrize("page", ["evaluate.py", "explain.py", "draw.py"])
def test_a_run_that_is_too_old_for_the_boxes_can_be_looked_at_all_the_same(
    ada: OpenPage, three: Runs, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "OFFERED", 1)
    app = ada(page, run=three[-1].id)
    assert "has no model yet" not in shown(app)
    assert next(box for box in app.selectbox if box.label == "Run").value == three[-1].id


# several


def test_several_runs_are_deleted_and_brought_back_together(ada: OpenPage, three: Runs, store: Store) -> None:
    app = ada("runs.py")
    tick(app, *(record.name for record in three))
    assert app.button(key="runs_delete").label == "Delete 2"
    assert "Runs of others" in shown(app)
    app.button(key="runs_delete").click().run()
    assert named(app) == ["Theirs"]
    assert "2 runs are deleted" in shown(app)
    app.button(key="undo_delete").click().run()
    assert len(named(app)) == 3
    assert store.bin.runs(Visitor(ADA)) == []


def test_an_undo_that_comes_too_late_is_told_in_words(ada: OpenPage, three: Runs, store: Store) -> None:
    app = ada("runs.py", run=_id(three, "First"))
    app.button(key="runs_delete_one").click().run()
    store.bin.remove(_id(three, "First"))
    app.button(key="undo_delete").click().run()
    assert "There is no deleted run" in app.error[0].value


def test_several_runs_are_starred_at_once(ada: OpenPage, three: Runs, store: Store) -> None:
    app = ada("runs.py")
    tick(app, *(record.name for record in three))
    app.button(key="runs_star").click().run()
    assert {record.name for record in store.runs.find() if record.pinned} == {"First", "*Second* [x](y)"}
    assert app.button(key="runs_star").label == "Unstar"


def test_chosen_runs_are_compared_under_an_address_of_their_own(
    ada: OpenPage, three: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    went = []
    monkeypatch.setattr(st, "switch_page", lambda page, query_params: went.append((page, query_params["runs"])))
    app = ada("runs.py")
    tick(app, "First", "Theirs")
    app.button(key="runs_compare").click().run()
    (page, chosen), *_ = went
    assert page == "compare.py"
    assert set(chosen.split(",")) == {_id(three, "First"), _id(three, "Theirs")}


def test_the_baseline_can_be_chosen_too(ada: OpenPage, finished_run: Callable[..., RunRecord]) -> None:
    run = finished_run(RunConfig(data=DataConfig(dataset="digits"), model=LogisticConfig()), owner=ADA)
    app = ada("runs.py", run=run.id)
    assert "Logistic regression" in shown(app)

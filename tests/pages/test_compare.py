"""What a visitor sees of several runs side by side."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.config import DataConfig, Dense, LogisticConfig, NetworkConfig, RunConfig, TrainConfig
from mnist_core.datasets import Dataset
from mnist_core.evaluation import compare
from mnist_core.store import RunRecord, RunState, Store, Visitor
from mnist_core.system.processes import own_process
from pages._ui.compare.choice import MOST_COMPARED
from pages._ui.one_run.titles import short_names
from tests.pages.test_pages import words

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]
VIEWS = ("overview", "curves", "classes", "images", "many")


@pytest.fixture
def some(finished_run: FinishedRun, store: Store) -> list[RunRecord]:
    """Return three runs that differ in one setting; the second says each time the next class."""
    first = finished_run(name="Plain")
    others = [finished_run(first.config.with_settings({"batch_size": n}), name=f"Batches of {n}") for n in (32, 64)]
    table = store.files(first.id).read_probabilities()["test"]
    store.files(others[0].id).write_probabilities({"test": np.roll(table, 1, axis=1)})
    return [first, *others]


def ids(records: list[RunRecord]) -> str:
    return ",".join(record.id for record in records)


def look(app: AppTest, view: str) -> AppTest:
    app.session_state["compare_view"] = view
    app.run()
    assert not app.exception
    return app


def choose(app: AppTest, *names: str) -> AppTest:
    """Choose runs in the box by their names, which its words begin with."""
    box = app.multiselect(key="compare_runs")
    return box.set_value([next(words for words in box.options if words.startswith(f"{n} ·")) for n in names]).run()


def colors(app: AppTest) -> dict[str, str]:
    """Return the colour of each run in the legend."""
    (legend,) = [e.proto.body for e in app.get("html") if 'class="lab-legend"' in e.proto.body]
    return {name: color for color, name in re.findall(r'<b style="--mark:(#\w+)"[^>]*>.</b>([^<]*)', legend)}


def tables(app: AppTest) -> dict[str, list[list[str]]]:
    """Return the tables of runs by their names, rows of texts, heads first."""
    found = {}
    for element in app.get("html"):
        if label := re.search(r'class="lab-table".*?aria-label="([^"]*)"', element.proto.body):
            rows = re.findall(r"<tr>(.*?)</tr>", element.proto.body)
            cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]
            found[label[1]] = [[re.sub(r"<b .*?</b>|<[^>]*>", "", cell) for cell in row] for row in cells]
    return found


def test_the_address_names_the_runs_and_only_what_differs_is_shown(open_page: OpenPage, some: list[RunRecord]) -> None:
    app = open_page("compare.py", runs=ids(some[:2]))
    assert app.multiselect(key="compare_runs").value == [some[0].id, some[1].id]
    assert tables(app)["Settings that differ"] == [
        ["Run", "Batch size"],
        ["Plain", "100"],
        ["Batches of 32", "32"],
    ]
    assert "Only one setting differs" in words(app)
    plain = tables(app)["Results"][1]
    assert plain[:2] == ["Plain", f"{some[0].outcome.test_accuracy:.2%}"]
    assert re.fullmatch(r"\d\d\.\d\d% – \d\d\.\d\d%", plain[2])


def test_luck_is_asked_for_every_run_against_the_best(
    open_page: OpenPage, some: list[RunRecord], store: Store, digits: Dataset
) -> None:
    app = open_page("compare.py", runs=ids(some))
    best, guesses = (store.files(run.id).read_probabilities()["test"] for run in some[:2])
    result = compare(guesses, best, digits.y_test)
    rows = {row[0]: row[1:] for row in tables(app)["Better by luck?"]}
    assert rows["Batches of 32"][0] == "this is hardly luck"
    assert rows["Batches of 32"][-2:] == [str(len(result.only_first)), str(len(result.only_second))]
    assert rows["Batches of 64"][0] == "equally good"
    assert "Holm" in words(app)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_with_two_runs_with_thirty_and_with_one(
    view: str, open_page: OpenPage, finished_run: FinishedRun
) -> None:
    runs = [finished_run(name=f"Number {n}") for n in range(30)]
    app = look(open_page("compare.py", runs=ids(runs)), view)
    assert not app.error
    assert len(set(colors(app))) == 30
    for names in (("Number 3", "Number 17"), ("Number 17",)):
        choose(app, *names)
        assert list(colors(app)) == list(names)
        assert not app.exception
        assert not app.error
    assert "Choose a second run" in app.info[0].value


def test_what_a_link_names_in_vain_is_counted_and_the_rest_is_shown(
    open_page: OpenPage, some: list[RunRecord], finished_run: FinishedRun, store: Store
) -> None:
    private = finished_run(name="Secret", owner="bob")
    store.runs.set_shared(private.id, False, Visitor("bob"))
    bad = f"../../etc/passwd,<script>,20200101-000000-00000000,{private.id},{some[0].id},,"
    app = open_page("compare.py", runs=f"{bad},{ids(some[:2])}")
    assert app.multiselect(key="compare_runs").value == [some[0].id, some[1].id]
    assert app.warning[0].value == (
        "Left out of the runs asked for: 3 that can't be found (deleted, or the link was changed); 1 that only their "
        "owner may see; 1 named more than once."
    )
    assert "Secret" not in words(app)
    assert app.query_params["runs"] == ids(some[:2])  # the address says what is shown
    assert not choose(app, "Batches of 64").warning


def test_another_link_is_not_blamed_for_the_one_before(open_page: OpenPage, some: list[RunRecord]) -> None:
    app = open_page("compare.py", runs=f"20200101-000000-00000000,{ids(some[:2])}")
    assert app.warning
    app.query_params["runs"] = ids(some[1:])
    app.run()
    assert app.multiselect(key="compare_runs").value == [some[1].id, some[2].id]
    assert not app.warning


def test_a_run_keeps_its_colour_and_the_choice_is_remembered(open_page: OpenPage, some: list[RunRecord]) -> None:
    app = open_page("compare.py", runs=ids(some))
    before = colors(app)
    assert len(set(before.values())) == 3
    choose(app, "Plain", "Batches of 64")
    assert colors(app) == {name: before[name] for name in ("Plain", "Batches of 64")}
    app.switch_page("home.py").run()
    app.switch_page("compare.py").run()
    assert app.multiselect(key="compare_runs").value == [some[0].id, some[2].id]
    assert colors(app) == {name: before[name] for name in ("Plain", "Batches of 64")}


def test_a_run_that_is_deleted_meanwhile_is_named_as_gone(
    open_page: OpenPage, some: list[RunRecord], store: Store
) -> None:
    app = open_page("compare.py", runs=ids(some))
    store.bin.delete(some[1].id, Visitor(None, is_admin=True))
    app.run()
    assert app.multiselect(key="compare_runs").value == [some[0].id, some[2].id]
    assert "1 that can't be found" in app.warning[0].value


def test_it_begins_with_two_runs_of_one_dataset(open_page: OpenPage, some: list[RunRecord]) -> None:
    assert len(open_page("compare.py").multiselect(key="compare_runs").value) == 2


def test_without_any_run_it_says_what_to_do(open_page: OpenPage) -> None:
    assert "Nothing to compare yet" in words(open_page("compare.py"))


def test_runs_of_different_data_are_not_compared_image_by_image(
    open_page: OpenPage, some: list[RunRecord], store: Store
) -> None:
    other = store.new_runs.create(RunConfig(data=DataConfig(dataset="mnist")), "Other data")
    app = open_page("compare.py", runs=f"{some[0].id},{other}")
    assert "They learned from different data (Small digits, MNIST)" in app.info[0].value
    assert "two finished runs of the same dataset" in look(app, "images").info[0].value


@pytest.mark.parametrize("axis", ["epoch", "step", "seconds"])
def test_curves_say_whose_curve_is_missing_and_why(
    axis: str, open_page: OpenPage, finished_run: FinishedRun, some: list[RunRecord]
) -> None:
    digits = DataConfig(dataset="digits")
    layers = NetworkConfig(layers=(Dense(units=16),))
    train = TrainConfig(epochs=3, batch_size=100)
    unwatched = finished_run(
        RunConfig(data=DataConfig(dataset="digits", validation_split=0.0), model=layers, train=train)
    )
    baseline = finished_run(RunConfig(data=digits, model=LogisticConfig(), train=train), name="Baseline")
    app = open_page("compare.py", runs=ids([*some, unwatched, baseline]))
    app.session_state["compare_axis"] = axis
    app.session_state["compare_smoothing"] = 0.9
    look(app, "curves")
    assert "Without a curve here: A finished run." in words(app)
    assert "so it has no curve: Baseline." in words(app)
    app.session_state["compare_set"] = ""
    assert "Without a curve" not in words(app.run())


def test_a_run_under_way_is_compared_as_far_as_it_is(open_page: OpenPage, some: list[RunRecord], store: Store) -> None:
    run_id = store.new_runs.create(some[0].config, "Under way")
    assert store.queue.claim(run_id, own_process())
    app = open_page("compare.py", runs=f"{some[0].id},{run_id}")
    assert tables(app)["Results"][2][1:4] == ["–", "–", "–"]
    assert "Without a curve here: Under way." in words(look(app, "curves"))
    assert store.queue.finish(run_id, RunState.STOPPED)


def test_images_that_only_one_gets_right_come_with_both_answers_page_by_page(
    open_page: OpenPage, some: list[RunRecord], store: Store, digits: Dataset
) -> None:
    app = look(open_page("compare.py", runs=ids(some[:2])), "images")
    tables_ = [store.files(run.id).read_probabilities()["test"] for run in some[:2]]
    result = compare(*tables_, digits.y_test)
    first = int(result.only_first[0])
    true, said = int(digits.y_test[first]), int(tables_[1][first].argmax())
    assert "The first 24 of them:" in words(app)
    assert f"the other: {said} · " in words(app)
    assert f"Test image {first}: {true}. Plain says {true}," in words(app)
    side = app.radio(key=f"{some[0].id}_{some[1].id}_side")
    assert f"Only “Plain” is right: {len(result.only_first)} images" in side.options[0]
    side.set_value(side.options[1]).run()
    right = int(result.only_second[0])
    assert f"Test image {right}: {digits.y_test[right]}. Plain says" in words(app)
    app.selectbox(key="compare_first").set_value("Batches of 32").run()
    assert app.selectbox(key="compare_second").value != some[1].id
    assert not app.exception


def test_classes_have_a_table_with_each_recall(open_page: OpenPage, some: list[RunRecord], store: Store) -> None:
    app = look(open_page("compare.py", runs=ids(some)), "classes")
    heads, *rows = tables(app)["Recall of each class"]
    assert heads == ["Run", *"0123456789"]
    assert [row[0] for row in rows] == ["Plain", "Batches of 32", "Batches of 64"]
    assert rows[0][1:] == rows[2][1:] != rows[1][1:]


def test_all_runs_are_in_the_table_beside_their_lines(open_page: OpenPage, some: list[RunRecord]) -> None:
    app = look(open_page("compare.py", runs=ids(some[:1])), "many")
    heads, *rows = tables(app)["All runs"]
    assert heads == ["Run", "Batch size", "Test loss", "Test accuracy"]
    assert {row[0]: row[1] for row in rows} == {"Plain": "100", "Batches of 32": "32", "Batches of 64": "64"}


def test_a_name_is_shown_as_it_was_typed(open_page: OpenPage, finished_run: FinishedRun) -> None:
    name = "<img src=x onerror=alert(1)> [a](http://b) **c**"
    runs = [finished_run(name=name), finished_run(name="Other")]
    app = open_page("compare.py", runs=ids(runs))
    for view in VIEWS:
        shown = words(look(app, view))
        assert not re.search(r"(?<!\\)<img src=x", shown)  # in HTML it is escaped, in Markdown after a backslash
        assert "[a](http" not in "".join(str(element.value) for element in [*app.markdown, *app.caption])


def test_evaluate_leads_to_the_whole_comparison(open_page: OpenPage, some: list[RunRecord]) -> None:
    app = open_page("evaluate.py", run=some[0].id)
    app.session_state["evaluate_view"] = "compare"
    app.run()
    link = next(e.proto for e in app.get("page_link") if "more runs beside them" in e.proto.label)
    assert some[0].id in link.query_string


def test_runs_of_one_name_are_told_apart_by_what_they_tried(finished_run: FinishedRun) -> None:
    first = finished_run(name="Mine")
    slow, other = (first.config.with_settings(changes) for changes in ({"learning_rate": 0.0005}, {"seed": 7}))
    names = short_names([first, finished_run(slow, name="Mine"), finished_run(other, name="Another")])
    assert list(names.values()) == ["Mine · Learning rate 0.001 (default)", "Mine · Learning rate 0.0005", "Another"]
    many = [finished_run(first.config.with_settings({"seed": seed}), name="Mine") for seed in (1, 2, 2)]
    told = list(short_names(many).values())
    assert told[0] == "Mine · Seed 1"
    assert re.fullmatch(r"Mine · Seed 2 · \w+ \d+, \d\d:\d\d \(1\)", told[1])
    assert re.fullmatch(r"Mine · Seed 2 · \w+ \d+, \d\d:\d\d \(2\)", told[2])
    deeper = first.config.model_copy(update={"model": NetworkConfig(layers=(Dense(units=300),) * 5)})
    told = list(short_names([first, finished_run(deeper, name="Mine")]).values())
    assert all("Dense" not in name for name in told), "too long to be a name"
    assert len(set(told)) == 2


def test_runs_of_one_name_that_differ_in_many_settings_are_told_apart_by_the_telling_ones(
    finished_run: FinishedRun,
) -> None:
    first = finished_run(name="Mine").config
    wide = NetworkConfig(layers=(Dense(units=300),) * 5)
    variants = [
        first.with_settings({"learning_rate": rate, "batch_size": size, "optimizer": optimizer, "seed": seed})
        for rate, size, optimizer, seed in (
            (0.01, 32, "sgd", 1),
            (0.001, 64, "adam", 1),
            (0.0001, 32, "rmsprop", 2),
            (0.05, 64, "sgd", 2),
        )
    ]
    variants[3] = variants[3].model_copy(update={"model": wide})
    names = list(short_names([finished_run(config, name="Mine") for config in variants]).values())
    assert names == [f"Mine · Learning rate {rate}" for rate in ("0.01 (default)", "0.001 (default)", "0.0001", "0.05")]


def test_settings_that_tell_only_some_runs_apart_are_named_all_the_same(finished_run: FinishedRun) -> None:
    first = finished_run(name="Mine").config
    settings = [{"batch_size": 32, "seed": 1, "epochs": 3}, {"batch_size": 32, "seed": 1, "epochs": 3}]
    settings += [{"batch_size": 64, "seed": 2, "epochs": 4}, {"batch_size": 64, "seed": 2, "epochs": 4}]
    names = list(short_names([finished_run(first.with_settings(one), name="Mine") for one in settings]).values())
    assert len(set(names)) == 4
    assert len({name.split(" · ")[1] for name in names}) == 2


def test_the_box_takes_as_many_runs_as_are_compared(open_page: OpenPage, some: list[RunRecord]) -> None:
    app = open_page("compare.py", runs=ids(some))
    assert app.multiselect(key="compare_runs").proto.max_selections == MOST_COMPARED

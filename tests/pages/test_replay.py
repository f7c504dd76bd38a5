"""What was trained before is played back on the page Train: how it grows, ends, and is left."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from mnist_core.config import RunConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.datasets import Dataset
from mnist_core.errors import LimitError
from mnist_core.store import MetricPoint, RunRecord, RunState, Store, Visitor
from mnist_core.store.tables import runs as runs_table
from pages._ui.one_run import replays, runs
from pages._ui.shell import session
from pages._ui.train import replay as view
from tests.film_files import put_film
from tests.pages.charts import charts_of, components_of
from tests.pages.test_pages import words

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]
CONFIG = RECIPES["first-network"].config.with_settings({"dataset": "digits", "epochs": 3})
ADA, BOB = Visitor("ada"), Visitor("bob")


class Clock:
    """A clock that goes on when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Every session is Bob's, the queue stands still, and so does time."""
    clock = Clock()
    monkeypatch.setattr(replays, "clock", clock)
    monkeypatch.setattr(session, "owner", lambda: "bob")
    monkeypatch.setattr("mnist_core.engine.supervisor.Supervisor.start", lambda self: None)
    return clock


@pytest.fixture
def run(finished_run: FinishedRun) -> RunRecord:
    """Return Ada's run of the first recipe: points every 0.15 s up to 0.9 s, 36 steps in 3 epochs."""
    return finished_run(CONFIG, owner="ada", recipe="first-network", name="Ada's")


def start(open_page: OpenPage) -> AppTest:
    """Press "Start training" with the settings of the run."""
    app = open_page("train.py", run="new")
    next(field for field in app.number_input if field.label == "Epochs").set_value(3).run()
    app.button(key="train_start").click().run()
    assert not app.exception
    return app


def later(app: AppTest, clock: Clock, seconds: float) -> AppTest:
    clock.now += seconds
    app.run()
    assert not app.exception
    return app


def curve(app: AppTest) -> int:
    """Return how many points the charts hold."""
    traces = [trace for chart in charts_of(app) for trace in chart["figure"]["data"]]
    return sum(len(trace["x"]) for trace in traces)


def bar(app: AppTest) -> str:
    text: str = app.get("progress")[0].proto.text
    return text


def keys(app: AppTest) -> set[str | None]:
    return {button.key for button in app.button}


def test_the_second_visitor_sees_it_learn(open_page: OpenPage, run: RunRecord, store: Store, clock: Clock) -> None:
    app = start(open_page)
    assert run.id in app.query_params["run"]
    assert "Replay: these settings were trained before, by another visitor. It is shown at its real pace." in words(app)
    assert "ada" not in words(app).replace("Ada's", "")
    assert (bar(app), curve(app)) == ("Training now", 0)
    assert {metric.value for metric in app.metric} == {"–"}, "nothing of its end"
    assert "What next?" not in words(app)
    seen = 0
    for _ in range(2):
        later(app, clock, 0.301)
        assert curve(app) > seen
        seen = curve(app)
    assert bar(app) == "Epoch 2 of 3 · step 12 of 12 · 0 s left"
    assert {metric.label: metric.value for metric in app.metric}["Training accuracy"] == "90.00%"
    assert "run_stop" not in keys(app), "nothing trains that could be stopped"

    later(app, clock, 0.31)
    assert bar(app).startswith("Done in ")
    assert curve(app) > seen
    assert "You see a finished run: these very settings were trained before." in words(app)
    assert "What next?" in words(app)
    assert "replay_skip" not in keys(app)
    assert [record.id for record in store.runs.find()] == [run.id], "nothing is trained for it"
    assert store.runs.get(run.id) == run, "nothing is written for it"


def test_the_charts_stay_the_same_ones_so_a_zoom_is_kept(open_page: OpenPage, run: RunRecord, clock: Clock) -> None:
    app = start(open_page)
    revisions = [chart["revision"] for chart in charts_of(app)]
    later(app, clock, 0.5)
    assert [chart["revision"] for chart in charts_of(app)] == revisions
    app.button(key="replay_skip").click().run()
    assert [chart["revision"] for chart in charts_of(app)] == revisions


def test_skip_shows_the_end_at_once(open_page: OpenPage, run: RunRecord, clock: Clock) -> None:
    app = start(open_page)
    app.button(key="replay_skip").click().run()
    assert not app.exception
    assert bar(app).startswith("Done in ")
    assert "What next?" in words(app)
    later(app, clock, -0.5)
    assert "replay_skip" not in keys(app), "it does not begin anew"


def test_one_s_own_is_said_to_be_so(open_page: OpenPage, finished_run: FinishedRun) -> None:
    finished_run(CONFIG, owner="bob")
    assert "trained before, by you." in words(start(open_page))


def test_what_the_command_line_trained_is_no_visitor_s(open_page: OpenPage, finished_run: FinishedRun) -> None:
    finished_run(CONFIG)
    assert "Replay: these settings were trained before. It is shown" in words(start(open_page))


def test_a_long_one_is_sped_up_and_says_so(open_page: OpenPage, run: RunRecord, store: Store, clock: Clock) -> None:
    slow = [replace(point, seconds=800 * point.seconds) for point in store.metrics.points(run.id)]
    with store.database.begin() as connection:
        store.metrics.replace(connection, run.id, slow)
    app = start(open_page)
    assert "It is shown 12 × faster than it was." in words(app)
    later(app, clock, 45.1)
    assert bar(app) == "Epoch 3 of 3 · step 3 of 12 · 15 s left"
    later(app, clock, 15)
    assert bar(app).startswith("Done in ")


def test_anew_trains_the_same_settings_with_another_seed(open_page: OpenPage, run: RunRecord, store: Store) -> None:
    app = start(open_page)
    app.button(key="train_anew").click().run()
    assert not app.exception
    (new,) = [record for record in store.runs.find() if record.id != run.id]
    assert (new.state, new.owner) == (RunState.QUEUED, "bob")
    assert new.config.train.seed != run.config.train.seed
    assert new.config.with_settings({"seed": run.config.train.seed}) == run.config
    assert new.id in app.query_params["run"]
    assert "trained before" not in words(app)
    assert app.session_state["draft"]["train"]["seed"] == new.config.train.seed, "the form shows what is trained"


def test_any_other_seed_may_come(monkeypatch: pytest.MonkeyPatch) -> None:
    for drawn, seed, other in ((0, 0, 1), (0, 5, 0), (4, 5, 4), (5, 5, 6), (9998, 5, 9999), (7, 2**32 - 1, 7)):
        monkeypatch.setattr(view.secrets, "randbelow", lambda _, drawn=drawn: drawn)
        assert view._another(seed) == other


def test_anew_keeps_to_the_limits_and_says_so(
    open_page: OpenPage, run: RunRecord, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = start(open_page)

    def full(config: RunConfig, *_: object, **__: object) -> str:
        raise LimitError("The queue is full.")

    monkeypatch.setattr(runs, "start", full)
    app.button(key="train_anew").click().run()
    assert [error.value for error in app.error] == ["The queue is full."]
    assert bar(app).startswith("Done in "), "the words stay, since nothing renews the page"
    assert [record.id for record in store.runs.find()] == [run.id]


def test_what_is_refused_leaves_its_buttons(
    open_page: OpenPage, run: RunRecord, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = start(open_page)
    app.button(key="replay_skip").click().run()

    def full(*_: object, **__: object) -> str:
        raise LimitError("The queue is full.")

    monkeypatch.setattr("mnist_core.engine.supervisor.Supervisor.submit", full)
    for key in ("train_again", "train_anew"):
        app.button(key=key).click().run()
        assert [error.value for error in app.error] == ["The queue is full."]
        assert {"train_again", "train_anew"} <= keys(app)
        app.run()
        assert {"train_again", "train_anew"} <= keys(app)
    assert [record.id for record in store.runs.find()] == [run.id]


def test_anew_has_recipe_and_name_of_the_run_whatever_the_form_holds_by_now(
    open_page: OpenPage, run: RunRecord, store: Store
) -> None:
    app = start(open_page)
    app.sidebar.selectbox(key="recipe_choice").set_value("fashion-dropout").run()
    app.button(key="train_anew").click().run()
    assert not app.exception
    (new,) = [record for record in store.runs.find() if record.id != run.id]
    assert (new.recipe, new.name) == ("first-network", "Ada's, variant")
    assert app.session_state["draft_recipe"] == "first-network"
    assert "A variant of “Ada's”" in words(app)


def test_a_run_that_turns_private_meanwhile_is_told_in_words(
    open_page: OpenPage, run: RunRecord, store: Store, clock: Clock
) -> None:
    app = start(open_page)
    store.runs.set_shared(run.id, False, ADA)
    later(app, clock, 0.4)
    assert [error.value for error in app.error] == [
        "This run is private: only the visitor who trained it can look at it."
    ]
    assert not charts_of(app)
    assert "Ada's" not in words(app)
    assert "train_start" in keys(app)


def test_a_run_that_is_deleted_meanwhile_is_told_in_words(
    open_page: OpenPage, run: RunRecord, store: Store, clock: Clock
) -> None:
    app = start(open_page)
    store.bin.delete(run.id, ADA)
    later(app, clock, 0.4)
    assert len(app.error) == 1
    assert not charts_of(app)


def test_the_part_that_renews_itself_leaves_to_the_page_what_became_of_the_run(
    run: RunRecord, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Again(BaseException): ...

    def again() -> None:
        raise Again

    monkeypatch.setattr(view.st, "session_state", {"shown_from_cache": run.id, "replay": (run.id, 1000.0)})
    monkeypatch.setattr(view.st, "rerun", again)
    monkeypatch.setattr(view.st, "fragment", lambda **_: lambda body: body)
    store.runs.set_shared(run.id, False, ADA)
    with pytest.raises(Again):
        view.replay_view(run, lambda: None)
    assert not replays.is_on(run.id)


def test_leaving_the_page_ends_it(open_page: OpenPage, run: RunRecord) -> None:
    app = start(open_page)
    app.switch_page("runs.py").run()
    app.switch_page("train.py").run()
    assert not app.exception
    assert "replay_skip" not in keys(app)
    assert bar(app).startswith("Done in ")


def test_a_new_run_ends_it(open_page: OpenPage, run: RunRecord) -> None:
    app = start(open_page)
    app.button(key="run_new").click().run()
    app.query_params["run"] = run.id
    app.run()
    assert bar(app).startswith("Done in ")


def test_another_page_that_is_open_shows_the_finished_run(open_page: OpenPage, run: RunRecord) -> None:
    start(open_page)
    app = open_page("train.py", run=run.id)  # a reload does the same
    assert bar(app).startswith("Done in ")
    assert "trained before" not in words(app)


def test_a_recipe_of_the_first_page_is_played_back_too(open_page: OpenPage, finished_run: FinishedRun) -> None:
    run = finished_run(RECIPES["first-network"].config.with_settings({"dataset": "digits"}), owner="ada")
    app = open_page()
    app.button(key="train_first-network").click().run()
    assert not app.exception
    assert run.id in app.query_params["run"]
    assert "Replay: these settings were trained before" in words(app)


def test_what_else_begins_is_not_played_back(open_page: OpenPage, run: RunRecord) -> None:
    """As a lesson, which plays it back itself."""
    app = open_page("train.py", run="new")
    app.session_state["shown_from_cache"] = run.id
    app.query_params["run"] = run.id
    app.run()
    assert "replay_skip" not in keys(app)
    assert bar(app).startswith("Done in ")


def test_its_inside_shows_the_moments_that_were_kept_by_then(
    open_page: OpenPage, run: RunRecord, store: Store, digits: Dataset, clock: Clock
) -> None:
    put_film(store, run, digits, (0, 6, 12, 36))
    app = start(open_page)
    app.segmented_control(key=f"train_view_{run.id}").set_value("inside").run()
    assert "Before the first step," in words(app)
    watched = components_of(app, "live_gallery")[0]["tiles"]
    assert {len(tile["way"]) for tile in watched} == {1}
    later(app, clock, 0.4)  # 16 of 36 steps
    assert "After 1 epochs," in words(app)
    assert {len(tile["way"]) for tile in components_of(app, "live_gallery")[0]["tiles"]} == {3}
    later(app, clock, 0.51)
    assert "What next?" in words(app)
    assert "After 3 epochs," in words(app)


def test_a_baseline_goes_fold_by_fold(
    open_page: OpenPage, finished_run: FinishedRun, store: Store, clock: Clock
) -> None:
    config = RECIPES["logistic-sgd"].config.with_settings({"dataset": "digits"})
    run = finished_run(config, owner="ada")
    values = {"loss": 1.0, "accuracy": 0.9, "val_loss": 1.0, "val_accuracy": 0.8}
    folds = [MetricPoint(kind="epoch", step=n, epoch=n, seconds=20.0 * n, values=values) for n in (1, 2, 3)]
    with store.database.begin() as connection:
        connection.execute(update(runs_table).values(steps_per_epoch=1))
        store.metrics.replace(connection, run.id, folds)
    app = open_page()
    app.button(key="train_logistic-sgd").click().run()
    assert bar(app) == "Training now"
    later(app, clock, 41)
    assert bar(app).startswith("Fold 2 of ")
    assert bar(app).endswith("19 s left")


def test_a_run_without_a_film_has_no_inside(open_page: OpenPage, run: RunRecord) -> None:
    app = start(open_page)
    assert not [one for one in app.get("button_group") if f"train_view_{run.id}" in one.proto.id]


def test_a_screen_reader_is_told_the_beginning_and_the_end_only(
    open_page: OpenPage, run: RunRecord, clock: Clock
) -> None:
    app = start(open_page)
    said = [components_of(app, "announce")[0]["words"]]
    for _ in range(3):
        later(app, clock, 0.31)
        said.append(components_of(app, "announce")[0]["words"])
    assert said[:3] == ["A replay of this training begins."] * 3
    assert said[3].startswith("The training is finished. Test accuracy: ")

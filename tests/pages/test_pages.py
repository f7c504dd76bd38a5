"""What a visitor sees on each page, in each state it can be in."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.config import DataConfig, Dense, LogisticConfig, NetworkConfig, RunConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.datasets import shared_provider
from mnist_core.drawing import Drawing, paint, prepare_parts, prepare_raw, prepare_strokes, read_canvas, write_canvas
from mnist_core.inference import USUAL_SURENESS, open_classifier, sure_from
from mnist_core.models.speed import DeviceSpeed, Speed, write_speed
from mnist_core.store import MetricPoint, Outcome, RunError, RunRecord, RunState, Store
from mnist_core.system.background import shared_background
from mnist_core.system.processes import own_process
from pages._ui.one_run import replays
from pages._ui.reading import networks
from tests.pages.charts import network_of

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]
PAGES = sorted(path.name for path in (Path(__file__).parents[2] / "pages").glob("[a-z]*.py"))


def words(app: AppTest) -> str:
    """Return all text that the page shows outside widgets."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "error", "info", "warning", "code")
    shown = [str(element.value) for kind in kinds for element in getattr(app, kind)]
    return " ".join(shown + [element.proto.body for element in app.get("html")])


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_without_any_run(page: str, open_page: OpenPage) -> None:
    app = open_page(page)
    assert app.title
    assert not app.error


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("state", [RunState.COMPLETED, RunState.STOPPED])
def test_every_page_opens_with_a_run(
    page: str, state: RunState, open_page: OpenPage, finished_run: FinishedRun
) -> None:
    run = finished_run(state=state)
    app = open_page(page, run=run.id)
    assert not app.error


@pytest.mark.parametrize("page", ["train.py", "evaluate.py", "explain.py", "robustness.py", "draw.py"])
@pytest.mark.parametrize("run_id", ["20200101-000000-00000000", "../../etc/passwd", "<script>"])
def test_a_link_to_a_run_that_does_not_exist_shows_no_traceback(page: str, run_id: str, open_page: OpenPage) -> None:
    app = open_page(page, run=run_id)
    assert page != "train.py" or "There is no run" in app.error[0].value


class TestHome:
    def test_has_a_card_for_each_recipe(self, open_page: OpenPage) -> None:
        app = open_page()
        # The words after the first are for screen readers: nine buttons, nine names.
        labels = [app.button(key=f"train_{recipe}").label for recipe in RECIPES]
        assert labels == [f"Train *{recipe.title}*" for recipe in RECIPES.values()]

    def test_says_that_the_bundled_digits_stand_in_without_the_real_data(self, open_page: OpenPage) -> None:
        app = open_page()
        assert "Small digits" in app.info[0].value

    def test_one_click_queues_the_recipe_and_shows_it(self, open_page: OpenPage, store: Store) -> None:
        app = open_page()
        app.button(key="train_first-network").click().run()
        assert not app.exception
        runs = store.runs.find()
        assert [run.recipe for run in runs] == ["first-network"]
        assert runs[0].config.data.dataset == "digits"
        assert runs[0].id in app.query_params["run"]


class TestTrain:
    def test_the_picture_of_the_network_follows_the_form(self, open_page: OpenPage) -> None:
        app = open_page("train.py", run="new")
        assert "407,050 parameters" in words(app)
        assert "passes on 512" in network_of(app)[2]["facts"]
        assert 'keras.layers.Dense(512, activation="relu")' in network_of(app)[2]["code"]
        units = next(field for field in app.number_input if field.label == "Units")
        units.set_value(64).run()
        assert "50,890 parameters" in words(app)
        assert "784 × 64 weights + 64 biases = 50,240 parameters" in network_of(app)[2]["facts"]
        assert "Changed from the recipe." in words(app)

    def test_layers_are_added_moved_and_removed(self, open_page: OpenPage) -> None:
        app = open_page("train.py", run="new")
        app.selectbox(key="new_layer_kind").set_value("dropout").run()
        app.button(key="add_layer").click().run()
        assert [block["name"] for block in network_of(app)][1:] == ["Flatten", "Dense", "Dropout 0.3", "Dense"]
        next(b for b in app.button if b.key.endswith("_-1") and not b.disabled).click().run()
        assert [block["name"] for block in network_of(app)][1:] == ["Dropout 0.3", "Flatten", "Dense", "Dense"]
        next(b for b in app.button if b.key.startswith("layer_") and b.key.endswith("_0")).click().run()
        assert [block["name"] for block in network_of(app)][1:] == ["Flatten", "Dense", "Dense"]

    def test_layers_that_do_not_fit_are_explained_and_block_the_start(self, open_page: OpenPage) -> None:
        app = open_page("train.py", run="new")
        app.selectbox(key="new_layer_kind").set_value("conv2d").run()
        app.button(key="add_layer").click().run()
        assert "Move it above the first Dense layer" in app.error[0].value
        assert app.button(key="train_start").disabled

    def test_choosing_a_recipe_sets_the_form(self, open_page: OpenPage) -> None:
        app = open_page("train.py", run="new")
        app.selectbox(key="recipe_choice").set_value("small-cnn").run()
        assert [block["name"] for block in network_of(app)][1:3] == ["Reshape", "Conv2D"]
        app.selectbox(key="recipe_choice").set_value("logistic-sgd").run()
        assert any(field.label == "Folds" for field in app.number_input)

    def test_settings_survive_a_page_switch(self, open_page: OpenPage) -> None:
        app = open_page("train.py", run="new")
        next(field for field in app.number_input if field.label == "Epochs").set_value(7).run()
        app.switch_page("glossary.py").run()
        app.switch_page("train.py").run()
        assert next(field for field in app.number_input if field.label == "Epochs").value == 7

    def test_early_stopping_without_validation_is_explained(self, open_page: OpenPage) -> None:
        app = open_page("train.py", run="new")
        next(field for field in app.number_input if field.label == "Early stopping").set_value(2).run()
        assert "needs a validation split" in app.error[0].value
        assert app.button(key="train_start").disabled

    def test_the_code_of_the_very_model_is_shown(self, open_page: OpenPage) -> None:
        app = open_page("train.py", run="new")
        assert 'keras.layers.Dense(512, activation="relu")' in app.code[0].value

    def test_the_same_settings_show_the_finished_run_and_train_it_again_at_a_click(
        self, open_page: OpenPage, finished_run: FinishedRun, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(replays, "clock", lambda: 0.0)
        config = RECIPES["first-network"].config.with_settings({"dataset": "digits"})
        run = finished_run(config, recipe="first-network")
        app = open_page("train.py", run="new")
        app.button(key="train_start").click().run()
        assert [record.id for record in store.runs.find()] == [run.id]
        assert run.id in app.query_params["run"]
        assert "trained before" in words(app)
        app.button(key="replay_skip").click().run()
        assert "trained before" in words(app)
        app.button(key="train_again").click().run()
        assert len(store.runs.find()) == 2

    def test_automatic_precision_is_said_and_its_finished_run_is_found(
        self, open_page: OpenPage, finished_run: FinishedRun, store: Store
    ) -> None:
        one, half = (Speed(dense=1e9, conv=1e9, normalization=0.0, step=step) for step in (0.002, 0.001))
        write_speed(DeviceSpeed("CPU", {"float32": one, "mixed_bfloat16": half}), store.settings.speed_path)
        recipe = RECIPES["small-cnn"].config.with_settings({"dataset": "digits"})
        run = finished_run(recipe.with_settings({"precision": "mixed_bfloat16"}), recipe="small-cnn")
        app = open_page("train.py", run="new")
        app.selectbox(key="recipe_choice").set_value("small-cnn").run()
        assert "Automatic means here: Mixed (bfloat16)." in words(app)
        assert 'set_dtype_policy("mixed_bfloat16")' in app.code[0].value
        app.button(key="train_start").click().run()
        assert [record.id for record in store.runs.find()] == [run.id]
        assert "trained before" in words(app)
        # The run's own settings in the form are still the recipe's.
        assert "Changed from the recipe." not in words(open_page("train.py", run=run.id))

    def test_a_cross_validated_run_shows_the_mean_of_its_folds_not_the_last_one(
        self, open_page: OpenPage, store: Store
    ) -> None:
        config = RunConfig(data=DataConfig(dataset="digits"), model=LogisticConfig(folds=3))
        run_id = store.new_runs.create(config, "The baseline", owner=None)
        assert store.queue.claim(run_id, own_process())
        for fold, (training, held_back) in enumerate(((0.9, 0.8), (0.8, 0.7), (1.0, 0.9)), 1):
            values = {"loss": 1.0, "accuracy": training, "val_loss": 1.0, "val_accuracy": held_back}
            store.metrics.add(run_id, [MetricPoint(kind="epoch", step=fold, epoch=fold, seconds=1.0, values=values)])
        outcome = Outcome(test_loss=1.0, test_accuracy=0.85, seconds={"fit": 3.0}, epoch_seconds=[1.0] * 3)
        assert store.queue.finish(run_id, RunState.COMPLETED, outcome=outcome)
        app = open_page("train.py", run=run_id)
        shown = {metric.label: metric.value for metric in app.metric}
        assert shown["Training accuracy"] == "90.00%"
        assert shown["Validation accuracy"] == "80.00%"
        assert "mean of 3 folds" in words(app)
        assert "± 8.16%" in words(app)  # the root of (0.1² + 0.1²) / 3
        assert app.get("progress")[0].proto.text == "Done in 3 s, 1.0 s a fold."

    def test_without_a_validation_set_the_curve_says_what_it_cannot_show(
        self, open_page: OpenPage, finished_run: FinishedRun
    ) -> None:
        run = finished_run(RunConfig(data=DataConfig(dataset="digits", validation_split=0.0)))
        app = open_page("train.py", run=run.id)
        shown = words(app)
        assert "of the training images and" in shown
        assert "of the test images are right" in shown
        assert "without a validation set" in shown
        assert "validation split of 20%" in app.button(key="try_change").label

    def test_a_finished_run_shows_its_figures(self, open_page: OpenPage, finished_run: FinishedRun) -> None:
        run = finished_run()
        app = open_page("train.py", run=run.id)
        shown = {metric.label: metric.value for metric in app.metric}
        assert shown["Test accuracy"] == f"{run.outcome.test_accuracy:.2%}"
        assert shown["Validation accuracy"] == f"{1 - 0.25 / 3:.2%}"

    def test_a_reload_fills_the_form_with_the_runs_settings(
        self, open_page: OpenPage, finished_run: FinishedRun
    ) -> None:
        run = finished_run()
        app = open_page("train.py", run=run.id)
        assert next(field for field in app.number_input if field.label == "Units").value == 16

    def test_a_failed_run_says_why(self, open_page: OpenPage, store: Store) -> None:
        run_id = store.new_runs.create(RunConfig(), "A run")
        store.queue.claim(run_id, own_process())
        error = RunError(code="diverged", template="The loss stopped at {n}.", values={"n": "3"}, traceback="Trace")
        store.queue.finish(run_id, RunState.FAILED, error=error)
        app = open_page("train.py", run=run_id)
        assert app.error[0].value == "The loss stopped at 3."

    def test_a_running_run_shows_progress_but_no_stop_to_others(self, open_page: OpenPage, store: Store) -> None:
        run_id = store.new_runs.create(RunConfig(), "A run", owner="somebody else")
        store.queue.claim(run_id, own_process())
        store.queue.update_progress(run_id, phase="import")
        app = open_page("train.py", run=run_id)
        assert "Loading Keras" in app.get("progress")[0].proto.text
        assert not [button for button in app.button if button.key == "run_stop"]


class TestExplore:
    def test_shows_the_chosen_class_only(self, open_page: OpenPage) -> None:
        app = open_page("explore.py")
        app.selectbox(key="explore_class").set_value(7).run()
        gallery = next(html.proto.body for html in app.get("html") if "lab-gallery" in html.proto.body)
        assert gallery.count("<figure>") == 48
        assert gallery.count('<b class="">7</b>') == 48

    def test_shows_an_image_as_numbers_raw_and_scaled(self, open_page: OpenPage) -> None:
        app = open_page("explore.py")
        assert ">255<" in words(app)
        app.toggle(key="explore_scaled").set_value(True).run()
        assert ">.50<" in words(app)
        assert ">255<" not in words(app)

    def test_goes_to_an_index_and_shows_its_one_hot_label(self, open_page: OpenPage, digits: object) -> None:
        app = open_page("explore.py")
        field = next(field for field in app.number_input if field.label == "Go to index")
        field.set_value(3).run()
        assert "0001000000" in words(app)

    @pytest.mark.usefixtures("online")
    def test_a_missing_dataset_is_explained_and_can_be_fetched(self, open_page: OpenPage) -> None:
        app = open_page("explore.py")
        app.selectbox(key="form_dataset").set_value("mnist").run()
        assert "not on this computer yet" in app.info[0].value
        assert app.button(key="download_mnist").label == "Download MNIST (11 MB)"


def html(app: AppTest) -> str:
    """Return what the page shows as its own markup, without its style sheet."""
    return " ".join(body for element in app.get("html") if "<style>" not in (body := element.proto.body))


def drawn(*strokes: list[list[float]]) -> dict[str, Any]:
    """Return what the canvas sends when these strokes are on it; an upright one if none are given."""
    points = [2 * np.array(stroke) for stroke in strokes or ([[140.0, 60.0], [140.0, 220.0]],)]
    return {"drawing": {"raw": write_canvas(points, 2 * 18), "data": None}}  # the canvas has two pixels for each unit


def read_drawn(*strokes: list[list[float]]) -> Drawing:
    """Return the same as the page reads it."""
    return read_canvas(drawn(*strokes)["drawing"]["raw"], 2 * 280).scaled(0.5)


class TestDraw:
    def draw_one(self, app: AppTest) -> AppTest:
        app.session_state["canvas_digits_0"] = drawn()
        return app.run()

    def test_an_empty_canvas_is_no_error(self, open_page: OpenPage, finished_run: FinishedRun) -> None:
        finished_run()
        app = open_page("draw.py")
        assert "Draw a digit from 0 to 9" in words(app)
        assert not app.error

    def test_a_drawn_stroke_is_classified_and_each_step_shown(
        self, open_page: OpenPage, finished_run: FinishedRun, store: Store
    ) -> None:
        run = finished_run()
        app = self.draw_one(open_page("draw.py"))
        prepared = prepare_strokes(read_drawn().strokes)
        answer = open_classifier(store.files(run.id)).predict(prepared.image[None])[0].argmax()
        assert f'data-best="{answer}"' in words(app)
        assert all(step in words(app) for step in ("Your strokes", "A fitting pen", "Made small", "What it sees"))

    def test_clear_empties_the_canvas(self, open_page: OpenPage, finished_run: FinishedRun) -> None:
        finished_run()
        app = self.draw_one(open_page("draw.py"))
        app.button(key="draw_clear").click().run()
        assert "Draw a digit from 0 to 9" in words(app)

    def test_a_stroke_can_be_taken_back_and_drawn_again(self, open_page: OpenPage, finished_run: FinishedRun) -> None:
        record = finished_run()
        app = open_page("draw.py")
        shared_background().wait(("sureness", record.id))  # from which confidence on it is sure: then the words stay
        assert app.button(key="draw_undo").disabled
        app.session_state["canvas_digits_0"] = drawn([[40.0, 60.0], [90.0, 200.0]], [[200.0, 100.0]])
        app.run()
        two = words(app)
        app.button(key="draw_undo").click().run()
        assert words(app) != two
        assert "Your strokes" in words(app)
        app.button(key="draw_redo").click().run()
        assert words(app) == two
        assert app.button(key="draw_redo").disabled
        for _ in range(2):
            app.button(key="draw_undo").click().run()
        assert "Draw a digit from 0 to 9" in words(app)

    def test_a_new_stroke_forgets_what_was_taken_back(self, open_page: OpenPage, finished_run: FinishedRun) -> None:
        finished_run()
        app = self.draw_one(open_page("draw.py"))
        app.button(key="draw_undo").click().run()
        app.session_state["canvas_digits_1"] = drawn([[30.0, 40.0], [90.0, 80.0]])
        app.run()
        assert app.button(key="draw_redo").disabled

    def test_clear_and_a_sample_can_be_taken_back(self, open_page: OpenPage, finished_run: FinishedRun) -> None:
        finished_run()
        app = open_page("draw.py")
        assert app.button(key="draw_clear").disabled
        app = self.draw_one(app)
        drawing = app.session_state["canvas_digits"]["content"]["objects"]
        app.button(key="draw_clear").click().run()
        app.button(key="draw_sample_36").click().run()
        assert len(app.session_state["canvas_digits"]["content"]["objects"]) == 2
        app.button(key="draw_undo").click().run()
        assert "Draw a digit from 0 to 9" in words(app)
        app.button(key="draw_undo").click().run()
        assert app.session_state["canvas_digits"]["content"]["objects"] == drawing
        for _ in range(2):
            app.button(key="draw_redo").click().run()
        assert len(app.session_state["canvas_digits"]["content"]["objects"]) == 2

    def test_strokes_that_come_at_once_are_taken_back_one_by_one(
        self, open_page: OpenPage, finished_run: FinishedRun
    ) -> None:
        finished_run()
        app = open_page("draw.py")
        app.session_state["canvas_digits_0"] = drawn([[40.0, 60.0], [90.0, 200.0]], [[200.0, 100.0]], [[20.0, 100.0]])
        app.run()
        for n in (2, 1):
            app.button(key="draw_undo").click().run()
            assert len(app.session_state["canvas_digits"]["content"]["objects"]) == n

    def test_steps_to_go_back_to_share_their_strokes(self, open_page: OpenPage, finished_run: FinishedRun) -> None:
        finished_run()
        app = open_page("draw.py")
        for n in range(1, 4):
            app.session_state["canvas_digits_0"] = drawn(
                *[[[20.0 * i, 60.0], [20.0 * i, 200.0]] for i in range(1, n + 1)]
            )
            app.run()
        steps = app.session_state["canvas_digits"]["before"]
        assert [len(step) for step in steps] == [0, 1, 2]
        assert steps[1][0] is steps[2][0] is app.session_state["canvas_digits"]["content"]["objects"][0]

    def test_long_drawings_that_were_cleared_do_not_pile_up(
        self, open_page: OpenPage, finished_run: FinishedRun
    ) -> None:
        finished_run()
        app = open_page("draw.py")
        for _ in range(4):
            key = f"canvas_digits_{app.session_state['canvas_digits']['generation']}"
            long = np.random.default_rng(0).uniform(0, 280, (5_000, 2)).tolist()
            app.session_state[key] = drawn(long)
            app.run()
            app.button(key="draw_clear").click().run()
        steps = app.session_state["canvas_digits"]["before"]
        assert sum(bool(step) for step in steps) == 2
        app.button(key="draw_undo").click().run()
        assert "Your strokes" in words(app)

    def test_a_drawing_is_prepared_once_for_each_change(
        self, open_page: OpenPage, finished_run: FinishedRun, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = finished_run()
        prepared: list[Any] = []

        def counted(*arguments: Any) -> Any:
            prepared.append(arguments)
            return prepare_parts(*arguments)

        monkeypatch.setattr("pages._ui.canvas.state.prepare_parts", counted)
        app = self.draw_one(open_page("draw.py"))
        app.toggle(key="draw_demo").set_value(True).run()
        assert "Your strokes" in words(app)
        assert len(prepared) == 1
        app.query_params["run"] = run.id
        app.switch_page("explain.py").run()
        app.segmented_control(key="explain_source").set_value("drawing").run()
        next(box for box in app.selectbox if box.label == "Why …").select_index(2).run()
        assert "Cover it up" in words(app)
        assert len(prepared) == 1, "it is the same drawing on both pages"
        key = next(key for key in ("canvas_digits_0", "canvas_digits_1") if key in app.session_state)
        app.session_state[key] = drawn([[30.0, 40.0], [90.0, 80.0]], [[200.0, 40.0], [210.0, 180.0]])
        app.run()
        assert len(prepared) == 2

    def test_what_another_page_shows_does_not_change_the_network_here(
        self, open_page: OpenPage, finished_run: FinishedRun
    ) -> None:
        config = RunConfig(data=DataConfig(dataset="fashion_mnist"), model=NetworkConfig(layers=(Dense(units=8),)))
        clothes = finished_run(config.with_settings({"validation_split": 0.0}))
        digits, other = finished_run(name="Reader"), finished_run(name="Other")
        app = self.draw_one(open_page("draw.py", run=digits.id))
        for elsewhere in (clothes, other):
            app.query_params["run"] = elsewhere.id
            app.switch_page("evaluate.py").run()
            del app.query_params["run"]  # as the navigation does
            app.switch_page("draw.py").run()
            assert app.selectbox(key="draw_run").value == digits.id
            assert "Your strokes" in words(app), "the drawing is still there"
        app.switch_page("glossary.py").run()
        app.query_params["run"] = other.id  # a link that asks for it
        app.switch_page("draw.py").run()
        assert app.selectbox(key="draw_run").value == other.id

    def test_a_switch_shows_what_most_demos_do(
        self, open_page: OpenPage, finished_run: FinishedRun, store: Store
    ) -> None:
        run = finished_run()
        app = self.draw_one(open_page("draw.py"))
        assert "the whole canvas, shrunk" not in words(app)
        app.toggle(key="draw_demo").set_value(True).run()
        drawing = read_drawn()
        raw = prepare_raw(paint(drawing.strokes, 280, drawing.pens)).image
        probabilities = open_classifier(store.files(run.id)).predict(raw[None])[0]
        assert f"{probabilities.argmax()}, {probabilities.max():.1%} sure" in words(app)

    def test_a_network_that_is_not_sure_says_so_with_its_second_choice(
        self, open_page: OpenPage, finished_run: FinishedRun, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = finished_run()
        prepared = prepare_strokes(read_drawn().strokes)
        best, second = np.argsort(-open_classifier(store.files(run.id)).predict(prepared.image[None])[0])[:2]
        monkeypatch.setattr(networks, "least_sureness", lambda record: float("inf"))
        app = self.draw_one(open_page("draw.py"))
        assert f"<strong>{best} or {second}?</strong>" in words(app)
        assert f"Not sure: {best} (" in words(app)
        assert f"or perhaps {second} (" in words(app)
        monkeypatch.setattr(networks, "least_sureness", lambda record: 0.0)
        app.run()
        assert f"<strong>{best}</strong>" in words(app)
        assert f"It is sure: {best} (" in words(app)

    def test_a_network_is_sure_from_what_its_own_held_back_images_say(
        self, open_page: OpenPage, finished_run: FinishedRun, store: Store
    ) -> None:
        run = finished_run()
        data = shared_provider().get("digits")
        images, labels = data.split("test", run.config.data)
        if run.config.data.validation_split:
            images, labels = data.split("validation", run.config.data)
        wanted = sure_from(open_classifier(store.files(run.id)).predict, images, labels)
        assert networks.least_sureness(run) in (USUAL_SURENESS, wanted)
        task = shared_background().wait(("sureness", run.id), 60)
        assert task is not None
        assert task.result == wanted
        assert networks.least_sureness(run) == wanted

    def test_digits_side_by_side_are_read_as_a_number(
        self, open_page: OpenPage, finished_run: FinishedRun, store: Store
    ) -> None:
        run = finished_run()
        app = open_page("draw.py")
        strokes = [[[40.0, 60.0], [40.0, 200.0]], [[140.0, 60.0], [200.0, 60.0], [160.0, 200.0]]]
        app.session_state["canvas_digits_0"] = drawn(*strokes)
        app.run()
        lines = read_drawn(*strokes).strokes
        images = np.stack([prepare_strokes([line]).image for line in lines])
        found = open_classifier(store.files(run.id)).predict(images).argmax(axis=1)
        assert f'data-best="{found[0]}{found[1]}"' in words(app)
        assert app.segmented_control(key="draw_part_2").options == ["digit 1", "digit 2"]
        first = words(app)
        app.segmented_control(key="draw_part_2").set_value(1).run()
        assert words(app) != first  # the pictures are the second digit's

    def test_several_networks_answer_side_by_side(self, open_page: OpenPage, finished_run: FinishedRun) -> None:
        one, other = finished_run(), finished_run()
        app = self.draw_one(open_page("draw.py"))
        assert "lab-votes" not in html(app)
        box = app.multiselect(key="draw_others_digits")
        assert len(box.options) == 1
        chosen = app.selectbox(key="draw_run").value
        box.set_value([one.id if chosen == other.id else other.id]).run()
        assert html(app).count("sure</span>") == 2
        assert "They agree" in words(app) or "They disagree" in app.warning[0].value

    def test_a_sample_is_put_on_the_canvas(self, open_page: OpenPage, finished_run: FinishedRun) -> None:
        finished_run()
        app = open_page("draw.py")
        app.button(key="draw_sample_36").click().run()
        assert len(app.session_state["canvas_digits"]["content"]["objects"]) == 2
        assert "What it looked at" in words(app)
        app.button(key="draw_clear").click().run()
        assert "Draw a digit from 0 to 9" in words(app)

    @pytest.mark.parametrize(
        "raw", [{"objects": [{}]}, {"objects": [{}, 3, {}]}, {"objects": [{"type": "Path", "path": [["M", None, 1]]}]}]
    )
    def test_a_drawing_that_cannot_be_read_is_explained(
        self, raw: dict[str, Any], open_page: OpenPage, finished_run: FinishedRun
    ) -> None:
        finished_run()
        app = open_page("draw.py")
        app.session_state["canvas_digits_0"] = {"drawing": {"raw": raw, "data": None}}
        app.run()
        assert "Clear it and draw again" in app.error[0].value
        app.button(key="draw_clear").click().run()
        assert not app.error

    def test_a_missing_model_is_explained(self, open_page: OpenPage, finished_run: FinishedRun, store: Store) -> None:
        run = finished_run()
        store.files(run.id).onnx.write_bytes(b"nonsense")
        app = self.draw_one(open_page("draw.py"))
        assert "missing or damaged" in app.error[0].value

    def test_a_fashion_model_says_what_to_expect(self, open_page: OpenPage, finished_run: FinishedRun) -> None:
        config = RunConfig(data=DataConfig(dataset="fashion_mnist"), model=NetworkConfig(layers=(Dense(units=8),)))
        config = config.with_settings({"validation_split": 0.0})
        finished_run(config)
        app = open_page("draw.py")
        assert "learned from photos of clothes" in app.info[0].value

    def test_what_is_all_erased_is_an_empty_canvas(self, open_page: OpenPage, finished_run: FinishedRun) -> None:
        config = RunConfig(data=DataConfig(dataset="fashion_mnist"), model=NetworkConfig(layers=(Dense(units=4),)))
        app = open_page("draw.py", run=finished_run(config).id)
        line = [np.array([[40.0, 40.0], [140.0, 240.0]])]
        app.session_state["canvas_clothes_0"] = {"drawing": {"raw": write_canvas(line, 18, [0]), "data": None}}
        app.run()
        assert not app.exception
        assert not app.error
        assert "Draw a piece of clothing" in words(app)
        assert app.button(key="draw_clear")

    def test_an_outline_of_clothes_is_filled_in_the_chosen_shade(
        self, open_page: OpenPage, finished_run: FinishedRun
    ) -> None:
        config = RunConfig(data=DataConfig(dataset="fashion_mnist"), model=NetworkConfig(layers=(Dense(units=8),)))
        finished_run(config.with_settings({"validation_split": 0.0}))
        app = open_page("draw.py")
        app.selectbox(key="draw_shade").set_value(96).run()
        outline = [np.array([[60.0, 60.0], [220.0, 60.0], [220.0, 220.0], [60.0, 220.0], [60.0, 60.0]])]
        app.session_state["canvas_clothes_0"] = {"drawing": {"raw": write_canvas(outline, 4, [96]), "data": None}}
        app.run()
        (shape,) = app.session_state["canvas_clothes"]["content"]["objects"]
        assert shape["fill"] == "#606060"
        assert app.session_state["canvas_clothes"]["generation"] == 1  # the canvas appears anew, with the shape filled
        app.segmented_control(key="draw_tool").set_value("pen").run()
        assert app.session_state["canvas_clothes"]["generation"] == 1

    def test_digits_and_clothes_have_a_drawing_each(self, open_page: OpenPage, finished_run: FinishedRun) -> None:
        digits = finished_run()
        config = RunConfig(data=DataConfig(dataset="fashion_mnist"), model=NetworkConfig(layers=(Dense(units=8),)))
        clothes = finished_run(config.with_settings({"validation_split": 0.0}))
        app = self.draw_one(open_page("draw.py", run=digits.id))
        assert "What it sees" in words(app)
        app.selectbox(key="draw_run").set_value(clothes.id).run()
        assert "Draw a piece of clothing" in words(app)
        app.button(key="draw_sample_Bag").click().run()
        assert "Cut out" in words(app)
        app.selectbox(key="draw_run").set_value(digits.id).run()
        assert "Your strokes" in words(app)


class TestGlossary:
    def test_search_finds_a_term(self, open_page: OpenPage) -> None:
        app = open_page("glossary.py")
        app.text_input(key="glossary_search").set_value("dropout random").run()
        assert re.findall("<h2[^>]*>(.*?)</h2>", app.markdown[-1].value) == ["Dropout"]

    def test_search_without_a_hit_says_so(self, open_page: OpenPage) -> None:
        app = open_page("glossary.py")
        app.text_input(key="glossary_search").set_value("qwertz").run()
        assert "No entry" in app.info[0].value

"""The tabs of Explore that are computed when somebody opens them, and the simple rules."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.neighbors import NearestCentroid
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from mnist_core.datasets import Dataset
from mnist_core.engine import Analyses, AnalysisStatus
from mnist_core.errors import AnalysisError
from mnist_core.settings import Settings
from mnist_core.store import RunRecord, Store, standard_analysis, write_analysis
from tests.pages.test_pages import words

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]
LATER = ("Averages", "Typical and unusual", "Neighbours", "Map", "Doubts")


@pytest.fixture
def open_tab(open_page: OpenPage) -> Callable[[str], AppTest]:
    """Return a function that opens a tab of Explore."""

    def opened(name: str) -> AppTest:
        app = open_page("explore.py")
        app.session_state["explore_tab"] = name
        app.run()
        assert not app.exception
        return app

    return opened


@pytest.mark.parametrize("name", LATER)
def test_every_tab_opens_without_any_run(name: str, open_tab: Callable[[str], AppTest]) -> None:
    assert not open_tab(name).error


def test_nothing_is_computed_before_its_tab_is_open(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("computed too early")

    for name in ("averages", "pixels", "pca_map", "neighbours", "copies"):
        monkeypatch.setattr(f"pages._ui.cache.datasets.{name}", never)
    assert not open_page("explore.py").exception


def test_averages_show_each_class_twice_and_the_share_without_ink(
    open_tab: Callable[[str], AppTest], digits: Dataset
) -> None:
    app = open_tab("Averages")
    galleries = [html.proto.body for html in app.get("html") if 'class="lab-gallery lab-ten"' in html.proto.body]
    assert [body.count("<figure>") for body in galleries] == [10, 10]
    assert f"**{np.mean(np.asarray(digits.x_train) == 0):.1%}** of all pixels" in words(app)


def test_typical_images_are_of_the_chosen_class(open_tab: Callable[[str], AppTest]) -> None:
    app = open_tab("Typical and unusual")
    app.selectbox(key="typical_class").set_value(6).run()
    galleries = [html.proto.body for html in app.get("html") if "labelled 6" in html.proto.body]
    assert [body.count("labelled 6") for body in galleries[-2:]] == [16, 16]


def test_neighbours_of_a_training_image_leave_it_out(open_tab: Callable[[str], AppTest]) -> None:
    app = open_tab("Neighbours")
    assert "Of its 12 nearest training images" in words(app)
    app.segmented_control(key="neighbours_split").set_value("train").run()
    next(field for field in app.number_input if field.key.startswith("neighbours_index")).set_value(17).run()
    gallery = [html.proto.body for html in app.get("html") if "Training image" in html.proto.body][-1]
    assert gallery.count("<figure>") == 12
    assert "Training image 17," not in gallery


class TestMap:
    def test_every_training_image_of_a_small_set_is_a_point(self, open_tab: Callable[[str], AppTest]) -> None:
        app = open_tab("Map")
        assert "1,500 training images" in words(app)
        assert "map_digits_pca" in [component.key for component in app.get("bidi_component")]
        assert not [button for button in app.button if button.key.startswith("start_tsne")]

    def test_a_click_asks_for_the_tsne_map_once(
        self, open_tab: Callable[[str], AppTest], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []
        monkeypatch.setattr(Analyses, "start", lambda _, analysis: asked.append(analysis))
        app = open_tab("Map")
        app.segmented_control(key="map_method").set_value("tsne").run()
        next(button for button in app.button if button.key.startswith("start_tsne")).click().run()
        assert asked == [standard_analysis("tsne", "digits", 1500)]

    @pytest.mark.parametrize(("state", "said"), [("running", "Moving similar"), ("waiting", "Waiting for another")])
    def test_progress_is_shown(
        self, state: str, said: str, open_tab: Callable[[str], AppTest], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Analyses, "status", lambda *_: AnalysisStatus(state, 0.25))
        app = open_tab("Map")
        app.segmented_control(key="map_method").set_value("tsne").run()
        assert said in app.get("progress")[0].proto.text

    def test_a_finished_map_is_shown_to_the_next_visitor(
        self, open_tab: Callable[[str], AppTest], settings: Settings
    ) -> None:
        analysis = standard_analysis("tsne", "digits", 1500)
        write_analysis(analysis, {"indices": np.arange(1500), "points": np.zeros((1500, 2))}, settings)
        app = open_tab("Map")
        app.segmented_control(key="map_method").set_value("tsne").run()
        assert "Neighbours on this map look alike" in words(app)

    def test_a_failure_is_explained_and_can_be_tried_again(
        self, open_tab: Callable[[str], AppTest], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failed = AnalysisStatus("missing", error=AnalysisError("No luck with {n} images.", n=3))
        monkeypatch.setattr(Analyses, "status", lambda *_: failed)
        app = open_tab("Map")
        app.segmented_control(key="map_method").set_value("tsne").run()
        assert app.error[0].value == "No luck with 3 images."
        assert [button for button in app.button if button.key.startswith("start_tsne")]


class TestDoubts:
    def test_without_a_run_it_says_what_to_do(self, open_tab: Callable[[str], AppTest]) -> None:
        assert "Train a network on Small digits first" in open_tab("Doubts").info[0].value

    def test_contradicted_labels_and_duplicates_are_shown(
        self, open_tab: Callable[[str], AppTest], finished_run: FinishedRun, settings: Settings
    ) -> None:
        finished_run()
        analysis = standard_analysis("duplicates", "digits", 1500)
        write_analysis(analysis, {"pairs": np.array([[4, 5]]), "distances": np.array([0.5])}, settings)
        app = open_tab("Doubts")
        assert "images of the test and validation sets got another answer" in words(app)
        assert "of 297 test images are equal" in words(app)
        assert "**1** pair is nearly equal" in words(app)
        assert "training 4" in words(app)

    def test_says_that_not_all_doubts_are_shown(
        self, open_tab: Callable[[str], AppTest], finished_run: FinishedRun, store: Store, digits: Dataset
    ) -> None:
        never_right = np.eye(10)[(digits.y_test + 1) % 10]
        store.files(finished_run().id).write_probabilities({"test": never_right})
        text = words(open_tab("Doubts"))
        assert "297 images of the test and validation sets" in text
        assert "The 48 surest ones:" in text

    def test_damaged_predictions_are_explained(
        self, open_tab: Callable[[str], AppTest], finished_run: FinishedRun, store: Store
    ) -> None:
        store.files(finished_run().id).probabilities.write_bytes(b"nonsense")
        app = open_tab("Doubts")
        assert "missing or damaged" in app.error[0].value
        assert "of 297 test images are equal" in words(app)


class TestBaselines:
    @pytest.fixture
    def show(self, digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], AppTest]:
        """Return a function that shows the view of a run by itself."""
        monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {}))

        def script(run_id: str) -> None:
            from pages._ui.evaluate.baselines import baselines_view
            from pages._ui.shell import access

            baselines_view(access.look_up(run_id))

        return lambda run_id: AppTest.from_function(script, args=(run_id,), default_timeout=120).run()

    def test_simple_rules_are_there_at_once_and_the_long_ones_on_demand(
        self,
        show: Callable[[str], AppTest],
        finished_run: FinishedRun,
        digits: Dataset,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        asked = []
        monkeypatch.setattr(Analyses, "start", lambda _, analysis: asked.append(analysis.kind))
        app = show(finished_run().id)
        assert not app.exception
        table = app.dataframe[0].value
        flat = digits.x_train.reshape(1500, -1), digits.x_test.reshape(297, -1)
        expected = NearestCentroid().fit(flat[0], digits.y_train).score(flat[1], digits.y_test)
        assert table["Test accuracy (%)"][2] == pytest.approx(100 * expected, abs=0.01)
        assert table["Test accuracy (%)"].isna().tolist() == [False, False, False, True, True]
        app.button[0].click().run()
        assert asked == ["knn", "logistic"]

    def test_worked_out_rules_stand_beside_the_network(
        self, show: Callable[[str], AppTest], finished_run: FinishedRun, settings: Settings
    ) -> None:
        for kind, extra in (("knn", {}), ("logistic", {"folds": [0.8, 0.9]})):
            analysis = standard_analysis(kind, "digits", 1500)
            write_analysis(analysis, {"test_accuracy": 0.5, "train_size": 1500, **extra}, settings)
        app = show(finished_run().id)
        assert app.dataframe[0].value["Test accuracy (%)"].tolist()[3:] == [50, 50]
        assert "85.0% on average, ± 5.0%" in words(app)
        assert not app.button

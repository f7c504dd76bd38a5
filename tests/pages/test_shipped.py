"""The pages of a fresh install: networks that came with the program, and nothing else on the computer."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.drawing import write_canvas
from mnist_core.store import RunRecord, Store, Visitor
from tests.pages.explain_tabs import open_tab
from tests.pages.test_pages import words
from tests.shipped_files import RUN_IDS

OpenPage = Callable[..., AppTest]
HANDWRITING = RUN_IDS["handwriting"]
SEVEN = np.array([[60, 60], [200, 60], [120, 240]])


def draw_a_seven(app: AppTest) -> None:
    content = write_canvas([SEVEN], 18)
    app.session_state["canvas_digits"] = {"generation": 1, "content": content, "initial": content, "undone": []}
    app.run()
    assert not app.exception


@pytest.mark.parametrize(
    "page", ["home.py", "explore.py", "train.py", "evaluate.py", "explain.py", "robustness.py", "draw.py"]
)
def test_every_page_opens_in_a_fresh_install(page: str, shipped: list[str], open_page: OpenPage) -> None:
    app = open_page(page)
    assert not app.error
    assert "There is no network yet" not in words(app)


class TestDraw:
    def test_begins_with_the_network_that_reads_handwriting(self, shipped: list[str], open_page: OpenPage) -> None:
        app = open_page("draw.py")
        assert app.selectbox(key="draw_run").value == HANDWRITING
        assert "Comes with MNIST Lab" in words(app)
        draw_a_seven(app)
        assert "sure" in words(app)
        assert HANDWRITING in app.query_params["run"]

    def test_begins_with_it_though_the_visitor_has_a_run_of_their_own(
        self, shipped: list[str], open_page: OpenPage, finished_run: Callable[..., RunRecord]
    ) -> None:
        finished_run(name="Mine")
        app = open_page("draw.py")
        assert app.selectbox(key="draw_run").value == HANDWRITING
        app.switch_page("evaluate.py").run()
        assert app.selectbox(key="evaluate_run").value == HANDWRITING, "the run is nobody's, so it comes last"
        assert app.session_state["current_run"] is None

    def test_the_run_of_the_address_and_of_the_session_comes_first(
        self, shipped: list[str], open_page: OpenPage, finished_run: Callable[..., RunRecord]
    ) -> None:
        mine = finished_run(name="Mine")
        app = open_page("draw.py", run=mine.id)
        assert app.selectbox(key="draw_run").value == mine.id
        app.switch_page("glossary.py").run()
        app.switch_page("draw.py").run()
        assert app.selectbox(key="draw_run").value == mine.id

    def test_a_shipped_network_that_was_chosen_stays_chosen(self, shipped: list[str], open_page: OpenPage) -> None:
        app = open_page("draw.py")
        app.selectbox(key="draw_run").set_value(RUN_IDS["mnist-only"]).run()
        app.switch_page("evaluate.py").run()
        assert app.selectbox(key="evaluate_run").value == RUN_IDS["mnist-only"]
        app.switch_page("train.py")
        del app.query_params["run"]  # as the navigation does
        app.run()
        assert app.button(key="train_start"), "Train is where one trains a network"


def test_shipped_networks_come_after_the_visitors_own_and_before_those_of_others(
    shipped: list[str], open_page: OpenPage, finished_run: Callable[..., RunRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages._ui.shell.session.owner", lambda: "ada")
    other = finished_run(name="Theirs", owner="bob")
    mine = finished_run(name="Mine", owner="ada")
    app = open_page("evaluate.py", run=mine.id)
    box = app.selectbox(key="evaluate_run")
    order = ["Mine", "Reads your handwriting", "MNIST only", "Knows clothes", "Theirs"]
    assert [option.split(" · ")[0] for option in box.options] == order
    assert [name for name in box.options if "comes with MNIST Lab" in name] == box.options[1:4]
    assert other.id


def test_shipped_networks_are_compared_before_any_dataset_is_there(shipped: list[str], open_page: OpenPage) -> None:
    app = open_page("compare.py", runs=",".join(shipped))
    for view in ("overview", "curves", "classes", "images", "many"):
        app.segmented_control(key="compare_view").set_value(view).run()
        assert not app.exception
        assert not app.error
        assert view != "images" or "once the images have been fetched" in words(app)


class TestEvaluate:
    @pytest.mark.parametrize("split", ["test", "validation"])
    @pytest.mark.parametrize("view", ["matrix", "classes", "confidence", "compare"])
    def test_judges_by_the_labels_that_came_with_the_network(
        self, view: str, split: str, shipped: list[str], open_page: OpenPage
    ) -> None:
        app = open_page("evaluate.py")
        if split == "validation":
            app.segmented_control(key="evaluate_split").set_value(split).run()
        app.segmented_control(key="evaluate_view").set_value(view).run()
        assert not app.exception
        assert not app.error
        n = "10,000" if split == "test" or view == "compare" else "12,000"
        assert f"Wrong of {n}" in [metric.label for metric in app.metric] or view == "compare"

    @pytest.mark.usefixtures("online")
    @pytest.mark.parametrize("view", ["mistakes", "images", "rules"])
    def test_says_in_words_why_there_are_no_images(self, view: str, shipped: list[str], open_page: OpenPage) -> None:
        app = open_page("evaluate.py")
        app.segmented_control(key="evaluate_view").set_value(view).run()
        assert not app.exception
        assert not app.error
        assert "they are still to be fetched" in app.info[0].value
        assert any("Download MNIST" in button.label for button in app.button)

    def test_a_cell_of_the_matrix_says_that_its_images_will_come(self, shipped: list[str], open_page: OpenPage) -> None:
        app = open_page("evaluate.py")
        assert "once the images have been fetched" in words(app)


class TestExplain:
    def test_a_drawing_is_explained_without_the_dataset(self, shipped: list[str], open_page: OpenPage) -> None:
        app = open_page("explain.py")
        assert app.segmented_control(key="explain_source_now").value == "drawing"
        draw_a_seven(app)
        assert not app.error
        assert "Answer: " in words(app)
        assert "Cover it up" in words(app)
        open_tab(app, "Inside")
        assert "they are not here yet" in words(app), "what a unit likes needs 1,000 test images"
        open_tab(app, "Map")
        assert "Each point is one of the first" in words(app), "the map came with the network"

    @pytest.mark.parametrize("source", ["test", "mistake"])
    def test_test_images_say_why_not(self, source: str, shipped: list[str], open_page: OpenPage) -> None:
        app = open_page("explain.py")
        app.segmented_control(key="explain_source_now").set_value(source).run()
        assert not app.exception
        assert not app.error
        assert "still to be fetched" in app.info[0].value


@pytest.mark.usefixtures("online")
def test_robustness_says_why_not(shipped: list[str], open_page: OpenPage) -> None:
    app = open_page("robustness.py")
    assert "have to be fetched first" in app.info[0].value
    assert any("Download MNIST" in button.label for button in app.button)


class TestTrain:
    def test_shows_a_shipped_network_by_its_link_and_nothing_to_change_it_by(
        self, shipped: list[str], open_page: OpenPage
    ) -> None:
        app = open_page("train.py", run=HANDWRITING)
        assert not app.error
        assert "Trained by those who made MNIST Lab" in " ".join(
            [words(app), *(bar.proto.text for bar in app.get("progress"))]
        )
        assert "It learned from: MNIST (Yann LeCun" in words(app)
        keys = {button.key for button in app.button}
        assert not keys & {"run_delete", "run_stop", "run_pause", "run_resume", "run_continue"}
        assert not [field for field in app.text_input if field.label == "Name"]

    def test_who_trains_the_same_settings_gets_a_run_of_their_own(
        self, shipped: list[str], store: Store, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from pages._ui.one_run import runs

        run = store.runs.get(HANDWRITING)
        monkeypatch.setattr("pages._ui.one_run.runs.st.session_state", {})
        monkeypatch.setattr("pages._ui.shell.session.visitor", lambda: Visitor("ada"))
        started = runs.start(run.config, "small-cnn")
        assert started != HANDWRITING
        assert store.runs.get(started).owner == "ada"


def test_home_leads_to_draw(shipped: list[str], open_page: OpenPage) -> None:
    links = [link.proto.label for link in open_page().get("page_link")]
    assert any("a trained network is waiting" in label for label in links)

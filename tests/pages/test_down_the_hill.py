"""The tab "Down the hill" of the page Explain: a ball in the valley of one weight, and the paths of runs."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.analysis.hill import START, Rolling, resolution
from mnist_core.config import LogisticConfig, RunConfig
from mnist_core.datasets import Dataset
from mnist_core.store import RunRecord, Store
from mnist_core.store.run_files import FILM
from mnist_core.system.background import shared_background
from pages._ui.cache import hills
from pages._ui.parts.ball import WORDS
from tests.film_files import put_film
from tests.pages.charts import charts_of
from tests.pages.explain_tabs import open_tab
from tests.pages.test_pages import words

OpenPage = Callable[..., AppTest]
PATIENCE = 120.0


@pytest.fixture
def filmed(
    store: Store, finished_run: Callable[..., RunRecord], digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> RunRecord:
    """Return a run with a film; slices have 3 x 3 points here."""
    monkeypatch.setattr("mnist_core.analysis.hill.surface._SIDES", (3,))
    run = finished_run(name="Patient")
    put_film(store, run, digits, steps=(0, 6, 12, 24, 36))
    return run


def open_hill(open_page: OpenPage, run: RunRecord) -> AppTest:
    """Open the tab of a run."""
    return open_tab(open_page("explain.py", run=run.id), "Down the hill")


def computed(app: AppTest, runs: list[RunRecord], near: bool = False) -> AppTest:
    """Click on the button, wait for the slice, and return the page with it."""
    app.button(key="hill_compute").click().run()
    shared_background().wait(hills.slice_key(runs, near), PATIENCE)
    return app.run()


def ball(app: AppTest) -> tuple[list[float], str]:
    """Return the weights that the ball has been at, and all words."""
    figures = [chart["figure"] for chart in charts_of(app) if "ball in it" in chart["alt"]]
    return figures[0]["data"][1]["x"], words(app)


def surfaces(app: AppTest) -> list[dict]:
    return [chart for chart in charts_of(app) if chart["alt"].startswith("Map of the loss")]


def test_the_ball_rolls_step_by_step_and_says_what_it_does(open_page: OpenPage, filmed: RunRecord) -> None:
    app = open_hill(open_page, filmed)
    unit = hills.one_weight(filmed.config.data.dataset)
    assert ball(app)[0] == [START]
    app.button(key="ball_one").click().run()
    app.button(key="ball_one").click().run()
    rate = app.select_slider(key="ball_rate").value
    visited, said = ball(app)
    np.testing.assert_allclose(visited, unit.steps(rate, count=2))
    assert f"Step 2: weight {visited[-1]:.4g}, loss {unit.loss(visited[-1]):.4g}." in said
    app.select_slider(key="ball_rate").set_value(6.0).run()
    visited, said = ball(app)
    assert visited == [START], "another rate begins anew"
    assert WORDS[Rolling.DIVERGES][:15] in said


def test_play_ends_by_itself(open_page: OpenPage, filmed: RunRecord) -> None:
    app = open_hill(open_page, filmed)
    unit = hills.one_weight(filmed.config.data.dataset)
    app.select_slider(key="ball_rate").set_value(4.0).run()
    app.button(key="ball_play").click().run()
    last = unit.last_step(4.0)
    for _ in range(last + 1):  # each run is a tick of the clock
        app.run()
    visited, said = ball(app)
    assert len(visited) == last + 1
    assert "The ball has left the picture." in said
    app.button(key="ball_again").click().run()
    assert ball(app)[0] == [START]


def test_a_slice_is_computed_after_a_click_and_told_with_what_it_hides(open_page: OpenPage, filmed: RunRecord) -> None:
    app = open_hill(open_page, filmed)
    assert not surfaces(app)
    assert "Train the same network with another learning rate" in words(app)
    app = computed(app, [filmed])
    (shown,) = surfaces(app)
    assert "“Patient” from a loss of" in shown["alt"]
    contour, _, path = shown["figure"]["data"]
    assert contour["type"] == "contour"
    assert [row[0] for row in path["customdata"]] == [0, 1, 2, 3], "the moment without weights is no point of it"
    said = words(app)
    task = shared_background().look(hills.slice_key([filmed], False))
    assert task is not None
    assert f"the slice shows {task.result.paths[0].share:.0%} of the variance of its path" in said
    assert f"Each of 9 points is a network of its own that was asked about {resolution(filmed.config).images:,}" in said
    assert "lies outside of this slice" in said
    assert not app.error
    again = open_hill(open_page, filmed)
    assert surfaces(again), "who comes later sees it at once"


def test_two_runs_of_one_network_are_seen_on_one_slice(
    open_page: OpenPage, filmed: RunRecord, finished_run: Callable[..., RunRecord], store: Store, digits: Dataset
) -> None:
    config = filmed.config.with_settings({"learning_rate": 0.1})
    other = finished_run(config, name="Hasty")
    put_film(store, other, digits, steps=(0, 12, 24, 48))
    finished_run(RunConfig.parse({"data": {"dataset": "digits"}, "model": {"kind": "network"}}), name="Another")
    app = open_hill(open_page, filmed)
    box = app.selectbox(key=f"hill_other_{filmed.id}")
    assert len(box.options) == 2, "only runs of the same network"
    box.set_value(other.id).run()
    app = computed(app, [filmed, other])
    (shown,) = surfaces(app)
    named = [trace["name"] for trace in shown["figure"]["data"] if trace.get("name")]
    assert [name.split(" ")[0] for name in named] == ["Patient", "Hasty"]
    app.segmented_control(key="hill_near").set_value("near").run()
    assert not surfaces(app), "another slice, which is computed when it is asked for"


@pytest.mark.parametrize("state", ["none", "damaged", "baseline", "short"])
def test_where_there_is_no_path_a_sentence_says_why(
    state: str,
    open_page: OpenPage,
    filmed: RunRecord,
    finished_run: Callable[..., RunRecord],
    store: Store,
    digits: Dataset,
) -> None:
    run = filmed
    folder = store.files(run.id).folder / FILM
    if state == "baseline":
        run = finished_run(RunConfig.parse({"data": {"dataset": "digits"}, "model": LogisticConfig().model_dump()}))
    elif state == "short":
        run = finished_run(name="Short")
        put_film(store, run, digits, steps=(0, 6, 12))
    for path in folder.iterdir():
        if state == "none":
            path.unlink()
        elif state == "damaged":
            path.write_bytes(b"x")
    app = open_hill(open_page, run)
    if state == "short":
        app = computed(app, [run])
        assert any("too few moments for a path: 2" in error.value for error in app.error)
    else:
        told = {"none": "has no film", "damaged": "can't be read", "baseline": "is not trained step by step"}
        assert any(told[state] in info.value for info in app.info)
        assert not app.error
    assert ball(app)[0] == [START], "the ball needs no run"

"""Films on pages: the parts that a slider moves on Explain, and the river on Draw."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.config import DataConfig, Dense, LogisticConfig, NetworkConfig, RunConfig
from mnist_core.datasets import Dataset
from mnist_core.film import MOST, PICTURES, open_film
from mnist_core.sharing.shipped import SHIPPED
from mnist_core.store import RunRecord, Store
from mnist_core.store.run_files import FILM
from pages._ui.parts.percent import percent
from tests.film_files import put_film
from tests.network_files import CONFIG
from tests.pages.charts import charts_of, component_of, components_of
from tests.pages.explain_tabs import open_tab
from tests.pages.test_pages import drawn, words
from tests.waiting import wait_until

OpenPage = Callable[..., AppTest]
NETWORK = RunConfig(data=DataConfig(dataset="digits"), model=NetworkConfig(layers=(Dense(units=16),)))


@pytest.fixture
def filmed(store: Store, finished_run: Callable[..., RunRecord], digits: Dataset) -> RunRecord:
    """Return a finished run of a dense network with a film of four moments."""
    run = finished_run(NETWORK)
    put_film(store, run, digits)
    return run


def open_film_tab(open_page: OpenPage, run_id: str, **query: str) -> AppTest:
    app = open_page("explain.py", run=run_id, **query)
    return computed(open_tab(app, "Film"))


def computed(app: AppTest) -> AppTest:
    """Run a page until what it asked for is there."""
    wait_until(lambda: not app.run().get("progress"), 120, "what the page computes")
    assert not app.exception
    return app


def test_all_parts_of_a_film_follow_one_slider(
    open_page: OpenPage, filmed: RunRecord, store: Store, digits: Dataset
) -> None:
    app = open_film_tab(open_page, filmed.id, image="7")
    film = open_film(store.files(filmed.id), filmed.config)
    stops = component_of(app, "film_slider")["stops"]
    assert [stop["places"] for stop in stops] == [{filmed.id: place} for place in range(4)]
    assert stops[0]["words"][0].startswith(f"Before the first step: {film.moments[0].accuracy:.1%} of ")
    assert stops[3]["words"][0].startswith("Step 36, epoch 3: ")
    assert "those of before the first step" in stops[1]["words"][0]  # whose weights were not kept
    charts = [chart for chart in charts_of(app) if chart.get("film") == filmed.id]
    assert [len(chart["figure"]["frames"]) for chart in charts] == [4, 4, 4]
    matrix, plane, sizes = charts
    for place in range(4):
        assert matrix["figure"]["frames"][place]["data"][0]["customdata"] == film.matrix(place).counts.tolist()
        assert f"{film.matrix(place).right} of " in matrix["frameAlts"][place]
    assert sum(len(trace["x"]) for trace in plane["figure"]["frames"][0]["data"]) == len(film.answers(0)) + 1
    assert "range" in plane["figure"]["layout"]["xaxis"]
    assert sizes["figure"]["frames"][0]["data"][0]["x"] == [0]
    bars = [part for part in components_of(app, "probability_bars") if part["film"] == filmed.id]
    assert len(bars) == 1
    rows = film.predict(3, digits.x_test[7:8])[0]
    np.testing.assert_allclose(bars[0]["frames"][3]["shares"], rows, atol=1e-4)
    assert f"{rows.argmax()} ({percent(rows.max())})" in stops[3]["words"][0]


def test_a_film_is_not_sent_to_whoever_does_not_look_at_it(open_page: OpenPage, filmed: RunRecord) -> None:
    app = open_page("explain.py", run=filmed.id)
    assert not components_of(app, "film_slider")


def test_the_longest_film_is_sent_in_less_than_1_5_megabytes(
    open_page: OpenPage, store: Store, finished_run: Callable[..., RunRecord], digits: Dataset
) -> None:
    run = finished_run(NETWORK.model_copy(update={"model": NetworkConfig(layers=(Dense(units=PICTURES),))}))
    put_film(store, run, digits, steps=range(MOST), weightless=-1)
    parts = [part.proto for part in open_film_tab(open_page, run.id).get("bidi_component")]
    assert len(parts) >= 6
    sizes = {part.component_name: len(part.bytes) + len(part.json) for part in parts}
    assert sum(len(part.bytes) + len(part.json) for part in parts) < 1_500_000, sizes


def test_of_a_drawing_each_moment_tells_its_answer_too(open_page: OpenPage, filmed: RunRecord) -> None:
    app = open_film_tab(open_page, filmed.id, image="drawing")
    assert "Choose an image above, or draw one." in words(app)
    app.session_state["canvas_digits_0"] = drawn([[140.0, 40.0], [140.0, 240.0]])
    computed(app)
    assert "Its answer to the chosen image: " in component_of(app, "film_slider")["stops"][3]["words"][0]
    assert not app.error


def test_a_convolution_has_all_parts(
    open_page: OpenPage, store: Store, finished_run: Callable[..., RunRecord], digits: Dataset
) -> None:
    run = finished_run(CONFIG)
    put_film(store, run, digits, steps=(0, 12))
    app = open_film_tab(open_page, run.id)
    assert len([chart for chart in charts_of(app) if chart.get("film") == run.id]) == 3
    assert "The weights of its first 3 units or filters" in words(app)
    assert not app.error


def test_a_network_without_hidden_layer_has_no_map(
    open_page: OpenPage, store: Store, finished_run: Callable[..., RunRecord], digits: Dataset
) -> None:
    run = finished_run(RunConfig(data=DataConfig(dataset="digits"), model=NetworkConfig(layers=())))
    put_film(store, run, digits, steps=(0, 12))
    app = open_film_tab(open_page, run.id)
    assert "between the image and the answer there is nothing to map" in words(app)
    assert len([chart for chart in charts_of(app) if chart.get("film") == run.id]) == 2


def test_where_there_is_no_film_a_sentence_says_why_and_how_to_get_one(
    open_page: OpenPage, store: Store, finished_run: Callable[..., RunRecord], shipped: list[str], digits: Dataset
) -> None:
    older = finished_run(NETWORK)
    assert "Train it again to get one." in words(open_film_tab(open_page, older.id))
    baseline = finished_run(RunConfig(data=DataConfig(dataset="digits"), model=LogisticConfig()))
    store.files(baseline.id).write_parts({"kernel_00": np.ones((784, 10), np.float32)})
    assert "it is not trained step by step" in words(open_film_tab(open_page, baseline.id))
    assert "came with the program, without its film" in words(open_film_tab(open_page, SHIPPED["fashion"].run_id))
    damaged = finished_run(NETWORK)
    put_film(store, damaged, digits, steps=(0,))
    (store.files(damaged.id).folder / FILM / "00000000.npz").write_bytes(b"x")
    assert "is damaged" in words(open_film_tab(open_page, damaged.id))


def test_a_second_run_stands_beside_it_at_the_same_share_of_training(
    open_page: OpenPage, filmed: RunRecord, store: Store, finished_run: Callable[..., RunRecord], digits: Dataset
) -> None:
    other = finished_run(NETWORK, name="The other one")
    put_film(store, other, digits, steps=(0, 18, 36))
    app = open_film_tab(open_page, filmed.id)
    app.selectbox(key=f"film_other_{filmed.id}").set_value(other.id)
    computed(app)
    stops = component_of(app, "film_slider")["stops"]
    assert [tuple(stop["places"].values()) for stop in stops] == [(0, 0), (1, 0), (2, 0), (2, 1), (3, 2)]
    assert stops[3]["words"][1].startswith("The other one: Step 18, epoch 1.5: ")
    assert len([chart for chart in charts_of(app) if chart.get("film") == other.id]) == 3
    assert not app.error


def test_the_river_says_since_when_a_drawing_can_be_read(open_page: OpenPage, filmed: RunRecord, store: Store) -> None:
    app = open_page("draw.py", run=filmed.id)
    app.session_state["canvas_digits_0"] = drawn([[140.0, 40.0], [140.0, 240.0]])
    app.run()
    assert not [chart for chart in charts_of(app) if "stackgroup" in str(chart)]
    app.toggle(key="draw_river").set_value(True)
    computed(app)
    (river,) = [chart for chart in charts_of(app) if "stackgroup" in str(chart)]
    assert len(river["figure"]["data"]) == 10
    assert len(river["figure"]["data"][0]["x"]) == 3  # of four moments one kept no weights
    assert river["alt"] in words(app)
    assert river["alt"].startswith("It has read this as ")


def test_without_a_film_the_river_says_so(open_page: OpenPage, finished_run: Callable[..., RunRecord]) -> None:
    app = open_page("draw.py", run=finished_run(NETWORK).id)
    app.session_state["canvas_digits_0"] = drawn([[140.0, 40.0], [140.0, 240.0]])
    app.run()
    app.toggle(key="draw_river").set_value(True).run()
    assert "Train it again to get one." in words(app)
    assert not app.error

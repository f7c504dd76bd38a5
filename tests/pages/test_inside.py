"""Train's view of a network's inside: what it shows of a film, when it can be chosen, and what it says instead."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.config import Conv2D, Dense, NetworkConfig, RunConfig
from mnist_core.datasets import Dataset
from mnist_core.film import WATCHED
from mnist_core.store import MetricPoint, Outcome, RunRecord, RunState, Store
from mnist_core.store.run_files import FILM
from mnist_core.system.processes import own_process
from tests.film_files import put_film
from tests.pages.charts import charts_of
from tests.pages.test_pages import words

OpenPage = Callable[..., AppTest]
POINT = MetricPoint(kind="batch", step=1, epoch=1, seconds=0.1, values={"loss": 2.0, "accuracy": 0.2})


@pytest.fixture
def trained(store: Store, digits: Dataset) -> Callable[..., RunRecord]:
    """Return a function that puts a run of these layers into the record, with a film of these steps."""

    def trained(*layers: Any, steps: tuple[int, ...] = (0, 6, 12, 36), ends: bool = True) -> RunRecord:
        config = RunConfig.parse({"data": {"dataset": "digits"}})
        config = config.model_copy(update={"model": NetworkConfig(layers=layers or (Dense(units=16),))})
        run_id = store.new_runs.create(config, "A run")
        assert store.queue.claim(run_id, own_process())
        store.queue.update_progress(run_id, phase="fit", steps_per_epoch=12)
        put_film(store, store.runs.get(run_id), digits, steps)
        if ends:
            assert store.queue.finish(run_id, RunState.COMPLETED, outcome=Outcome(test_accuracy=0.8))
        return store.runs.get(run_id)

    return trained


def inside(open_page: OpenPage, record: RunRecord) -> AppTest:
    app = open_page("train.py", run=record.id)
    app.segmented_control(key=f"train_view_{record.id}").set_value("inside").run()
    assert not app.exception
    return app


def galleries(app: AppTest) -> list[list[dict[str, Any]]]:
    parts = [one.proto for one in app.get("bidi_component") if one.proto.component_name.endswith("live_gallery")]
    return [json.loads(part.json)["tiles"] for part in parts]


def test_curves_come_first_and_inside_shows_images_weights_and_the_matrix(
    open_page: OpenPage, trained: Callable[..., RunRecord]
) -> None:
    record = trained()
    app = open_page("train.py", run=record.id)
    assert len(charts_of(app)) == 2
    assert not galleries(app)
    app = inside(open_page, record)
    watched, (sheet,) = galleries(app)
    assert len(watched) == WATCHED
    assert {tile["title"][0] for tile in watched} == {"✗", "✓"} or {tile["title"][0] for tile in watched} == {"✗"}
    assert all(len(tile["way"]) == 4 and "The network says" in tile["alt"] for tile in watched)
    assert sheet["alt"] == "Weights of 16 units of the first layer, 28 × 28 pixels each."
    (matrix,) = charts_of(app)
    assert "Confusion matrix" in matrix["alt"]
    assert "After 3 epochs," in words(app)
    assert "images are read rightly" in words(app)


def test_of_a_convolution_the_kernels_are_shown(open_page: OpenPage, trained: Callable[..., RunRecord]) -> None:
    app = inside(open_page, trained(Conv2D(filters=4), steps=(0, 12)))
    assert galleries(app)[1][0]["alt"] == "Weights of 4 filters of the first layer, 3 × 3 pixels each."


def test_while_it_trains_the_switch_is_there_before_the_first_moment(
    open_page: OpenPage, trained: Callable[..., RunRecord], store: Store
) -> None:
    record = trained(steps=(), ends=False)
    app = inside(open_page, record)
    assert "The first picture comes" in words(app)
    store.metrics.add(record.id, [POINT])
    app.run()
    assert "Nothing is kept of this training" in words(app)
    assert app.segmented_control(key=f"train_view_{record.id}").value == "inside"


def test_it_grows_while_the_run_trains_and_stays_chosen_when_it_ends(
    open_page: OpenPage, trained: Callable[..., RunRecord], store: Store, digits: Dataset
) -> None:
    record = trained(steps=(0,), ends=False)
    app = inside(open_page, record)
    assert "Before the first step," in words(app)
    before = [tile["image"] for tile in galleries(app)[0]]
    put_film(store, record, digits, (6,))
    app.run()
    assert "After 0.5 epochs," in words(app)
    assert "before" in words(app)
    assert [tile["image"] for tile in galleries(app)[0]] == before, "each has its place"
    assert store.queue.finish(record.id, RunState.COMPLETED, outcome=Outcome(test_accuracy=0.8))
    app.run()
    assert app.segmented_control(key=f"train_view_{record.id}").value == "inside"
    assert len(galleries(app)) == 2


@pytest.mark.parametrize("kind", ["baseline", "without", "damaged"])
def test_a_finished_run_without_a_film_offers_no_switch(
    kind: str, open_page: OpenPage, trained: Callable[..., RunRecord], store: Store
) -> None:
    if kind == "baseline":
        run_id = store.new_runs.create(RunConfig.parse({"model": {"kind": "logistic_sgd"}}), "A baseline")
        assert store.queue.claim(run_id, own_process())
        assert store.queue.finish(run_id, RunState.COMPLETED, outcome=Outcome(test_accuracy=0.8))
    else:
        run_id = trained(steps=() if kind == "without" else (0,)).id
    if kind == "damaged":
        (store.files(run_id).folder / FILM / "00000000.npz").write_bytes(b"half a file")
    app = open_page("train.py", run=run_id)
    assert not [one for one in app.get("button_group") if str(one.key).startswith("train_view")]
    assert len(charts_of(app)) == 2

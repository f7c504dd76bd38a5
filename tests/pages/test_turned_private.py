"""Pages that were opened before a run became private: whatever they still offer is refused at the click."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_core.engine import shared_supervisor
from mnist_core.errors import NotOwnerError
from mnist_core.evaluation.robustness.accuracy import SUBSET_SEED
from mnist_core.sharing.bundle import ready_bundle
from mnist_core.sharing.bundle.service import bundle_path
from mnist_core.store import RunRecord, RunState, Store, Visitor
from mnist_core.system.background import shared_background
from mnist_core.tensorboard.board import Board
from mnist_core.tensorboard.boards import shared_boards
from pages._ui.shell import session
from tests.made_studies import made_study
from tests.waiting import wait_until

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]
Files = dict[str, Callable[[], Any]]

ADA, BOB = Visitor("ada"), Visitor("bob")
PRIVATE = "This run is private: only the visitor who trained it can look at it."
PATIENCE = 30.0


@pytest.fixture(autouse=True)
def bob(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every session is Bob's, the runs are Ada's, and the queue stands still."""
    monkeypatch.setattr(session, "owner", lambda: "bob")
    monkeypatch.setattr("mnist_core.engine.supervisor.Supervisor.start", lambda self: None)


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Files:
    """Return what the pages offered to download, by key: what Streamlit calls at the click."""
    files: Files = {}
    original = st.download_button

    def button(label: str, data: Any, **how: Any) -> Any:
        files[how["key"]] = data
        return original(label, data, **how)

    monkeypatch.setattr(st, "download_button", button)
    return files


@pytest.fixture
def run(finished_run: FinishedRun, store: Store) -> RunRecord:
    """Return a shared run of Ada's with all that a page can offer: checkpoint, logs, Keras model, bundle."""
    record = finished_run(owner="ada", name="Ada's")
    files = store.files(record.id)
    np.savez(files.checkpoint, step=36)
    files.model.write_bytes(b"a model")
    rng = np.random.default_rng(0)
    files.write_parts(
        {
            "kernel_01": rng.normal(size=(784, 16)).astype(np.float32),
            "before": rng.normal(size=(50, 4)).astype(np.float16),
            "after": rng.normal(size=(50, 4)).astype(np.float16),
        }
    )
    board = Board(files.tensorboard, record.config, record.name)
    board.begin(store.metrics.points(record.id))
    board.end(success=True)
    path = bundle_path(record, store)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"a bundle")
    assert ready_bundle(record, store)
    return record


def hide(store: Store, record: RunRecord) -> None:
    store.runs.set_shared(record.id, False, ADA)


STATES: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    # name: page, state of its switches, what it has to offer at least
    "train": ("train.py", {}, ("csv_metrics_", "mnist_lab.py_", "mnist_lab.ipynb_")),
    "bundle": ("runs.py", {"take_away": "bundle"}, ("bundle_download_",)),
    "code": ("runs.py", {"take_away": "code"}, ("mnist_lab.py_", "mnist_lab.ipynb_")),
    "card": ("runs.py", {"take_away": "card"}, ("card_",)),
    "tensorboard": ("runs.py", {"take_away": "tensorboard"}, ("tensorboard_",)),
    "matrix": ("evaluate.py", {"evaluate_view": "matrix"}, ("csv_confusion_",)),
    "classes": ("evaluate.py", {"evaluate_view": "classes"}, ("csv_classes_", "csv_roc_")),
    "confidence": ("evaluate.py", {"evaluate_view": "confidence"}, ("csv_confidence_", "csv_answer_when_sure_")),
    "image": ("evaluate.py", {"evaluate_view": "images"}, ("csv_probabilities_",)),
    "pair": ("evaluate.py", {"evaluate_view": "compare"}, ("csv_difference_",)),
    "rules": ("evaluate.py", {"evaluate_view": "rules"}, ("csv_rules-",)),
    "explain": (
        "explain.py",
        {},
        ("csv_probabilities_", "csv_occlusion-", "csv_sensitivity-", "csv_contrast-", "csv_worst-case-"),
    ),
    "weights": ("explain.py", {"explain_tab": "Weights"}, ("csv_weights-",)),
    "map": ("explain.py", {"explain_tab": "Map"}, ("csv_map-",)),
    "robustness": ("robustness.py", {}, ("csv_robustness_",)),
    "overview": ("compare.py", {"compare_view": "overview"}, ("csv_compare_results", "csv_compare_luck")),
    "curves": ("compare.py", {"compare_view": "curves"}, ("csv_compare_curves",)),
    "by class": ("compare.py", {"compare_view": "classes"}, ("csv_compare_classes",)),
    "by image": ("compare.py", {"compare_view": "images"}, ("csv_difference_",)),
    "all runs": ("compare.py", {"compare_view": "many"}, ("csv_compare_many",)),
    "doubts": ("explore.py", {"explore_tab": "Doubts"}, ("csv_doubts-",)),
}
OF_NO_RUN = ("csv_duplicates-", "csv_reviewed-", "csv_pixels-", "csv_averages-", "csv_classes-digits")


@pytest.mark.parametrize("name", STATES)
def test_no_download_of_an_older_page_answers_any_more(
    name: str, open_page: OpenPage, run: RunRecord, finished_run: FinishedRun, store: Store, offered: Files
) -> None:
    page, state, least = STATES[name]
    other = finished_run(run.config.with_settings({"batch_size": 50}), owner="bob", name="Bob's")
    address = {"runs": f"{run.id},{other.id}"} if page == "compare.py" else {"run": run.id}
    app = open_page(page, **address)
    if name == "robustness":
        shared_background().wait(("robustness", run.id, "shift_x", SUBSET_SEED), PATIENCE)
    app.session_state["doubts_run"] = run.id
    for key, value in state.items():
        app.session_state[key] = value
    for key, value in address.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    about = {key: make for key, make in offered.items() if not key.startswith(OF_NO_RUN)}
    for beginning in least:
        assert any(key.startswith(beginning) for key in about), f"{beginning} is not among {sorted(offered)}"
    for make in about.values():
        assert callable(make), "made at the click, and never before"
    hide(store, run)
    for make in about.values():
        with pytest.raises(NotOwnerError, match="private"):
            make()
    # and whoever owns it is not kept out
    store.runs.set_shared(run.id, True, ADA)
    assert all(make() for key, make in about.items() if key.startswith(least))


def test_train_on_makes_no_copy(open_page: OpenPage, run: RunRecord, store: Store) -> None:
    app = open_page("train.py", run=run.id)
    button = app.button(key="run_continue")
    hide(store, run)
    button.click().run()
    assert [record.id for record in store.runs.find()] == [run.id]
    assert PRIVATE in [error.value for error in app.error]
    assert len(list(store.settings.runs_dir.iterdir())) == 1, "nothing of it is left in another folder"


@pytest.mark.parametrize("page", ["train.py", "evaluate.py", "explain.py", "robustness.py", "draw.py", "runs.py"])
def test_the_next_look_of_every_page_says_that_it_is_private(
    page: str, open_page: OpenPage, run: RunRecord, store: Store
) -> None:
    app = open_page(page, run=run.id)
    assert PRIVATE not in [error.value for error in app.error]
    hide(store, run)
    app.query_params["run"] = run.id
    app.run()
    assert [error.value for error in app.error] == [PRIVATE]
    for kind in (app.markdown, app.caption, app.subheader, app.code):
        assert not any("Ada's" in str(element.value) for element in kind)


def test_the_page_compare_leaves_it_out(
    open_page: OpenPage, run: RunRecord, finished_run: FinishedRun, store: Store
) -> None:
    other = finished_run(owner="bob", name="Bob's")
    app = open_page("compare.py", runs=f"{run.id},{other.id}")
    hide(store, run)
    app.run()
    assert [warning.value for warning in app.warning] == [
        "Left out of the runs asked for: 1 that only their owner may see."
    ]
    assert app.multiselect(key="compare_runs").value == [other.id]


def test_no_network_is_taught_with_it_as_a_base(open_page: OpenPage, run: RunRecord, store: Store) -> None:
    images = np.random.default_rng(0).integers(0, 256, (8, 28, 28), dtype=np.uint8)
    store.drawings.add("bob", "digits", images, np.zeros(8, np.uint8))
    app = open_page("draw.py", run=run.id)
    button = app.button(key="teach_start")
    hide(store, run)
    button.click().run()
    assert not store.runs.find(states=[RunState.QUEUED])


def test_what_was_computed_in_the_background_is_not_shown_any_more(run: RunRecord, store: Store) -> None:
    """The fragment that waits for it is older than the wish to keep the run private."""

    def script(run_id: str) -> None:
        import streamlit as st

        from pages._ui.shell.waiting import when_done

        call = (lambda report: "what it says",)
        when_done({("small", run_id): call}, "…", lambda found: st.text(str(found)), of=[run_id])

    app = AppTest.from_function(script, args=(run.id,)).run()
    shared_background().wait(("small", run.id), PATIENCE)
    assert len(app.run().text) == 1
    hide(store, run)
    app.run()
    assert not app.text
    assert [error.value for error in app.error] == [PRIVATE]


@pytest.mark.slow
@pytest.mark.usefixtures("uncounted_children")
def test_a_tensorboard_that_is_open_ends_with_the_right_to_look(
    open_page: OpenPage, finished_run: FinishedRun, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_core.tensorboard.boards.REFRESH", 0.2)
    monkeypatch.setattr("mnist_core.tensorboard.boards._shared", None)  # that of an earlier test has its store
    study_id, _ = made_study(store, finished_run, owner="ada")
    app = open_page("studies.py", study=study_id)
    app.button(key=f"open_tensorboard_{study_id}").click().run()
    (token,) = shared_boards()._boards
    assert shared_boards().of(token)
    store.studies.set_shared(study_id, False, ADA)
    wait_until(lambda: shared_boards().of(token) is None, PATIENCE, "the end")
    app.run()
    assert "This study is private: only the visitor who began it can look at it." in [one.value for one in app.error]
    shared_boards().close()


class TestTheSupervisor:
    """Pages are not the only ones who ask."""

    def test_refuses_to_go_on_with_it(self, run: RunRecord, store: Store) -> None:
        more = run.config.with_settings({"epochs": 5})
        hide(store, run)
        with pytest.raises(NotOwnerError, match="private"):
            shared_supervisor().submit(more, "mine", visitor=BOB, continues=run.id)
        assert len(list(store.settings.runs_dir.iterdir())) == 1
        assert shared_supervisor().submit(more, "mine", visitor=ADA, continues=run.id)

    def test_refuses_to_teach_it_whatever_record_the_caller_has(self, run: RunRecord, store: Store) -> None:
        images = np.random.default_rng(0).integers(0, 256, (8, 28, 28), dtype=np.uint8)
        store.drawings.add("bob", "digits", images, np.zeros(8, np.uint8))
        own = store.drawings.read("bob", "digits")
        hide(store, run)
        assert run.shared, "as it was when the page was made"
        with pytest.raises(NotOwnerError, match="private"):
            shared_supervisor().fine_tune(run, own, "mine", visitor=BOB)

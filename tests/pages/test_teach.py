"""Saying what a drawing was, what was collected, and teaching a network with it."""

import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.config import LogisticConfig, RunConfig
from mnist_core.drawing import prepare_strokes, read_canvas, write_canvas
from mnist_core.drawing.personal import PersonalSet, held_out, turned, write_csv, write_npz
from mnist_core.engine import fine_tune_config
from mnist_core.inference import open_classifier
from mnist_core.models.network_files import read_network
from mnist_core.sharing.shipped import install_shipped
from mnist_core.store import Outcome, RunRecord, RunState, Store, Visitor
from mnist_core.system.processes import own_process
from pages._ui.draw import teach_found
from pages._ui.shell import session
from tests.glyphs import glyphs, read_glyphs

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]

ADA = "ada"
CANVAS = write_canvas([np.array([[140.0, 40.0], [140.0, 240.0]])], 18)


@pytest.fixture(autouse=True)
def queue_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in the queue stay there: these tests are about what is shown."""
    monkeypatch.setattr("mnist_core.engine.supervisor.Supervisor.start", lambda self: None)


@pytest.fixture(autouse=True)
def ada(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every session here is the same visitor's."""
    monkeypatch.setattr(session, "owner", lambda: ADA)


def words(app: AppTest) -> str:
    shown = [
        str(element.value)
        for kind in (app.header, app.markdown, app.caption, app.error, app.warning, app.info)
        for element in kind
    ]
    return " ".join(shown + [element.proto.body for element in app.get("html")])


def some(n: int = 8, label: int | None = None) -> tuple[Any, Any]:
    images = np.random.default_rng(0).integers(0, 200, (n, 28, 28), dtype=np.uint8)
    return images, (np.arange(n) % 2 if label is None else np.full(n, label)).astype(np.uint8)


def keys(app: AppTest, prefix: str) -> list[str]:
    return [button.key for button in app.button if button.key and button.key.startswith(prefix)]


@pytest.fixture
def run(finished_run: FinishedRun, store: Store) -> RunRecord:
    """Return a finished run that may be fine-tuned: its Keras model is not looked at here."""
    record = finished_run()
    store.files(record.id).model.write_bytes(b"a model")
    return record


@pytest.fixture
def drawn(open_page: OpenPage, run: RunRecord) -> tuple[AppTest, Any, int]:
    """Return the page with a drawing, the image that the network saw, and what it took it for."""
    app = open_page("draw.py")
    app.session_state["canvas_digits_0"] = {"drawing": {"raw": CANVAS, "data": None}}
    app.run()
    image = prepare_strokes(read_canvas(CANVAS, 280).strokes).image
    return app, image, int(open_classifier(shared(run)).predict(image[None])[0].argmax())


def shared(run: RunRecord) -> Any:
    from mnist_core.store import shared_store

    return shared_store().files(run.id)


class TestTheQuestion:
    def test_nothing_is_asked_before_there_is_an_answer(self, open_page: OpenPage, run: RunRecord) -> None:
        app = open_page("draw.py")
        assert not keys(app, "draw_was_")
        assert "Say whether an answer is right" in words(app)

    def test_yes_keeps_the_drawing_as_it_was_read(self, drawn: tuple[AppTest, Any, int], store: Store) -> None:
        app, image, answer = drawn
        app.button(key="draw_yes").click().run()
        found = store.drawings.read(ADA, "digits")
        np.testing.assert_array_equal(found.images, image[None])
        assert found.labels.tolist() == [answer]
        assert f"It is kept as “{answer}”, for you alone. Collected so far: 1." in words(app)
        assert not keys(app, "draw_was_")

    def test_no_keeps_it_as_what_it_was(self, drawn: tuple[AppTest, Any, int], store: Store) -> None:
        app, image, answer = drawn
        assert len(keys(app, "draw_was_")) == 10
        assert [app.button(key=f"draw_was_{label}").disabled for label in range(10)] == [n == answer for n in range(10)]
        right = (answer + 3) % 10
        app.button(key=f"draw_was_{right}").click().run()
        assert store.drawings.read(ADA, "digits").labels.tolist() == [right]
        assert f"It is kept as “{right}”" in words(app)
        assert "seen by you alone: 1 (1 × " in words(app)

    def test_it_can_be_taken_back(self, drawn: tuple[AppTest, Any, int], store: Store) -> None:
        app, _, _ = drawn
        app.button(key="draw_yes").click().run()
        app.button(key="draw_undo_correction").click().run()
        assert len(store.drawings.read(ADA, "digits")) == 0
        assert len(keys(app, "draw_was_")) == 10

    def test_one_that_was_there_before_is_again_what_it_was(
        self, drawn: tuple[AppTest, Any, int], store: Store
    ) -> None:
        app, image, answer = drawn
        before, wrong = (answer + 1) % 10, (answer + 2) % 10
        store.drawings.add(ADA, "digits", image[None], np.array([before], np.uint8))
        app.button(key=f"draw_was_{wrong}").click().run()
        assert store.drawings.read(ADA, "digits").labels.tolist() == [wrong]
        app.button(key="draw_undo_correction").click().run()
        assert store.drawings.read(ADA, "digits").labels.tolist() == [before]
        assert len(keys(app, "draw_was_")) == 10

    def test_what_was_deleted_elsewhere_is_asked_about_again(
        self, drawn: tuple[AppTest, Any, int], store: Store
    ) -> None:
        app, _, _ = drawn
        app.button(key="draw_yes").click().run()
        store.drawings.clear(ADA, "digits")
        app.run()
        assert "It is kept" not in words(app)
        assert len(keys(app, "draw_was_")) == 10

    def test_another_drawing_is_asked_about_anew(self, drawn: tuple[AppTest, Any, int]) -> None:
        app, _, _ = drawn
        app.button(key="draw_yes").click().run()
        other = write_canvas([np.array([[40.0, 140.0], [240.0, 140.0]])], 18)
        app.session_state["canvas_digits_0"] = {"drawing": {"raw": other, "data": None}}
        app.run()
        assert len(keys(app, "draw_was_")) == 10

    def test_a_full_collection_says_so(
        self, drawn: tuple[AppTest, Any, int], store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app, _, _ = drawn
        images, labels = some(1000)
        store.drawings.add(ADA, "digits", images, labels)
        app.button(key="draw_yes").click().run()
        assert [error.value for error in app.error] == [
            "At most 1,000 drawings can be kept. Delete some that you don't need."
        ]
        assert store.drawings.count(ADA) == 1000


class TestTheCollection:
    def test_it_shows_counts_and_every_drawing(self, open_page: OpenPage, run: RunRecord, store: Store) -> None:
        store.drawings.add(ADA, "digits", *some(8))
        app = open_page("draw.py")
        assert "seen by you alone: 8 (4 × “0” · 4 × “1”)" in words(app)
        assert len(keys(app, "teach_delete_")) == 8
        assert words(app).count("Your drawing of ") == 8

    def test_many_are_shown_a_page_at_a_time(self, open_page: OpenPage, run: RunRecord, store: Store) -> None:
        store.drawings.add(ADA, "digits", *some(60))
        assert len(keys(open_page("draw.py"), "teach_delete_")) == 24

    def test_nobody_elses_are_shown(self, open_page: OpenPage, run: RunRecord, store: Store) -> None:
        store.drawings.add("bob", "digits", *some(8))
        store.drawings.add(ADA, "clothes", *some(8))
        app = open_page("draw.py")
        assert not keys(app, "teach_delete_")

    def test_one_is_deleted(self, open_page: OpenPage, run: RunRecord, store: Store) -> None:
        first, second = store.drawings.add(ADA, "digits", *some(2))
        app = open_page("draw.py")
        app.button(key=f"teach_delete_{first}").click().run()
        assert store.drawings.read(ADA, "digits").ids == (second,)
        assert len(keys(app, "teach_delete_")) == 1

    def test_all_are_deleted(self, open_page: OpenPage, run: RunRecord, store: Store) -> None:
        store.drawings.add(ADA, "digits", *some(8))
        app = open_page("draw.py")
        app.button(key="teach_clear").click().run()
        assert store.drawings.count(ADA) == 0
        assert "Say whether an answer is right" in words(app)

    @pytest.mark.parametrize("write", [write_csv, write_npz])
    def test_a_file_is_added(
        self, write: Callable[..., bytes], open_page: OpenPage, run: RunRecord, store: Store
    ) -> None:
        app = open_page("draw.py")
        images, labels = some(5)
        app.file_uploader[0].upload(f"drawings.{write.__name__[-3:]}", write(images, labels)).run()
        assert store.drawings.count(ADA) == 0, "first one sees what will be added"
        app.button(key="teach_add").click().run()
        found = store.drawings.read(ADA, "digits")
        np.testing.assert_array_equal(found.images, images)
        np.testing.assert_array_equal(found.labels, labels)
        app.run()
        assert store.drawings.count(ADA) == 5
        assert not app.error

    @pytest.mark.parametrize("turn", ["none", "transposed", "left"])
    @pytest.mark.parametrize("inverted", [False, True])
    def test_drawings_that_lie_otherwise_are_told_and_turned_before_they_are_kept(
        self,
        inverted: bool,
        turn: str,
        open_page: OpenPage,
        run: RunRecord,
        store: Store,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(teach_found, "open_classifier", lambda files: SimpleNamespace(predict=read_glyphs))
        images, labels = glyphs(30)
        data = write_csv(turned(255 - images if inverted else images, turn), labels)
        app = open_page("draw.py", run=run.id)
        app.file_uploader[0].upload("drawings.csv", data).run()
        told = " ".join(warning.value for warning in app.warning)
        assert ("30 of 30 are dark on light" in told) == inverted
        assert ("seem to lie otherwise" in told) == (turn != "none")
        assert "reads 30 of 30 right" in words(app) or "it reads 30" in told
        app.button(key="teach_add").click().run()
        np.testing.assert_array_equal(store.drawings.read(ADA, "digits").images, images)

    def test_a_file_can_be_turned_by_hand_or_left_as_it_is(
        self, open_page: OpenPage, run: RunRecord, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(teach_found, "open_classifier", lambda files: SimpleNamespace(predict=read_glyphs))
        images, labels = glyphs(30)
        app = open_page("draw.py", run=run.id)
        app.file_uploader[0].upload("drawings.npz", write_npz(255 - turned(images, "transposed"), labels)).run()
        (invert,) = (toggle for toggle in app.toggle if toggle.label == "Swap light and dark")
        (turn,) = (box for box in app.selectbox if box.label == "How they are turned")
        assert (invert.value, turn.value) == (True, "transposed")
        invert.set_value(False)
        turn.set_value("around").run()
        app.button(key="teach_add").click().run()
        kept = store.drawings.read(ADA, "digits").images
        np.testing.assert_array_equal(kept, turned(255 - turned(images, "transposed"), "around"))

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (b"hello", "The first row of the CSV file"),
            (b"PK\3\4 hello", "This NPZ file is damaged"),
            (write_csv(*some(3)).replace(b",pixel783", b",pixel"), "The first row of the CSV file"),
            (write_csv(*some(1001)), "at most 1,000 can be added"),
        ],
        ids=["no table", "no archive", "other columns", "too many"],
    )
    def test_a_wrong_file_is_one_sentence_and_adds_nothing(
        self, data: bytes, sentence: str, open_page: OpenPage, run: RunRecord, store: Store
    ) -> None:
        app = open_page("draw.py")
        app.file_uploader[0].upload("drawings.csv", data).run()
        assert len(app.error) == 1
        assert sentence in app.error[0].value
        assert store.drawings.count(ADA) == 0


class TestTeaching:
    def test_the_button_queues_a_run_with_these_drawings(
        self, open_page: OpenPage, run: RunRecord, store: Store
    ) -> None:
        images, labels = some(8)
        store.drawings.add(ADA, "digits", images, labels)
        app = open_page("draw.py", run=run.id)
        assert "Held back to see what it brings: 2 of your 8 drawings" in words(app)
        app.button(key="teach_start").click().run()
        (new,) = store.runs.find(states=[RunState.QUEUED])
        assert (new.owner, new.config.fine_tune.base, new.name) == (ADA, run.id, "A finished run, my handwriting")
        np.testing.assert_array_equal(store.files(new.id).read_drawings().images, images)
        assert app.button(key="teach_start").disabled
        assert app.get("progress")
        again = open_page("draw.py", run=run.id)  # after a reload
        assert again.button(key="teach_start").disabled
        assert again.get("progress")

    def test_the_network_is_named_as_its_name_was_typed(
        self, open_page: OpenPage, finished_run: FinishedRun, store: Store
    ) -> None:
        record = finished_run(name="![x](http://b/x.png)")
        store.files(record.id).model.write_bytes(b"a model")
        store.drawings.add(ADA, "digits", *some(8))
        shown = words(open_page("draw.py", run=record.id))
        assert r"begins where “\!\[x\](http\:" "\u2060" r"//b/x.png)” is" in shown
        assert "[x](http" not in shown

    def test_too_few_to_hold_any_back_is_said(self, open_page: OpenPage, run: RunRecord, store: Store) -> None:
        store.drawings.add(ADA, "digits", *some(4))
        assert "Too few drawings to hold any back" in words(open_page("draw.py"))

    def test_a_baseline_is_told_apart(self, open_page: OpenPage, finished_run: FinishedRun, store: Store) -> None:
        config = RunConfig.parse({"data": {"dataset": "digits"}, "model": LogisticConfig().model_dump()})
        finished_run(config)
        store.drawings.add(ADA, "digits", *some(4))
        app = open_page("draw.py")
        assert [error.value for error in app.error] == [
            "Logistic regression can't be fine-tuned: only networks can learn on. Choose a network."
        ]
        assert not keys(app, "teach_start")

    def test_the_same_again_shows_what_is_there(
        self, open_page: OpenPage, run: RunRecord, store: Store, taught: RunRecord
    ) -> None:
        app = open_page("draw.py", run=run.id)
        app.button(key="teach_start").click().run()
        assert not store.runs.find(states=[RunState.QUEUED])
        assert "Before and after fine-tuning" in words(app)

    def test_what_digits_brought_is_not_shown_with_clothes(
        self, open_page: OpenPage, run: RunRecord, store: Store, taught: RunRecord, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pages._ui.draw.teach.need_dataset", lambda _: True)
        install_shipped(store)
        (clothes,) = [shipped for shipped in store.runs.shipped() if shipped.config.data.dataset == "fashion_mnist"]
        store.drawings.add(ADA, "clothes", *some(4))
        app = open_page("draw.py", run=run.id)
        app.button(key="teach_start").click().run()
        app.selectbox(key="draw_run").set_value(clothes.id).run()
        assert "Your drawings" in words(app)
        assert "Before and after fine-tuning" not in words(app)
        assert not app.button(key="teach_start").disabled

    def test_one_draws_with_the_new_network_at_once(
        self, open_page: OpenPage, run: RunRecord, store: Store, taught: RunRecord
    ) -> None:
        app = open_page("draw.py", run=run.id)
        app.button(key="teach_start").click().run()
        app.button(key="teach_draw").click().run()
        assert app.selectbox(key="draw_run").value == taught.id
        assert app.query_params["run"] == taught.id


@pytest.fixture
def taught(run: RunRecord, finished_run: FinishedRun, store: Store) -> RunRecord:
    """Return a finished fine-tuned run of Ada's; what its drawings were taken for is made up."""
    images, labels = some(8)
    store.drawings.add(ADA, "digits", images, labels)
    config = fine_tune_config(run, PersonalSet(images, labels, tuple(range(8)), held_out(labels)), store)
    weights = read_network(store.files(run.id), config.model, 10)
    run_id = store.new_runs.create(config, "Mine", owner=ADA, drawings=store.drawings.read(ADA, "digits"), base=weights)
    assert store.queue.claim(run_id, own_process())
    source, files = store.files(run.id), store.files(run_id)
    for name in ("onnx", "model", "probabilities"):
        getattr(files, name).write_bytes(getattr(source, name).read_bytes())
    held = np.zeros(8, bool)
    held[[4, 5]] = True
    files.write_teaching(
        {
            "held_out": held,
            "before": np.eye(10, dtype=np.float32)[[7, 1]],
            "after": np.eye(10, dtype=np.float32)[[0, 1]],
            "test_before": source.read_probabilities()["test"],
        }
    )
    outcome = Outcome(test_loss=0.3, test_accuracy=run.outcome.test_accuracy, parameters=100, epoch_seconds=[0.1] * 3)
    assert store.queue.finish(run_id, RunState.COMPLETED, outcome=outcome)
    return store.runs.get(run_id)


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


class TestBeforeAndAfter:
    def test_the_page_train_shows_both_and_where_it_came_from(
        self, open_page: OpenPage, run: RunRecord, taught: RunRecord
    ) -> None:
        app = open_page("train.py", run=taught.id)
        assert metrics(app)["Drawings that it did not learn from"] == "2 of 2"
        assert metrics(app)["Test set"] == f"{run.outcome.test_accuracy:.2%}"
        text = words(app)
        assert "It learned from 6 drawings. They are few" in text
        assert "Now 100.0%" in text
        assert "before 50.0% (" in text
        assert "7 → 0" in text
        assert any("Fine-tuned from “A finished run”" in str(link.proto.label) for link in app.get("page_link"))
        assert "keras.models.load_model" in " ".join(code.value for code in app.code)

    def test_the_network_it_came_from_is_named_as_its_name_was_typed(
        self, open_page: OpenPage, store: Store, run: RunRecord, taught: RunRecord
    ) -> None:
        store.runs.rename(run.id, "![x](http://b/x.png)", Visitor(None, is_admin=True))
        app = open_page("train.py", run=taught.id)
        labels = [str(link.proto.label) for link in app.get("page_link")]
        assert r"Fine-tuned from “\!\[x\](http\:" "\u2060" r"//b/x.png)”" in labels

    def test_others_see_the_figures_but_not_the_drawings(
        self, open_page: OpenPage, taught: RunRecord, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(session, "owner", lambda: "bob")
        app = open_page("train.py", run=taught.id)
        assert metrics(app)["Drawings that it did not learn from"] == "2 of 2"
        assert "7 → 0" not in words(app)

    @pytest.mark.parametrize(
        ("visitor", "admin", "shown"), [("bob", False, False), ("eve", True, False), (ADA, False, True)]
    )
    def test_whoever_trains_it_on_sees_the_figures_and_only_their_own_drawings(
        self,
        open_page: OpenPage,
        store: Store,
        taught: RunRecord,
        monkeypatch: pytest.MonkeyPatch,
        visitor: str,
        admin: bool,
        shown: bool,
    ) -> None:
        source = store.files(taught.id)
        np.savez(source.checkpoint, step=10)
        more = taught.config.with_settings({"epochs": taught.config.train.epochs + 1})
        run_id = store.new_runs.create(more, "On", owner=ADA if shown else "bob", continues=taught.id)
        assert store.queue.claim(run_id, own_process())
        files = store.files(run_id)
        for name in ("onnx", "model", "probabilities", "teaching"):
            getattr(files, name).write_bytes(getattr(source, name).read_bytes())
        assert store.queue.finish(run_id, RunState.COMPLETED, outcome=taught.outcome)
        monkeypatch.setattr(session, "owner", lambda: visitor)
        monkeypatch.setattr(session, "visitor", lambda: Visitor(visitor, is_admin=admin))
        app = open_page("train.py", run=run_id)
        assert not app.error
        assert metrics(app)["Drawings that it did not learn from"] == "2 of 2"
        assert ("7 → 0" in words(app)) is shown

    def test_the_base_may_be_gone(self, open_page: OpenPage, store: Store, run: RunRecord, taught: RunRecord) -> None:
        store.bin.delete(run.id, Visitor(None, is_admin=True))
        app = open_page("train.py", run=taught.id)
        assert "Before and after fine-tuning" in words(app)
        assert not app.error

    def test_missing_results_are_said_and_the_rest_is_shown(
        self, open_page: OpenPage, store: Store, taught: RunRecord
    ) -> None:
        store.files(taught.id).teaching.unlink()
        app = open_page("train.py", run=taught.id)
        assert [error.value for error in app.error] == [
            "What fine-tuning changed is missing or damaged. Fine-tune the network again."
        ]
        assert "What next?" in words(app)

    @pytest.mark.parametrize("page", ["evaluate.py", "draw.py", "robustness.py"])
    def test_every_page_takes_a_fine_tuned_run(self, page: str, open_page: OpenPage, taught: RunRecord) -> None:
        app = open_page(page, run=taught.id)
        assert not app.error
        assert not app.exception

    def test_the_form_does_not_fine_tune(self, open_page: OpenPage, taught: RunRecord) -> None:
        app = open_page("train.py", run=taught.id)
        assert app.session_state["draft"]["fine_tune"] is None
        assert app.session_state["draft"]["train"]["learning_rate"] == taught.config.train.learning_rate


def test_a_damaged_upload_leaves_what_was_there(open_page: OpenPage, run: RunRecord, store: Store) -> None:
    store.drawings.add(ADA, "digits", *some(3))
    stream = io.BytesIO()
    images, labels = some(5)
    np.savez(stream, images=images, labels=labels + np.uint8(9))
    app = open_page("draw.py")
    app.file_uploader[0].upload("drawings.npz", stream.getvalue()).run()
    assert "Labels are whole numbers from 0 to 9. Drawing 2 has another: 10" in words(app)
    assert store.drawings.count(ADA) == 3

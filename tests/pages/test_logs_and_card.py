"""The views of TensorBoard logs and of the model card, each in a page of its own."""

import io
import zipfile

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from mnist_core.store import RunState, Visitor
from mnist_core.tensorboard.board import Board
from mnist_core.tensorboard.serving import zip_logs
from pages._ui.runs import card as card_view
from tests.made_studies import made_study


@pytest.fixture(autouse=True)
def _no_cookies(monkeypatch):
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {}))


def show(part, record):
    """Return the page of one view."""

    def script(module, name, run_id):
        import importlib

        from mnist_core.store import shared_store

        getattr(importlib.import_module(module), name)(shared_store().runs.get(run_id))

    room = {"tensorboard": "one_run", "card": "runs"}[part]
    views = (f"pages._ui.{room}.{part}", f"{part}_part", record.id)
    app = AppTest.from_function(script, args=views, default_timeout=120)
    app.run()
    assert not app.exception
    return app


def words(app):
    return " ".join(element.value for element in [*app.markdown, *app.caption, *app.code, *app.error])


@pytest.fixture
def logged(store, finished_run):
    record = finished_run(name="Mine")
    board = Board(store.files(record.id).tensorboard, record.config, record.name)
    board.begin(store.metrics.points(record.id))
    board.end(success=True)
    return record


def test_logs_can_be_downloaded_and_opened(store, logged):
    app = show("tensorboard", logged)
    assert [button.label for button in app.get("download_button")] == ["Download the logs"]
    assert f"tensorboard --logdir {logged.id}" in words(app)
    assert f"python -m mnist_core tensorboard {logged.id}" in words(app)
    with zipfile.ZipFile(io.BytesIO(zip_logs(store.files(logged.id)))) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {logged.id}


def test_a_run_from_before_there_were_logs_says_how_to_get_them(finished_run):
    app = show("tensorboard", finished_run())
    assert not app.get("download_button")
    assert "This run kept no logs." in words(app)


def test_a_waiting_run_has_neither_logs_nor_card_yet(store, logged):
    record = store.runs.get(store.new_runs.create(logged.config, "Waits"))
    assert record.state is RunState.QUEUED
    assert "The logs begin with the training" in words(show("tensorboard", record))
    assert "let the training finish first" in words(show("card", record))


@pytest.mark.parametrize("part", ["tensorboard", "card"])
def test_a_private_run_shows_others_nothing(store, finished_run, digits, part):
    record = finished_run(owner="ada")
    store.runs.set_shared(record.id, False, Visitor("ada"))
    assert words(show(part, record)) == ""


def test_the_card_can_be_read_and_downloaded(finished_run, digits):
    app = show("card", finished_run(name="Mine & *yours*"))
    assert [button.label for button in app.get("download_button")] == ["Model card", "Folder for the Hub"]
    assert "# Mine \\& \\*yours\\*" in words(app)
    assert "Bias, Risks, and Limitations" in words(app)
    assert "license:" not in words(app), "the head is for the Hub"
    assert "hf upload USER/mine-yours mine-yours ." in words(app)
    # Recorded by hand, without a model of Keras: nothing that could be pushed.
    assert app.get("download_button")[1].proto.disabled


def test_a_card_names_the_study_by_the_name_that_it_has_by_now(store, finished_run, digits):
    study_id, members = made_study(store, finished_run, owner="ada", name="Before")
    assert "Part of the study “Before”, trial 1" in words(show("card", members[1]))
    store.studies.rename(study_id, "After", Visitor("ada"))
    assert "Part of the study “After”, trial 1" in words(show("card", members[1]))
    store.studies.set_shared(study_id, False, Visitor("ada"))
    store.runs.set_shared(members[1].id, True, Visitor("ada"))
    card = words(show("card", members[1]))
    assert "Bias, Risks, and Limitations" in card
    assert "Part of the study" not in card


def test_a_damaged_run_says_so_in_words(store, finished_run, digits):
    record = finished_run()
    card_view._text.clear()
    store.files(record.id).probabilities.write_bytes(b"damaged")
    assert "The predictions of this run are missing or damaged" in words(show("card", record))

"""Where nothing is trained, pages say so, and everything else works."""

import pytest

from mnist_core.settings import get_settings
from mnist_core.store import RunState

WORDS = "No networks are trained here."


@pytest.fixture(autouse=True)
def _off(own_home, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_TRAINING", "false")
    get_settings.cache_clear()


@pytest.mark.parametrize("page", ["home.py", "train.py"])
def test_the_pages_that_train_say_it_once_and_offer_no_start(open_page, page):
    app = open_page(page)
    assert not app.exception
    assert [info.value for info in app.info if WORDS in info.value] == [app.info[-1].value]
    starts = [button for button in app.button if str(button.key).startswith(("train_start", "train_first"))]
    assert starts
    assert all(button.disabled for button in starts)
    assert not app.error


def test_a_finished_run_offers_no_more_epochs_and_an_interrupted_one_no_way_on(open_page, finished_run):
    done = finished_run(state=RunState.INTERRUPTED)
    app = open_page("train.py", run=done.id)
    assert not app.exception
    assert "run_resume" not in {button.key for button in app.button}


def test_a_run_that_waited_before_says_why_it_does_not_begin(open_page, store):
    from tests.network_files import CONFIG

    waiting = store.new_runs.create(CONFIG, "A run", owner=None)
    app = open_page("train.py", run=waiting)
    assert not app.exception
    assert any(WORDS in str(part.proto) for part in app.get("progress"))


def test_drawing_evaluating_and_explaining_go_on(open_page, finished_run):
    run = finished_run()
    for page in ("draw.py", "evaluate.py", "explain.py"):
        app = open_page(page, run=run.id)
        assert not app.exception
        assert not app.error

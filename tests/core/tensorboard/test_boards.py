"""TensorBoards within pages, as real processes."""

import time

import psutil
import pytest

from mnist_core.errors import ArtifactMissingError, LimitError
from mnist_core.store import RunState
from mnist_core.system.launching import child_environment, launch
from mnist_core.tensorboard import boards as boards_module
from mnist_core.tensorboard.boards import Boards
from tests.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("uncounted_children")]


@pytest.fixture
def boards(store):
    boards = Boards(store)
    yield boards
    boards.close()


def said(board, path="data/runs"):
    with board.ask("GET", path, "", b"", {}) as answer:
        assert answer.status_code == 200
        return answer.json()


def test_a_run_is_shown_by_its_name_and_alone(boards, finished_run, store):
    mine, other = finished_run(name="Mine"), finished_run(name="Other")
    board = boards.open(mine)
    assert boards.open(mine) is board, "one for all who look at it"
    wait_until(lambda: bool(said(board)), 60, "the logs to be read")
    assert all(run.startswith("Mine, ") for run in said(board))
    assert {"scalars", "graphs", "hparams"} <= set(said(board, "data/plugins_listing"))
    process = psutil.Process(board.process.pid)
    assert not any("tensorflow" in lib.path for lib in process.memory_maps() if "site-packages" in lib.path)
    assert process.memory_info().rss < 250e6
    assert boards.of(board.token) is board
    assert boards.of(boards.open(other).token) is not board
    assert boards.of("guessed") is None
    folders = store.settings.temporary_dir.glob("tensorboard-*")
    (folder,) = [path for path in folders if (path / said(board)[0]).exists()]
    boards.close()
    assert not process.is_running()
    assert not folder.exists()


def test_it_ends_with_its_input_and_then_says_so(boards, finished_run):
    board = boards.open(finished_run())
    said(board)
    board.process.stdin.close()
    wait_until(lambda: not board.lives, 60, "the end")
    assert boards.of(board.token) is None
    with pytest.raises(ArtifactMissingError, match="has ended. Open it again"):
        board.ask("GET", "", "", b"", {})


def test_it_ends_by_itself_once_nobody_asks(tmp_path, settings):
    folder = tmp_path / "logs"
    folder.mkdir()
    process = launch(
        "mnist_core.tensorboard.program", [str(folder), "1"], child_environment(settings), output=None, heard=True
    )
    with process.stdin, process.stdout:
        assert process.stdout.readline().strip().isdigit()
        assert process.wait(60) == 0
    assert not folder.exists()


def test_one_that_rests_gives_way_and_one_in_use_does_not(boards, finished_run, monkeypatch):
    monkeypatch.setattr(Boards, "most", 1)
    first = boards.open(finished_run(name="first"))
    second = finished_run(name="second")
    with pytest.raises(LimitError, match="may be: 1. Try again in a minute"):
        boards.open(second)
    first.asked = time.monotonic() - boards_module._REST - 1
    board = boards.open(second)
    assert not first.lives
    assert board.lives


def test_what_has_no_logs_yet_is_told(boards, store, finished_run):
    waiting = store.runs.get(store.new_runs.create(finished_run().config, "waits"))
    assert waiting.state is RunState.QUEUED
    with pytest.raises(ArtifactMissingError, match="They begin with the training"):
        boards.open(waiting)
    assert not list(store.settings.temporary_dir.glob("tensorboard-*"))


def test_a_proxy_of_the_person_s_does_not_lie_between(boards, finished_run, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert isinstance(said(boards.open(finished_run())), list)

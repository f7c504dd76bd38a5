"""TensorBoards within pages, as real processes."""

import json
import time

import psutil
import pytest

from mnist_core.errors import ArtifactMissingError, LimitError
from mnist_core.store import RunState, TrialState, Visitor
from mnist_core.system.launching import child_environment, launch
from mnist_core.tensorboard import boards as boards_module
from mnist_core.tensorboard.boards import Boards
from tests.made_studies import made_study
from tests.run_rows import write_columns
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


def shown_runs(board):
    return {run.partition(",")[0] for run in said(board)}


def test_a_study_is_shown_whole_to_its_owner_and_to_others_without_its_private_runs(boards, store, finished_run):
    study_id, members = made_study(
        store, finished_run, kind="try", over="units", values=(8, 16, 32), owner="eve", name="Mine"
    )
    store.runs.set_shared(members[2].id, False, Visitor("eve"))
    study = store.studies.get(study_id)
    own = boards.open_study(study, Visitor("eve", address="here"))
    for_all = boards.open_study(study, Visitor("bob"))
    assert boards.open_study(study, Visitor("eve")) is own
    assert boards.open_study(study, Visitor(None)) is for_all, "one for all who look at it"
    wait_until(lambda: shown_runs(own) == {"Mine 1", "Mine 2", "Mine 3"}, 60, "all runs")
    wait_until(lambda: shown_runs(for_all) == {"Mine 1", "Mine 2"}, 60, "the runs that everyone may see")
    body = json.dumps({"experimentName": ""}).encode()
    with own.ask("POST", "data/plugin/hparams/experiment", "", body, {"Content-Type": "application/json"}) as answer:
        assert [column["name"] for column in answer.json()["hparamInfos"] if column.get("differs")] == ["units"]


def test_runs_of_a_study_that_end_later_are_added_and_deleted_ones_are_no_reason_to_stop(
    boards, store, finished_run, monkeypatch
):
    monkeypatch.setattr(boards_module, "REFRESH", 0.2)
    study_id, members = made_study(store, finished_run, kind="repeat", owner="eve", name="Mine")
    store.bin.delete(members[0].id, Visitor("eve"))
    board = boards.open_study(store.studies.get(study_id), Visitor("eve"))
    wait_until(lambda: shown_runs(board) == {"Mine 2", "Mine 3"}, 60, "the first runs")
    late = finished_run(name="Late", owner="eve")
    write_columns(store, late.id, study=study_id)
    store.trials.begin(study_id, 3, {"seed": 3}, late.id, cached=False)
    store.trials.end(study_id, 3, TrialState.COMPLETED, 0.9)
    wait_until(lambda: "Late" in shown_runs(board), 60, "the run that ended later")
    boards.close()
    wait_until(lambda: not list(store.settings.temporary_dir.glob("tensorboard-*")), 60, "its folder to go")


@pytest.mark.parametrize("what", ["hide a run", "delete a run", "hide the study", "delete the study"])
def test_what_turned_private_or_was_deleted_is_not_shown_any_more(boards, store, finished_run, what):
    eve = Visitor("eve")
    study_id, members = made_study(store, finished_run, kind="repeat", owner="eve", name="Mine")
    study = store.studies.get(study_id)
    for_all, own = boards.open_study(study, Visitor("bob")), boards.open_study(study, eve)
    wait_until(lambda: shown_runs(for_all) == shown_runs(own) == {"Mine 1", "Mine 2", "Mine 3"}, 60, "all runs")
    {
        "hide a run": lambda: store.runs.set_shared(members[0].id, False, eve),
        "delete a run": lambda: store.bin.delete(members[0].id, eve),
        "hide the study": lambda: store.studies.set_shared(study_id, False, eve),
        "delete the study": lambda: store.studies.delete(study_id, eve),
    }[what]()
    if what == "hide a run":  # who comes now does not see it either
        anew = boards.open_study(study, Visitor("cat"))
        assert anew is not for_all
        wait_until(lambda: shown_runs(anew) == {"Mine 2", "Mine 3"}, 60, "the others")
    wait_until(lambda: boards.of(for_all.token) is None, 60, "the end, also for who looks on")
    with pytest.raises(ArtifactMissingError, match="Open it again"):
        for_all.ask("GET", "data/runs", "", b"", {})
    if what.startswith("delete"):
        wait_until(lambda: not own.lives, 60, "the end of the owner's")
    else:
        assert boards.open_study(study, eve) is own, "all of it is its owner's still"


def test_a_study_of_which_nothing_can_be_shown_says_so(boards, store, finished_run):
    study_id, members = made_study(store, finished_run, owner="eve")
    study = store.studies.get(study_id)
    for run in members:
        store.runs.set_shared(run.id, False, Visitor("eve"))
    with pytest.raises(ArtifactMissingError, match="No run of this study has ended yet"):
        boards.open_study(study, Visitor("bob"))
    assert not list(store.settings.temporary_dir.glob("tensorboard-*"))

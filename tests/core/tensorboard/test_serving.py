"""What TensorBoard is given to show, and a run's logs as a zip."""

import io
import json
import re
import signal
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from mnist_core.__main__ import main
from mnist_core.commands.board import refresh
from mnist_core.config import RunConfig
from mnist_core.errors import ArtifactMissingError, RunNotFoundError
from mnist_core.store import RunState, Visitor
from mnist_core.tensorboard import serving
from mnist_core.tensorboard.board import Board
from mnist_core.tensorboard.events import event_files
from mnist_core.tensorboard.serving import Layout, label, zip_logs


@pytest.fixture
def logged_run(store, finished_run):
    """Return a function that makes a finished run with logs."""

    def make(name="A network"):
        record = finished_run(name=name)
        board = Board(store.files(record.id).tensorboard, record.config, record.name)
        board.begin(store.metrics.points(record.id))
        board.tell(record.outcome.test_accuracy, record.outcome.test_loss)
        board.end(success=True)
        return record

    return make


@pytest.mark.parametrize("name", ["../../etc", "a/b\\c", "x" * 200, "...", "<b>\n\0`", "Ünïcode 数字", "𠀀" * 200])
def test_whatever_a_run_is_called_its_label_is_one_plain_folder_name(finished_run, name):
    found = label(finished_run(name=name))
    assert Path(found).name == found
    assert len(found) < 100
    assert len(found.encode()) <= 255
    assert re.fullmatch(r"\w[\w .,+%-]*, \d\d-\d\d \d\d\.\d\d, [0-9a-f]{4}", found)


def test_runs_are_shown_under_their_names_and_only_once(store, logged_run, tmp_path):
    first, second = logged_run("One"), logged_run("Two")
    layout = Layout(store, tmp_path)
    layout.add([first])
    layout.add([first, second])
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_symlink()) == sorted(map(label, (first, second)))


def test_a_run_without_logs_gets_some_that_lie_elsewhere(store, finished_run, tmp_path):
    record = finished_run()
    Layout(store, tmp_path).add([record])
    assert len(event_files(tmp_path / label(record) / "validation")) == 1
    assert not store.files(record.id).tensorboard.exists()


def test_a_run_that_waits_is_shown_later(store, tmp_path):
    run_id = store.new_runs.create(RunConfig(), "Waits")
    assert store.runs.get(run_id).state is RunState.QUEUED
    folder = tmp_path / "shown"
    folder.mkdir()
    Layout(store, folder).add([store.runs.get(run_id)])
    assert list(folder.iterdir()) == []


def test_tensorboard_stays_open_when_one_of_its_runs_is_deleted(monkeypatch, tmp_path):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, text=True)
    looks = []

    def refresh():
        looks.append(1)
        if len(looks) == 2:
            child.stdin.write("\n")
            child.stdin.close()
        raise RunNotFoundError("The run was deleted.")

    monkeypatch.setattr(serving.subprocess, "Popen", lambda _: child)
    monkeypatch.setattr(serving.signal, "signal", lambda *_: None)
    monkeypatch.setattr(serving, "REFRESH", 0.05)
    assert serving.serve(tmp_path, refresh) == 0
    assert len(looks) >= 2


def test_the_zip_holds_the_logs_and_follows_no_links(store, logged_run, tmp_path):
    record = logged_run()
    files = store.files(record.id)
    (tmp_path / "secret").write_text("secret")
    (files.tensorboard / "events.out.tfevents.0000000001.secret").symlink_to(tmp_path / "secret")
    with zipfile.ZipFile(io.BytesIO(zip_logs(files))) as archive:
        assert len(archive.namelist()) == 3
        assert all(name.startswith(record.id + "/") for name in archive.namelist())


def test_a_run_without_logs_says_so(store, finished_run, capsys):
    record = finished_run()
    with pytest.raises(ArtifactMissingError, match="has no TensorBoard logs"):
        zip_logs(store.files(record.id))
    assert main(["tensorboard", record.id, "--folder"]) == 2
    assert "has no TensorBoard logs" in capsys.readouterr().err


def test_the_command_prints_where_the_logs_are(store, logged_run, settings, capsys):
    record = logged_run()
    assert main(["tensorboard", record.id, "--folder"]) == 0
    assert main(["tensorboard", "--folder"]) == 0
    assert capsys.readouterr().out.split() == [str(store.files(record.id).tensorboard), str(settings.runs_dir)]


@pytest.mark.usefixtures("uncounted_children")
@pytest.mark.slow
def test_tensorboard_itself_shows_curves_graph_and_settings_of_all_runs(logged_run, tmp_path):
    records = [logged_run("One"), logged_run("Two")]
    command = [sys.executable, "-m", "mnist_core", "tensorboard", *(r.id for r in records), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            address = next(found[0] for line in process.stderr if (found := re.search(r"http://localhost:\d+/", line)))

            def ask(path, body=None):
                headers = {"Content-Type": "application/json"}
                data = json.dumps(body).encode() if body is not None else None
                with urllib.request.urlopen(urllib.request.Request(address + path, data, headers), timeout=30) as reply:
                    return json.load(reply)

            names = set(map(label, records))
            # It reads the logs in the background; each answer is complete for what is read so far.
            while not names <= set(ask("data/plugin/graphs/info")):
                pass
            experiment = ask("data/plugin/hparams/experiment", {"experimentName": ""})
            assert "Test accuracy" in {info["displayName"] for info in experiment["metricInfos"]}
            assert {run.split("/")[0] for run in ask("data/runs")} == names
        finally:
            process.send_signal(signal.SIGINT)
            process.stderr.read()
    assert process.returncode == 0


def test_a_deleted_run_keeps_no_other_waiting(store, logged_run, tmp_path):
    gone, there = logged_run(), logged_run()
    folder = tmp_path / "shown"
    folder.mkdir()
    layout = Layout(store, folder)
    store.bin.delete(gone.id, Visitor(None, is_admin=True))
    refresh(layout, [gone.id, there.id])
    assert [path.name for path in folder.iterdir()] == [label(there)]

"""A study in TensorBoard: its runs with what was tried as columns of the view HParams."""

import json
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from mnist_core.__main__ import main
from mnist_core.config.study import Parameter
from mnist_core.store import Visitor
from mnist_core.tensorboard.events import event_files
from mnist_core.tensorboard.hparams import TriedColumns
from mnist_core.tensorboard.serving import Layout, label
from tests.made_studies import made_study


def test_what_is_no_setting_has_a_column_of_its_own():
    over = (Parameter(name="learning_rate", low=0.1, high=0.2), Parameter(name="units", low=8, high=64, whole=True))
    over += (Parameter(name="activation", values=("relu", "tanh")),)
    tried = TriedColumns(over, {"learning_rate": 0.1, "units": 16, "activation": "relu"})
    assert tried.columns() == (("units", "Units", True), ("activation", "Activation", False))
    assert tried.told() == {"units": 16.0, "activation": "relu"}
    assert TriedColumns(over, {"learning_rate": 0.1}).told() == {}, "conditional ones may be missing"


def test_runs_of_a_study_are_shown_once_they_have_ended_and_deleted_ones_left_out(store, finished_run, tmp_path):
    study_id, members = made_study(store, finished_run, kind="try", over="batch_size", values=(50, 100, 200))
    store.bin.delete(members[0].id, Visitor(None, is_admin=True))
    folder = tmp_path / "shown"
    folder.mkdir()
    layout = Layout(store, folder)
    layout.add_study(store.studies.get(study_id))
    layout.add_study(store.studies.get(study_id))
    assert {path.name for path in folder.iterdir()} == {label(run) for run in members[1:]}
    assert all(len(event_files(path)) == 1 for path in folder.iterdir())


@pytest.mark.parametrize(("options", "words"), [(["x"], "Give a study alone"), ([], "There is no study")])
def test_a_study_that_is_not_there_or_not_alone_is_refused(store, capsys, options, words):
    assert main(["tensorboard", *options, "--study", "20260101-000000-00000000"]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.usefixtures("uncounted_children")
@pytest.mark.slow
def test_tensorboards_own_view_lists_units_and_validation_accuracy_of_each_trial(store, finished_run):
    study_id, members = made_study(store, finished_run, kind="try", over="units", values=(8, 16, 32))
    command = [sys.executable, "-m", "mnist_core", "tensorboard", "--study", study_id, "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            address = next(found[0] for line in process.stderr if (found := re.search(r"http://localhost:\d+/", line)))

            def ask(path, body):
                headers = {"Content-Type": "application/json"}
                request = urllib.request.Request(address + path, json.dumps(body).encode(), headers)
                with urllib.request.urlopen(request, timeout=30) as reply:
                    return json.load(reply)

            wanted = [{"metric": {"group": "validation", "tag": "epoch_accuracy"}}]
            body = {"experimentName": "", "startIndex": 0, "sliceSize": 10, "colParams": wanted}
            body["allowedStatuses"] = ["STATUS_SUCCESS"]
            groups = []
            # It reads the logs in the background; each answer is complete for what is read so far.
            while len(groups) < 3 or not all(group["sessions"][0].get("metricValues") for group in groups):
                groups = ask("data/plugin/hparams/session_groups", body).get("sessionGroups", [])
            assert sorted(group["hparams"]["units"] for group in groups) == [8, 16, 32]
            named = {(value["name"]["group"], value["name"]["tag"]) for value in groups[0]["metricValues"]}
            assert ("validation", "epoch_accuracy") in named
            columns = ask("data/plugin/hparams/experiment", {"experimentName": ""})["hparamInfos"]
            assert [column["name"] for column in columns if column.get("differs")] == ["units"]
        finally:
            process.send_signal(signal.SIGINT)
            process.stderr.read()
    assert process.returncode == 0
    assert len(members) == 3

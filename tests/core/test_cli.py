"""The command line in processes of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_core.__main__ import main
from mnist_core.datasets import Dataset
from mnist_core.recipes import RECIPES
from mnist_core.store import RunRecord, RunState, Store
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mnist_core", *arguments], cwd=ROOT, env=os.environ, capture_output=True, text=True
    )


def test_recipes_lists_every_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes"]) == 0
    printed = capsys.readouterr().out
    assert all(recipe in printed for recipe in RECIPES)
    assert main(["recipes", "--json"]) == 0
    assert [recipe["id"] for recipe in json.loads(capsys.readouterr().out)] == list(RECIPES)


@pytest.mark.slow
def test_train_prints_one_json_object_last_and_shares_the_store(store: Store, digits: Dataset) -> None:
    settings = ("--set", "dataset=digits", "--set", "epochs=2", "--set", "validation_split=0.2")
    done = command("train", "--recipe", "first-network", *settings, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    record = store.get(result["run_id"])
    assert result["state"] == "completed"
    assert result["fingerprint"] == record.fingerprint
    assert {"import", "data", "fit", "export"} <= set(result["seconds"])
    assert len(result["epoch_seconds"]) == 2
    assert {name: len(values) for name, values in result["history"].items()} == {
        "loss": 2,
        "accuracy": 2,
        "val_loss": 2,
        "val_accuracy": 2,
    }
    assert result["test_accuracy"] == record.outcome.test_accuracy > 0.5
    assert result["test_loss"] == record.outcome.test_loss


@pytest.mark.slow
def test_ctrl_c_keeps_the_model_so_far(store: Store, digits: Dataset) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "mnist_core", "train", "--recipe", "first-network"]
        + ["--set", "dataset=digits", "--set", "epochs=200", "--set", "batch_size=1"],
        cwd=ROOT,
        env=os.environ,
        stdout=subprocess.DEVNULL,
    )
    wait_until(lambda: any(store.points(record.id) for record in store.find()), 90, "the first point")
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    (record,) = store.find()
    assert record.state is RunState.STOPPED
    assert record.outcome.test_accuracy is not None


def test_evaluate_prints_the_matrix(
    finished_run: Callable[..., RunRecord], digits: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    run = finished_run()
    assert main(["evaluate", run.id, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert np.sum(result["confusion_matrix"]) == 297
    assert np.trace(result["confusion_matrix"]) / 297 == pytest.approx(run.outcome.test_accuracy)
    assert main(["evaluate", run.id]) == 0
    assert "precision" in capsys.readouterr().out


def test_predict_reads_a_picture_of_a_digit(
    finished_run: Callable[..., RunRecord], digits: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = finished_run()
    # dark ink on white paper, larger than 28 x 28, as a person would have it
    picture = Image.fromarray(255 - digits.x_test[0]).resize((280, 280))
    picture.save(tmp_path / "digit.png")
    assert main(["predict", run.id, str(tmp_path / "digit.png"), "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["predictions"]
    assert result["class"] == str(digits.y_test[0])
    assert main(["predict", run.id, str(tmp_path / "digit.png")]) == 0
    assert f": {digits.y_test[0]} (" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "--recipe", "nope"], "There is no recipe called nope"),
        (["train", "--recipe", "first-network", "--set", "batch_size=0"], "batch_size"),
        (["train", "--recipe", "first-network", "--set", "colour=red"], "no setting called colour"),
        (["train", "--recipe", "first-network", "--set", "epochs"], "NAME=VALUE"),
        (["evaluate", "20200101-000000-00000000"], "There is no run"),
        (["predict", "../../etc/passwd", "x.png"], "There is no run"),
    ],
)
def test_bad_input_gives_a_sentence_and_exit_code_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert sentence in printed.err
    assert "Traceback" not in printed.err


def test_a_file_that_is_no_picture_is_explained(
    finished_run: Callable[..., RunRecord], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = finished_run()
    (tmp_path / "note.txt").write_text("hello")
    assert main(["predict", run.id, str(tmp_path / "note.txt")]) == 2
    assert "can't be read as a picture" in capsys.readouterr().err


def test_the_module_runs_as_a_command() -> None:
    done = command("recipes")
    assert done.returncode == 0
    assert "first-network" in done.stdout

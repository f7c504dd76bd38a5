"""The command line in processes of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

from mnist_core.__main__ import main
from mnist_core.config.recipes import RECIPES
from mnist_core.datasets import Dataset
from mnist_core.models.speed import DeviceSpeed, Speed, write_speed
from mnist_core.settings import Settings
from mnist_core.store import RunRecord, RunState, Store
from mnist_core.store.records import Place
from tests.photo_files import Scene, compose, tidy
from tests.waiting import wait_until

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("command", [["train", "--recipe", "softmax-only"], ["resume", "20260101-000000-abcdef"]])
def test_where_nothing_is_trained_the_command_line_says_so(command, monkeypatch, capsys) -> None:
    monkeypatch.setenv("MNIST_LAB_TRAINING", "false")
    assert main(command) == 2
    assert "No networks are trained here." in capsys.readouterr().err


DOCUMENTED = {
    "run_id",
    "fingerprint",
    "state",
    "seconds",
    "epoch_seconds",
    "history",
    "test_loss",
    "test_accuracy",
}  # keys of `train --json` that programs may rely on


def command(*arguments: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mnist_core", *arguments],
        cwd=ROOT,
        env=os.environ | ({"MNIST_LAB_HOME": str(home)} if home else {}),
        capture_output=True,
        text=True,
    )


@contextmanager
def beside_a_dashboard(settings: Settings) -> Iterator[None]:
    """Have somebody take all that waits, as a dashboard on the same lab does; nothing may be left for it."""
    store, over = Store(settings), Event()
    taken: list[Place] = []

    def take() -> None:
        while not over.wait(0.002):
            taken.extend(store.queue.take(lambda waiting, _: waiting, 99))

    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(take)
        yield
        over.set()
        done.result()
    store.close()
    assert not taken


def strict_json(text: str) -> Any:
    """Read JSON as other languages do: Python's own NaN and Infinity are refused."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture(scope="module")
def trained(_digits_home: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Train one recipe by the command line; return its home and what it printed last."""
    home = tmp_path_factory.mktemp("trained")
    shutil.copytree(_digits_home.datasets_dir, home / "datasets")
    settings = ("--set", "dataset=digits", "--set", "epochs=2", "--set", "validation_split=0.2")
    with beside_a_dashboard(Settings(home=home)):
        done = command("train", "--recipe", "first-network", *settings, "--json", home=home)
    assert done.returncode == 0, done.stderr
    return home, strict_json(done.stdout.splitlines()[-1])


def test_recipes_lists_every_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes"]) == 0
    printed = capsys.readouterr().out
    assert all(recipe in printed for recipe in RECIPES)
    assert main(["recipes", "--json"]) == 0
    assert [recipe["id"] for recipe in json.loads(capsys.readouterr().out)] == list(RECIPES)


def test_train_measures_this_computer_once_where_it_chooses_the_precision(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    speeds = {
        name: Speed(dense=1e9, conv=conv, normalization=0.0, step=0.001)
        for name, conv in (("float32", 1e9), ("mixed_bfloat16", 2e9))
    }
    measurements: list[Path] = []

    def calibrate_once(path: Path, wanted: Callable[[], bool]) -> None:
        measurements.append(path)
        write_speed(DeviceSpeed("CPU", speeds), path)

    monkeypatch.setattr("mnist_core.training.machine_speed.calibrate_once", calibrate_once)
    monkeypatch.setattr("mnist_core.training.run.execute", lambda run_id, store, control: store.runs.get(run_id))
    for _ in range(2):
        main(["train", "--recipe", "small-cnn"])
    assert measurements == [settings.speed_path]
    assert capsys.readouterr().out.count("Measuring once") == 1
    assert [run.config.train.precision for run in store.runs.find()] == ["mixed_bfloat16"] * 2
    assert main(["code", "--recipe", "small-cnn"]) == 0
    assert 'set_dtype_policy("mixed_bfloat16")' in capsys.readouterr().out


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
    assert "can't be read here (text)" in capsys.readouterr().err


def test_the_module_runs_as_a_command() -> None:
    done = command("recipes")
    assert done.returncode == 0
    assert "first-network" in done.stdout


@pytest.mark.slow
def test_train_prints_one_json_object_last_and_shares_the_store(trained: tuple[Path, dict[str, Any]]) -> None:
    home, result = trained
    assert set(result) >= DOCUMENTED
    assert result["state"] == "completed"
    assert set(result["seconds"]) >= {"import", "data", "fit", "export"}
    assert len(result["epoch_seconds"]) == 2
    assert sum(result["epoch_seconds"]) <= result["seconds"]["fit"]
    store = Store(Settings(home=home))
    record, history = store.runs.get(result["run_id"]), store.metrics.history(result["run_id"])
    store.close()
    assert result["fingerprint"] == record.fingerprint
    assert result["history"] == history
    assert {name: len(values) for name, values in history.items()} == dict.fromkeys(
        ("loss", "accuracy", "val_loss", "val_accuracy"), 2
    )
    assert result["test_accuracy"] == record.outcome.test_accuracy > 0.5
    assert result["test_loss"] == record.outcome.test_loss


@pytest.mark.slow
def test_evaluate_judges_what_train_has_trained(trained: tuple[Path, dict[str, Any]]) -> None:
    home, result = trained
    done = command("evaluate", result["run_id"], "--json", home=home)
    assert done.returncode == 0, done.stderr
    judged = strict_json(done.stdout)
    assert {name: judged[name] for name in ("run_id", "test_loss", "test_accuracy")} == {
        name: result[name] for name in ("run_id", "test_loss", "test_accuracy")
    }
    assert np.trace(judged["confusion_matrix"]) / 297 == pytest.approx(result["test_accuracy"])


@pytest.mark.slow
def test_predict_uses_what_train_has_trained(
    trained: tuple[Path, dict[str, Any]], digits: Dataset, tmp_path: Path
) -> None:
    home, result = trained
    names = []
    for index in range(10):
        names.append(str(tmp_path / f"{index}.png"))
        Image.fromarray(digits.x_test[index]).resize((140, 140)).save(names[-1])
    done = command("predict", result["run_id"], *names, "--json", home=home)
    assert done.returncode == 0, done.stderr
    predictions = strict_json(done.stdout)["predictions"]
    assert [prediction["image"] for prediction in predictions] == names
    for prediction in predictions:
        assert sum(prediction["probabilities"]) == pytest.approx(1.0, abs=1e-5)
        assert prediction["class"] == str(np.argmax(prediction["probabilities"]))
    right = sum(int(p["class"]) == label for p, label in zip(predictions, digits.y_test[:10], strict=True))
    assert right >= 7


@pytest.mark.slow
def test_ctrl_c_keeps_the_model_and_prints_the_result_so_far(store: Store, digits: Dataset, tmp_path: Path) -> None:
    settings = ["--set", "dataset=digits", "--set", "epochs=200", "--set", "batch_size=1"]
    with (tmp_path / "output").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "mnist_core", "train", "--recipe", "first-network", *settings, "--json"],
            cwd=ROOT,
            stdout=output,
        )
    wait_until(lambda: any(record.step for record in store.runs.find()), 90, "the first point")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)  # an impatient person presses it twice
    assert process.wait(60) == 0
    result = strict_json((tmp_path / "output").read_text().splitlines()[-1])
    assert set(result) >= DOCUMENTED
    assert result["state"] == "stopped"
    assert 0 <= result["test_accuracy"] <= 1
    assert store.files(result["run_id"]).model.exists()


@pytest.mark.slow
def test_a_run_that_fails_says_why_and_gives_exit_code_1(store: Store) -> None:
    done = command("train", "--recipe", "logistic-sgd", "--json")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    result = strict_json(done.stdout.splitlines()[-1])
    assert result["state"] == "failed"
    assert "MNIST_LAB_OFFLINE" in result["error"]
    assert (result["test_loss"], result["history"]) == (None, {})
    (record,) = store.runs.find()
    assert record.error.code == "download"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "--recipe", "nope"], "There is no recipe called nope. Choose one of first-network, "),
        (["train", "--recipe", "first-network", "--set", "epochs=0"], "Epochs: "),
        (["evaluate", "20200101-000000-00000000"], "There is no run 20200101-000000-00000000."),
    ],
)
def test_bad_input_gives_no_traceback_in_a_terminal(arguments: list[str], sentence: str) -> None:
    done = command(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(f"mnist_core: {sentence}")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_bad_setting_trains_nothing(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--recipe", "first-network", "--set", "dataset=imagenet"]) == 2
    assert "Dataset: it should be" in capsys.readouterr().err
    assert store.runs.find() == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "can't be opened: No such file"),
        (b"", "The file is empty"),
        (b"hello", "can't be read here (text)"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "damaged or cut off"),
        (b"P5\n6x 64\n255\n" + bytes(64 * 64), "PNG, JPEG, WebP and GIF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "“Most compatible”"),
    ],
    ids=["missing", "empty", "text", "cut-off", "another kind", "heic"],
)
def test_an_unreadable_picture_is_named(
    finished_run: Callable[..., RunRecord],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes | None,
    sentence: str,
) -> None:
    picture = tmp_path / "picture.png"
    if content is not None:
        picture.write_bytes(content)
    assert main(["predict", finished_run().id, str(picture)]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"mnist_core: {picture}: ")
    assert sentence in told
    assert len(told.splitlines()) == 1


def test_an_empty_picture_is_explained(
    finished_run: Callable[..., RunRecord], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("L", (50, 50), "white").save(tmp_path / "white.png")
    assert main(["predict", finished_run().id, str(tmp_path / "white.png")]) == 2
    assert "No digit was found" in capsys.readouterr().err


def test_bad_files_among_many_are_named_and_the_others_are_read(
    finished_run: Callable[..., RunRecord], digits: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = finished_run()
    names = [str(tmp_path / name) for name in ("one.png", "white.png", "strip.png", "folder", "two.png")]
    Image.fromarray(255 - digits.x_test[0]).resize((280, 280)).save(names[0])
    Image.new("L", (50, 50), "white").save(names[1])
    Image.new("RGB", (10_000, 1), "red").save(names[2])
    Path(names[3]).mkdir()
    compose([tidy("407"), tidy("13")], Scene(width=600, height=450, digit=80, pen=6), seed=1).image.save(names[4])
    assert main(["predict", run.id, *names]) == 1
    printed = capsys.readouterr()
    assert [line.split(":")[0] for line in printed.out.splitlines()] == [names[0], names[4]]
    assert [line.split(": ")[1] for line in printed.err.splitlines()] == names[1:4]
    assert main(["predict", run.id, *names, "--json"]) == 1
    told = strict_json(capsys.readouterr().out)["predictions"]
    assert [entry["image"] for entry in told] == names
    assert [entry["reading"] is None for entry in told] == [False, True, True, True, False]
    for entry in told:
        assert ("error" in entry) == (entry["reading"] is None) == (entry["class"] is None) == (not entry["digits"])
        assert entry["reading"] is None or entry["class"] == entry["digits"][0]["answer"]
    assert "10000 × 1 pixels" in told[2]["error"]
    assert [len(number) for number in told[4]["reading"].split()] == [3, 2]
    for digit in told[4]["digits"]:
        assert set(digit) == {"answer", "probability", "sure", "box"}
        top, left, bottom, right = digit["box"]
        assert 0 <= top < bottom <= 450
        assert 0 <= left < right <= 600
        assert 0.1 <= digit["probability"] <= 1


def test_a_run_without_a_model_can_not_be_judged(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    run_id = store.new_runs.create(RECIPES["first-network"].config, "Queued")
    for arguments in (["evaluate", run_id], ["predict", run_id, "x.png"]):
        assert main(arguments) == 2
        assert "train it again" in capsys.readouterr().err.lower()


@pytest.mark.slow
def test_a_finished_run_is_trained_on_by_the_command_line(trained: tuple[Path, dict[str, Any]]) -> None:
    home, first = trained
    done = command("resume", first["run_id"], "--epochs", "3", "--json", home=home)
    assert done.returncode == 0, done.stderr
    longer = strict_json(done.stdout.splitlines()[-1])
    assert longer["run_id"] != first["run_id"]
    assert len(longer["epoch_seconds"]) == 3
    for name, values in first["history"].items():
        assert longer["history"][name][:2] == values


def test_an_interrupted_run_goes_on_by_the_command_line(store: Store, digits: Dataset) -> None:
    run_id = store.new_runs.create(
        RECIPES["logistic-sgd"].config.with_settings({"dataset": "digits"}), "A run", owner="ada"
    )
    gone = subprocess.Popen(["true"])
    store.queue.claim(run_id, psutil.Process(gone.pid))
    gone.wait()
    assert store.runs.get(run_id).state is RunState.RUNNING  # no dashboard has noticed it yet
    with beside_a_dashboard(store.settings):
        done = command("resume", run_id)
    assert done.returncode == 0, done.stderr
    assert store.runs.get(run_id).state is RunState.COMPLETED


def test_a_finished_run_needs_a_number_of_epochs_to_be_trained_on(
    finished_run: Callable[..., RunRecord], store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    run = finished_run()
    assert main(["resume", run.id]) == 2
    assert "--epochs" in capsys.readouterr().err
    assert main(["resume", run.id, "--epochs", "2"]) == 2
    assert "has 3 epochs already" in capsys.readouterr().err
    assert len(store.runs.find()) == 1


def test_a_reader_who_has_enough_is_no_error(tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-m", "mnist_core", "recipes"],
        cwd=ROOT,
        env=os.environ | {"MNIST_LAB_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert writer.stdout is not None
    assert writer.stderr is not None
    writer.stdout.close()
    assert writer.wait(60) == 0
    assert writer.stderr.read() == b""
    writer.stderr.close()

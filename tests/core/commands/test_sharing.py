"""The commands that take settings elsewhere: code and link, and training what a link says."""

import ast
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mnist_core.__main__ import main
from mnist_core.config import FineTuneConfig
from mnist_core.config.links import read_link, settings_address
from mnist_core.config.recipes import RECIPES
from mnist_core.datasets import Dataset
from mnist_core.drawing.personal import PersonalSet, held_out
from mnist_core.models.keras_file import network_keras
from mnist_core.models.network_files import read_network
from mnist_core.script import keras_code
from mnist_core.settings import get_settings
from mnist_core.store import RunRecord, RunState, Store, Visitor
from tests.network_files import CONFIG as NETWORK
from tests.network_files import write_network

FinishedRun = Callable[..., RunRecord]


@pytest.mark.parametrize("recipe", RECIPES)
def test_code_prints_a_recipes_script(recipe: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["code", "--recipe", recipe]) == 0
    assert capsys.readouterr().out == keras_code(RECIPES[recipe].config)


def test_code_of_a_run_is_written_to_a_file(
    finished_run: FinishedRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = finished_run()
    script, notebook = tmp_path / "new" / "run.py", tmp_path / "run.ipynb"
    assert main(["code", record.id, "--out", str(script)]) == 0
    assert main(["code", record.id, "--notebook", "--out", str(notebook)]) == 0
    ast.parse(script.read_text())
    assert "keras.layers.Dense(16" in script.read_text()
    assert json.loads(notebook.read_text())["nbformat"] == 4
    assert str(script) in capsys.readouterr().out
    assert [path.name for path in script.parent.iterdir()] == ["run.py"]


def test_code_of_a_fine_tuned_run_brings_its_files_along(
    finished_run: FinishedRun, store: Store, digits: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = finished_run()
    weights = read_network(store.files(base.id), base.config.model, 10)
    config = base.config.model_copy(update={"fine_tune": FineTuneConfig(base=base.id, drawings="0" * 16)})
    run_id = store.new_runs.create(
        config,
        "Mine",
        drawings=PersonalSet(digits.x_test[:5], digits.y_test[:5], tuple(range(5)), held_out(digits.y_test[:5])),
        base=weights,
    )
    out = tmp_path / "out" / "script.py"
    assert main(["code", run_id, "--out", str(out)]) == 0
    assert (out.parent / "base.keras").read_bytes() == network_keras(base.config.model, weights)
    np.testing.assert_array_equal(np.load(out.parent / "drawings.npz")["images"], digits.x_test[:5])
    store.files(run_id).base_weights.write_bytes(b"")
    assert main(["code", run_id, "--out", str(tmp_path / "script.py")]) == 2
    assert "The model that this run begins with is missing or damaged" in capsys.readouterr().err


def test_link_gives_addresses_that_are_read_again(
    finished_run: FinishedRun, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    record = finished_run(recipe="small-cnn")
    assert main(["link", record.id, "--base", "https://example.org/lab/", "--json"]) == 0
    links = json.loads(capsys.readouterr().out)
    assert links["run"] == f"https://example.org/lab/train?run={record.id}"
    assert read_link(links["settings"]).config == record.config
    assert read_link(links["settings"]).recipe == "small-cnn"
    store.runs.set_shared(record.id, False, Visitor(None, is_admin=True))
    assert main(["link", record.id]) == 0
    assert "private: only its owner" in capsys.readouterr().out
    assert main(["link", "--recipe", "best-cnn", "--json"]) == 0
    assert json.loads(capsys.readouterr().out).keys() == {"settings"}


def test_link_begins_with_the_public_address(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_LAB_PUBLIC_URL", "https://lab.example.org/mnist/")
    get_settings.cache_clear()
    assert main(["link", "--recipe", "best-cnn", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["settings"].startswith("https://lab.example.org/mnist/train?config=")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["code", "--recipe", "nothing"], "There is no recipe called nothing"),
        (["code", "20200101-000000-00000000"], "There is no run"),
        (["link", "--recipe", "nothing"], "There is no recipe called nothing"),
        (["train", "--link", "http://localhost:8501/train?config=1abc"], "cut off or changed"),
        (["train", "--link", "http://localhost:8501/train?run=3"], "leads to a run"),
    ],
)
def test_bad_input_gives_a_sentence_and_trains_nothing(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str], store: Store
) -> None:
    assert main(arguments) == 2
    assert sentence in capsys.readouterr().err
    assert store.runs.find() == []


def test_train_trains_what_a_link_says(digits: Dataset, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    config = RECIPES["logistic-sgd"].config.with_settings({"dataset": "digits", "epochs": 1, "folds": 2})
    address = settings_address("http://localhost:8501", config, "logistic-sgd")
    assert main(["train", "--link", address, "--set", "seed=7", "--json"]) == 0
    (record,) = store.runs.find()
    assert record.state is RunState.COMPLETED
    assert record.config == config.with_settings({"seed": 7})
    assert record.name == "The baseline"


def test_picture_draws_a_recipes_or_a_runs_network(
    store: Store, finished_run: FinishedRun, digits: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["picture", "--recipe", "small-cnn", "--theme", "dark"]) == 0
    assert "13 × 13 × 32" in capsys.readouterr().out
    record = finished_run(NETWORK)
    write_network(store.files(record.id), seed=0, images=digits.x_test)
    target = tmp_path / "network.svg"
    assert main(["picture", record.id, "--image", "3", "--out", str(target)]) == 0
    assert target.read_text().count("<image") == 1 + 3  # the digit, and the maps of three filters


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["--recipe", "small-cnn", "--image", "0"], "name a run"), (["RUN", "--image", "297"], "from 0 to 296")],
)
def test_picture_says_which_images_there_are(
    arguments: list[str], sentence: str, finished_run: FinishedRun, capsys: pytest.CaptureFixture[str]
) -> None:
    record = finished_run(NETWORK)
    assert main(["picture", *(record.id if word == "RUN" else word for word in arguments)]) == 2
    assert sentence in capsys.readouterr().err

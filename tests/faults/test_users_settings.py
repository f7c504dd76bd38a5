"""What a user's Keras, TensorFlow and Python are set to changes no result. Real processes, as a user starts them."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_core.commands.training import assignment
from mnist_core.config.recipes import RECIPES
from mnist_core.settings import Settings
from mnist_core.store import RunRecord, RunState, Store
from tests.faults.conftest import Lab

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
LAYERS = (
    '[{"kind": "conv2d", "filters": 4}, {"kind": "max_pooling2d"}, {"kind": "batch_normalization"}, '
    '{"kind": "dense", "units": 16}]'
)
# Not the precision that each home would measure for itself.
CHANGES = ("dataset=digits", f"layers={LAYERS}", "epochs=2", "precision=float32")
TRAIN = ["train", "--recipe", "small-cnn", "--json", *(part for text in CHANGES for part in ("--set", text))]
CONFIG = {"backend": "tensorflow", "floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_last"}
HOSTILE = {
    "PYTHONWARNINGS": "error",
    "TF_USE_LEGACY_KERAS": "1",
    "TF_DETERMINISTIC_OPS": "1",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_XLA_FLAGS": "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit",
    "XLA_FLAGS": "--xla_cpu_enable_fast_math=true --no_such_flag=1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "KERAS_MAX_EPOCHS": "1",
    "KERAS_NNX_ENABLED": "true",
}


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    """Return the figures of a run in a clean environment, once they are there."""
    return {}


def train(home: Path, digits: Path, **environment: str) -> dict[str, Any]:
    """Train by the command line in a home of its own and return what it prints, with its weights and probabilities."""
    shutil.copytree(digits, home / "datasets" / "digits-v1")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("KERAS_", "TF_", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-m", "mnist_core", *TRAIN],
        cwd=ROOT,
        env=variables | {"MNIST_LAB_HOME": str(home), "HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    store = Store(Settings(home=home))
    told["probabilities"] = store.files(told["run_id"]).read_probabilities()["test"]
    store.close()
    return told


def keras_json(folder: Path, content: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "keras.json").write_text(content)
    return folder


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(CONFIG | {"image_data_format": "channels_first"}),
        json.dumps(CONFIG | {"floatx": "float16", "epsilon": 0.1, "backend": "no_such_backend"}),
        "[1, 2",
        "[]",
    ],
    ids=["channels_first", "float16", "cut off", "a list"],
)
def test_a_users_keras_json_changes_no_result(
    content: str, kept: dict[str, Any], digits: object, settings: Settings, tmp_path: Path
) -> None:
    ready = settings.datasets_dir / "digits-v1"
    if not kept:
        kept.update(train(tmp_path / "clean", ready))
    home = tmp_path / "home2"
    keras_json(home / ".keras", content)  # where Keras looks
    elsewhere = keras_json(tmp_path / "keras", content)  # where it is told to look
    told = train(home, ready, KERAS_HOME=str(elsewhere), KERAS_BACKEND="no_such_backend", **HOSTILE)
    same_figures(kept, told)


def same_figures(one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    for name in ("fingerprint", "parameters", "test_loss", "test_accuracy", "history", "computed_with"):
        assert one[name] == other[name], name
    np.testing.assert_array_equal(one["probabilities"], other["probabilities"])


def test_a_worker_of_the_queue_is_told_by_us_alone(
    lab: Lab, kept: dict[str, Any], tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not kept:
        kept.update(train(tmp_path / "clean", settings.datasets_dir / "digits-v1"))
    first = json.dumps(CONFIG | {"image_data_format": "channels_first", "floatx": "float64"})
    hostile = HOSTILE | {"KERAS_HOME": str(keras_json(tmp_path / "keras", first)), "PYTHONOPTIMIZE": "2"}
    for name, value in hostile.items():
        monkeypatch.setenv(name, value)
    values = dict(assignment(text) for text in CHANGES)
    run_id = lab.start().submit(RECIPES["small-cnn"].config.with_settings(values))
    record: RunRecord = lab.until(run_id, RunState.COMPLETED, RunState.FAILED)
    assert record.error is None, record.error
    assert record.outcome.test_loss == kept["test_loss"]
    assert record.outcome.computed_with == kept["computed_with"]
    assert record.outcome.computed_with["image_data_format"] == "channels_last"
    table = lab.store.files(run_id).read_probabilities()["test"]
    np.testing.assert_array_equal(table, kept["probabilities"])


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="PyTorch is installed here")
def test_a_backend_is_chosen_by_our_own_setting_and_a_missing_one_is_a_sentence(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    record = lab.start(backend="torch").until(lab.submit(), RunState.FAILED)
    assert record.error is not None
    assert record.error.code == "config"
    assert record.error.message.startswith("Keras can't calculate with torch: ")

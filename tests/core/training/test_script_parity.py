"""The plain script, run in a process of its own, gives the figures of the run.

Both draw the order of the images differently, so they agree as two seeds do. How much five seeds of the script differ
was measured by ``python -m benchmarks.script``; benchmarks/README.md has the table.
"""

import json
import os

import pytest

from benchmarks.plain import run_plain
from mnist_core.__main__ import main
from mnist_core.config.recipes import RECIPES
from mnist_core.script import keras_code
from mnist_core.settings import get_settings

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("uncounted_children")]
HAS_REAL_DATA = bool(os.environ.get("MNIST_LAB_DATA_DIR"))
# Accuracy may differ by 0.004, and the loss by the largest of five seeds less the smallest, after two epochs.
REAL = ({"epochs": 2}, 0.004, 0.0069)
# 297 test images, enlarged more simply: each of them counts 0.0034.
SMALL = ({"dataset": "digits", "epochs": 20}, 0.04, 0.08)


def test_the_script_gives_the_runs_figures(request, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    request.getfixturevalue("real_settings" if HAS_REAL_DATA else "digits")
    settings, accuracy, loss = REAL if HAS_REAL_DATA else SMALL
    config = RECIPES["first-network"].config.with_settings(settings)
    theirs = run_plain(keras_code(config), tmp_path, get_settings().data_dir)
    changes = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    assert main(["train", "--recipe", "first-network", "--json", *changes]) == 0
    mine = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert mine["test_accuracy"] == pytest.approx(theirs["test_accuracy"], abs=accuracy)
    assert mine["test_loss"] == pytest.approx(theirs["test_loss"], abs=loss)
    assert mine["history"]["accuracy"][-1] == pytest.approx(theirs["accuracy"], abs=accuracy)
    assert mine["history"]["loss"][-1] == pytest.approx(theirs["loss"], abs=loss)
    assert (tmp_path / "curves.png").stat().st_size > 5000

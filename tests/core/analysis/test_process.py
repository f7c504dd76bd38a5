"""The child process, as the app starts it, on the bundled digits."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import SGDClassifier
from sklearn.manifold import trustworthiness
from sklearn.neighbors import KNeighborsClassifier

from mnist_core.analysis.exploration import near_duplicates
from mnist_core.datasets import Dataset
from mnist_core.settings import Settings
from mnist_core.store import Analysis, read_analysis

ROOT = Path(__file__).parents[3]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(digits: Dataset) -> Iterator[Start]:
    """Return a function that starts a child; all are ended after the test."""
    children = []

    def start(analysis: Analysis) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "mnist_core.analysis", analysis.kind, "--dataset", analysis.dataset]
        command += ["--samples", str(analysis.samples), "--seed", str(analysis.seed)]
        child = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.wait(240)
        for stream in (child.stdin, child.stdout, child.stderr):
            if stream is not None:
                stream.close()


def finish(child: "subprocess.Popen[str]") -> list[dict]:
    """Wait for the end, keeping the input open, and return the lines."""
    assert child.stdout is not None
    lines = [json.loads(line) for line in child.stdout]
    child.wait(240)
    return lines


def computed(start: Start, settings: Settings, analysis: Analysis) -> dict[str, np.ndarray]:
    child = start(analysis)
    fractions = [line["fraction"] for line in finish(child)]
    assert child.returncode == 0, child.stderr.read()
    assert fractions
    assert fractions == sorted(fractions)
    result = read_analysis(analysis, settings)
    assert result is not None
    return result


def test_a_tsne_map_keeps_neighbours_together(start: Start, settings: Settings, digits: Dataset) -> None:
    result = computed(start, settings, Analysis("tsne", "digits", 300, 1))
    assert len(set(result["indices"])) == 300
    x = digits.x_train[result["indices"]].reshape(300, -1) / 255.0
    # 0.5 would be chance, 1 means that all neighbours on the map are neighbours in truth.
    assert trustworthiness(x, result["points"], n_neighbors=5) > 0.95


def test_near_duplicates_are_written(start: Start, settings: Settings, digits: Dataset) -> None:
    result = computed(start, settings, Analysis("duplicates", "digits", 1500))
    pairs, distances = near_duplicates(digits.x_train, digits.x_test)
    np.testing.assert_array_equal(result["pairs"], pairs)
    np.testing.assert_array_equal(result["distances"], distances)


def test_nearest_neighbours_are_as_good_as_scikit_learns(start: Start, settings: Settings, digits: Dataset) -> None:
    result = computed(start, settings, Analysis("knn", "digits", 5000))
    model = KNeighborsClassifier(3, algorithm="brute").fit(digits.x_train.reshape(1500, -1), digits.y_train)
    expected = model.score(digits.x_test.reshape(297, -1), digits.y_test)
    assert float(result["test_accuracy"]) == pytest.approx(expected, abs=0.004)  # one image: rounding may decide a tie


def test_logistic_regression_is_as_good_as_scikit_learns(start: Start, settings: Settings, digits: Dataset) -> None:
    result = computed(start, settings, Analysis("logistic", "digits", 1500, 3))
    model = SGDClassifier(loss="log_loss", max_iter=5, random_state=3)
    with pytest.warns(UserWarning, match="convergence"):
        model.fit(digits.x_train.reshape(1500, -1) / 255.0, digits.y_train)
    expected = model.score(digits.x_test.reshape(297, -1) / 255.0, digits.y_test)
    assert float(result["test_accuracy"]) == pytest.approx(expected)
    assert result["folds"].shape == (5,)
    assert int(result["train_size"]) == 1500


def test_a_dataset_that_cannot_be_had_is_said_in_a_sentence(start: Start) -> None:
    child = start(Analysis("knn", "mnist", 100))
    (line,) = finish(child)
    assert child.returncode == 1
    assert "MNIST" in line["error"]["template"].format(**line["error"]["values"])


def test_the_end_of_its_input_ends_the_process(start: Start) -> None:
    child = start(Analysis("tsne", "digits", 1500))
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(240) == 4


@pytest.mark.skipif(sys.platform == "win32", reason="niceness")
def test_pages_and_trainings_come_first(start: Start) -> None:
    child = start(Analysis("tsne", "digits", 1500))
    assert child.stdout is not None
    child.stdout.readline()  # at work
    assert os.getpriority(os.PRIO_PROCESS, child.pid) >= min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)

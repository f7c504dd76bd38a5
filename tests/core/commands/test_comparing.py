"""``python -m mnist_core compare``."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from mnist_core.__main__ import main
from mnist_core.config import DataConfig, RunConfig
from mnist_core.datasets import Dataset
from mnist_core.evaluation import compare
from mnist_core.store import RunRecord, Store

FinishedRun = Callable[..., RunRecord]


@pytest.fixture
def pair(finished_run: FinishedRun, store: Store) -> tuple[RunRecord, RunRecord]:
    """Return two runs of which the second says each time the next class."""
    first = finished_run(name="first")
    second = finished_run(first.config.with_settings({"epochs": 5}), name="second")
    table = store.files(first.id).read_probabilities()["test"]
    store.files(second.id).write_probabilities({"test": np.roll(table, 1, axis=1)})
    return first, second


def test_says_what_differs_and_how_likely_it_is_luck(
    pair: tuple[RunRecord, RunRecord], store: Store, digits: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = pair
    assert main(["compare", first.id, second.id, first.id, "--json"]) == 0  # who is named twice is compared once
    printed = json.loads(capsys.readouterr().out)
    assert printed["settings"] == {"epochs": ["3", "5"]}
    assert [run["run_id"] for run in printed["runs"]] == [first.id, second.id]
    assert printed["runs"][0]["low"] < printed["runs"][0]["accuracy"] < printed["runs"][0]["high"]
    assert len(printed["runs"][0]["recall"]) == 10
    tables = [store.files(run.id).read_probabilities()["test"] for run in pair]
    expected = compare(*tables, digits.y_test)
    (luck,) = printed["pairs"]
    assert (luck["only_first"], luck["only_second"]) == (len(expected.only_first), len(expected.only_second))
    assert luck["p_value"] == luck["p_value_holm"] == expected.p_value


def test_prints_tables_for_people(pair: tuple[RunRecord, RunRecord], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *(run.id for run in pair)]) == 0
    printed = capsys.readouterr().out
    assert "Epochs\n    1  3\n    2  5\n" in printed
    assert f"{pair[0].outcome.test_accuracy:.4f}" in printed
    assert "1 and 2: only 1" in printed


def test_a_run_that_still_waits_has_dashes(
    finished_run: FinishedRun, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = store.new_runs.create(RunConfig(data=DataConfig(dataset="digits")), "waiting")
    assert main(["compare", finished_run().id, waiting]) == 0
    assert "–           –" in capsys.readouterr().out


def test_damaged_predictions_leave_the_rest(
    pair: tuple[RunRecord, RunRecord], store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    store.files(pair[1].id).probabilities.write_bytes(b"nonsense")
    assert main(["compare", *(run.id for run in pair), "--json"]) == 0
    printed = capsys.readouterr()
    assert "missing or damaged" in printed.err
    assert json.loads(printed.out)["pairs"] == []


def test_one_run_alone_is_refused_with_a_sentence(
    finished_run: FinishedRun, capsys: pytest.CaptureFixture[str]
) -> None:
    run = finished_run()
    assert main(["compare", run.id, run.id]) == 2
    assert "two different runs" in capsys.readouterr().err


def test_runs_that_differ_in_their_seed_only_have_mean_and_deviation(
    finished_run: FinishedRun, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [finished_run(name="one")]
    runs += [finished_run(runs[0].config.with_settings({"seed": seed})) for seed in (5, 6)]
    runs.append(finished_run(runs[0].config.with_settings({"epochs": 5})))
    ids = [run.id for run in runs]
    assert main(["compare", *ids, "--json"]) == 0
    (group,) = json.loads(capsys.readouterr().out)["groups"]
    assert (group["runs"], group["n"]) == (ids[:3], 3)
    assert group["low"] <= group["mean"] <= group["high"]
    assert main(["compare", *ids]) == 0
    assert f"  1, 2, 3: {group['mean']:.2%} ± " in capsys.readouterr().out

"""Runs that differ in their seed only are found, and their curves have a mean."""

import numpy as np
import pytest

from mnist_core.config import DataConfig, Dense, NetworkConfig, RunConfig
from mnist_core.evaluation.comparing import Line, mean_line, seed_groups

BASE = RunConfig(data=DataConfig(dataset="digits"), model=NetworkConfig(layers=(Dense(units=16),)))


def line(*values: float, within: int = 0) -> Line:
    ends = np.array([False] * within + [True] * len(values))
    x = np.arange(1, len(ends) + 1, dtype=np.float64)
    return Line(x, np.array([9.0] * within + list(values)), ends)


def test_runs_that_differ_in_the_seed_only_are_a_group() -> None:
    other = BASE.with_settings({"epochs": 9})
    entries = [
        ("a", BASE.with_settings({"seed": 1})),
        ("b", other),
        ("c", BASE.with_settings({"seed": 2})),
        ("alone", BASE.with_settings({"layers": []})),
        ("d", other.with_settings({"seed": 7})),
    ]
    assert seed_groups(entries) == [["a", "c"], ["b", "d"]]


def test_the_same_run_once_more_is_no_luck() -> None:
    assert seed_groups([("a", BASE), ("again", BASE)]) == []
    assert seed_groups([("a", BASE), ("again", BASE), ("b", BASE.with_settings({"seed": 5}))]) == [["a", "b"]]


def test_the_mean_goes_as_far_as_the_shortest_curve_and_looks_at_ends_of_epochs_only() -> None:
    found = mean_line([line(0.5, 0.7, 0.8), line(0.7, 0.9, within=1)])
    assert found.mean == pytest.approx([0.6, 0.8])
    assert found.deviation == pytest.approx([np.std([0.5, 0.7], ddof=1)] * 2)
    assert found.x == pytest.approx([1.5, 2.5])
    assert len(mean_line([line(0.5), line()]).x) == 0

"""Curves on one axis, and smoothing by hand."""

import numpy as np
import pytest

from mnist_core.evaluation.comparing import metric_line, smooth
from mnist_core.store import MetricPoint


def point(kind: str, step: int, epoch: int, **values: float) -> MetricPoint:
    return MetricPoint(kind=kind, step=step, epoch=epoch, seconds=step / 4, values=values)


POINTS = [
    point("batch", 5, 1, loss=3.0),
    point("epoch", 10, 1, loss=2.0, val_loss=2.5),
    point("batch", 15, 2, loss=1.5),
    point("epoch", 20, 2, loss=1.0, val_loss=1.25),
]


@pytest.mark.parametrize(
    ("axis", "x"),
    [("epoch", [0.5, 1, 1.5, 2]), ("step", [5, 10, 15, 20]), ("seconds", [1.25, 2.5, 3.75, 5])],
)
def test_each_axis_places_all_points(axis: str, x: list[float]) -> None:
    line = metric_line(POINTS, "loss", axis, 10)
    assert line.x.tolist() == x
    assert line.y.tolist() == [3.0, 2.0, 1.5, 1.0]
    assert line.ends_epoch.tolist() == [False, True, False, True]


def test_validation_has_values_after_epochs_only() -> None:
    line = metric_line(POINTS, "val_loss", "step", 10)
    assert (line.x.tolist(), line.y.tolist()) == ([10, 20], [2.5, 1.25])


def test_a_run_without_the_metric_has_an_empty_line() -> None:
    line = metric_line(POINTS, "val_accuracy", "epoch", 10)
    assert len(line.x) == len(line.y) == len(line.ends_epoch) == 0
    assert len(smooth(line.y, 0.9)) == 0


def test_many_points_are_thinned_out_but_no_end_of_an_epoch_is() -> None:
    points = [point("epoch" if n % 100 == 99 else "batch", n, n // 100 + 1, loss=1.0) for n in range(5000)]
    line = metric_line(points, "loss", "epoch", 100, most=200)
    assert line.ends_epoch.sum() == 50
    assert len(line.x) <= 260
    assert (np.diff(line.x) >= 0).all()


def test_smoothing_is_tensorboards() -> None:
    # by hand: averages 0.5, 1.25, then divided by 1 - 0.5 and 1 - 0.25
    assert smooth(np.array([1.0, 2.0]), 0.5).tolist() == pytest.approx([1.0, 1.25 / 0.75])


def test_smoothing_neither_moves_a_constant_nor_begins_at_zero() -> None:
    assert smooth(np.full(50, 0.7), 0.99) == pytest.approx(np.full(50, 0.7))


def test_no_smoothing_changes_nothing() -> None:
    values = np.random.default_rng(0).normal(size=20)
    assert smooth(values, 0.0) == pytest.approx(values)
    assert smooth(values, 0.9).std() < values.std()

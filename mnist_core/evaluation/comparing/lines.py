"""Curves of several runs on one axis, and smoothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mnist_core.config import RunConfig
from mnist_core.store import MetricPoint, Outcome

Axis = Literal["epoch", "step", "seconds"]


@dataclass(frozen=True)
class Line:
    """One metric of one run.

    Attributes
    ----------
    x, y : ndarray of shape (n,), float64
        In the order in which they came; empty where the run has no such metric.
    ends_epoch : ndarray of shape (n,), bool
        Which points are values after an epoch; the others are running means within one.
    """

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    ends_epoch: npt.NDArray[np.bool_]


def metric_line(points: Sequence[MetricPoint], metric: str, axis: Axis, steps_per_epoch: int, most: int = 500) -> Line:
    """Return one metric of a run against epochs, steps or seconds.

    Parameters
    ----------
    points : sequence of MetricPoint
    metric : str
        ``loss``, ``accuracy``, ``val_loss`` or ``val_accuracy``; the last two are known after epochs only.
    axis : {"epoch", "step", "seconds"}
        Steps are batches and seconds wall time, both since training began.
    steps_per_epoch : int
        Places points within an epoch on the axis of epochs.
    most : int
        Points within epochs are thinned out to about so many; those after epochs are all kept.
    """
    known = [point for point in points if metric in point.values]
    within = sum(point.kind == "batch" for point in known)
    step = max(1, -(-within // max(most, 1)))
    known = [point for index, point in enumerate(known) if point.kind == "epoch" or index % step == 0]
    return Line(
        np.array([_place(point, axis, steps_per_epoch) for point in known], np.float64),
        np.array([point.values[metric] for point in known], np.float64),
        np.array([point.kind == "epoch" for point in known], np.bool_),
    )


def test_point(
    config: RunConfig, outcome: Outcome, points: Sequence[MetricPoint], steps_per_epoch: int, metric: str
) -> tuple[float, float] | None:
    """Return where on a curve by epochs the kept weights are, and what they reach on the test set.

    Early stopping brings back the weights of the least validation loss; where a run was stopped, the epoch is a
    fraction. None before the test, and for a loss that is not the curve's: label smoothing has labels of its own.
    """
    value = outcome.test_accuracy if metric == "accuracy" else outcome.test_loss
    if value is None or not points or (metric == "loss" and config.train.label_smoothing):
        return None
    checked = [point for point in points if point.kind == "epoch" and "val_loss" in point.values]
    if config.train.early_stopping is not None and checked:
        return float(min(checked, key=lambda point: point.values["val_loss"]).epoch), value
    return _place(points[-1], "epoch", steps_per_epoch), value


def _place(point: MetricPoint, axis: Axis, steps_per_epoch: int) -> float:
    if axis == "epoch":
        return float(point.epoch) if point.kind == "epoch" else point.step / max(steps_per_epoch, 1)
    return float(point.step) if axis == "step" else point.seconds


def smooth(values: npt.NDArray[np.float64], weight: float) -> npt.NDArray[np.float64]:
    """Return an exponential moving average without the bias of its beginning, as TensorBoard draws it.

    ``average = weight * average + (1 - weight) * value``, divided by ``1 - weight ** n`` after n values, so that it
    does not begin at 0 (`classicSmoothing` in tensorboard/webapp/widgets/line_chart_v2/data_transformer.ts; the
    correction is that of Kingma and Ba, "Adam", 2015). It lags behind by about ``1 / (1 - weight)`` values.

    Parameters
    ----------
    values : ndarray of shape (n,), float64
    weight : float
        How much of the average so far is kept, ``0 <= weight < 1``; 0 changes nothing.
    """
    smoothed, average = np.empty_like(values), 0.0
    for index, value in enumerate(values):
        average = weight * average + (1 - weight) * value
        smoothed[index] = average / (1 - weight ** (index + 1))
    return smoothed

"""What a trial is measured by."""

import math
from collections.abc import Sequence

from mnist_core.config.study import Question
from mnist_core.evaluation.rate import RateFinding, find_rate
from mnist_core.store import MetricPoint, RunRecord


def measured(question: Question, record: RunRecord, points: Sequence[MetricPoint]) -> float | None:
    """Return what a finished run counts as in a study; None where that was not measured, or is no number.

    Of a test of learning rates it is the rate that it suggests.
    """
    if question.kind == "rate":
        finding = found_rate(record, points)
        return finding.suggested if finding else None
    value = getattr(record.outcome, question.objective)
    return value if value is not None and math.isfinite(value) else None


def found_rate(record: RunRecord, points: Sequence[MetricPoint]) -> RateFinding | None:
    """Return what a run with a rising learning rate found; see `find_rate`."""
    return find_rate(points, record.steps_per_epoch * record.config.train.epochs)


def history_of(question: Question, points: Sequence[MetricPoint]) -> list[float]:
    """Return the same after each epoch, as far as it is measured then.

    The test set is looked at once, at the end: until then the validation accuracy stands for it, or that of training.
    """
    loss = question.objective == "val_loss"
    names = ("val_loss", "loss") if loss else ("val_accuracy", "accuracy")
    epochs = [point.values for point in points if point.kind == "epoch"]
    name = next((name for name in names if any(name in values for values in epochs)), names[-1])
    found = [values.get(name, math.nan) for values in epochs]
    return [value if math.isfinite(value) else (1e9 if loss else 0.0) for value in found]

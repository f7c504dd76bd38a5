"""The curves of a run, its newest figures, and what they say."""

from collections.abc import Callable, Sequence
from statistics import fmean, pstdev
from typing import Any

import streamlit as st

from mnist_core.evaluation.comparing import test_point
from mnist_core.evaluation.diagnosis import Finding
from mnist_core.figures.scale import Metric, Scales
from mnist_core.store import METRIC_NAMES, MetricPoint, RunRecord
from pages._ui.one_run.curve import METRICS, two_curves
from pages._ui.parts.curve_scales import curve_scales
from pages._ui.parts.downloads import csv_button
from pages._ui.shell.i18n import t, term
from pages._ui.train.diagnosis import diagnosis_view, findings_of


def curves_view(record: RunRecord, points: list[MetricPoint], leave: Callable[[], None]) -> None:
    """Show the curves, and what they say; `leave` shows the form in place of the run."""
    findings = findings_of(record, points)
    scales = curve_scales()
    more = {metric: _marks(record, points, metric, scales, findings) for metric in METRICS}
    two_curves(record, points, "curve", more)
    diagnosis_view(record, findings, leave)
    if record.state.is_finished:
        csv_button(lambda: _table(points), f"metrics_{record.id}", of=[record.id])


def metrics_view(record: RunRecord, points: list[MetricPoint]) -> None:
    """Show the newest figures."""
    folds = [point.values for point in points] if record.config.model.kind == "logistic_sgd" else []
    last = _mean(folds) if folds else _newest(points)
    # Of the model that is kept, once it was judged: what the page Evaluate says too.
    kept = record.outcome.val_accuracy
    validation = last.get("val_accuracy") if kept is None else kept
    values = (
        (t("Training accuracy"), last.get("accuracy"), "training_set"),
        (t("Validation accuracy"), validation, "validation_set"),
        (t("Test accuracy"), record.outcome.test_accuracy, "test_set"),
    )
    with st.container(horizontal=True):
        for label, value, glossary_term in values:
            st.metric(label, "–" if value is None else t.number(value, ".2%"), help=term(glossary_term), border=True)
    if folds:
        st.caption(
            t(
                "Training and validation accuracy are the mean of {n} folds. From fold to fold the validation "
                "accuracy varies by ± {spread:.2%} (standard deviation).",
                n=len(folds),
                spread=pstdev(values["val_accuracy"] for values in folds),
            ),
            help=term("cross_validation"),
        )


def _table(points: Sequence[MetricPoint]) -> dict[str, list[object]]:
    """Return all points as columns, batch and epoch points in the order in which they came."""
    table: dict[str, list[object]] = {
        name: [getattr(point, name) for point in points] for name in ("kind", "step", "epoch", "seconds")
    }
    return table | {name: [point.values.get(name) for point in points] for name in METRIC_NAMES}


def _newest(points: list[MetricPoint]) -> dict[str, float]:
    """Return the newest value of each metric."""
    newest: dict[str, float] = {}
    for point in points:
        newest.update(point.values)
    return newest


def _mean(folds: list[dict[str, float]]) -> dict[str, float]:
    """Return the mean of each metric: the last fold says no more than the others."""
    return {name: fmean(values[name] for values in folds) for name in folds[0]}


def _marks(
    record: RunRecord, points: list[MetricPoint], metric: Metric, scales: Scales, findings: Sequence[Finding]
) -> dict[str, Any]:
    """Return what is marked in the curve of a metric: the test set, and where the curves part."""
    logistic = record.config.model.kind == "logistic_sgd"
    marked = (found.overfitting for found in findings if found.overfitting is not None)
    return {
        "test": None if logistic else test_point(record.config, record.outcome, points, record.steps_per_epoch, metric),
        "judged": next(marked, None) if metric == "loss" else None,
        "scales": scales,
    }

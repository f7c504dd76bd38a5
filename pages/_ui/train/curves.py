"""The curves of a run, its newest figures, and what the gap between training and validation says."""

from collections.abc import Sequence
from statistics import fmean, pstdev

import streamlit as st

from mnist_core.datasets import get_spec
from mnist_core.engine import total_rounds
from mnist_core.evaluation import Overfitting, overfitting
from mnist_core.figures.curves import Metric, curve_alt, curve_figure
from mnist_core.store import METRIC_NAMES, MetricPoint, RunRecord
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.live_plot import live_plot
from pages._ui.shell import i18n, session
from pages._ui.shell.i18n import t, term


def curves_view(record: RunRecord, points: list[MetricPoint]) -> None:
    """Show the newest figures, the curves, and a sentence where the network learns by heart."""
    _metrics(record, points)
    judged = _judge(record, points) if record.config.uses_validation else None
    _curves(record, points, judged)
    if judged is not None:
        _overfitting_words(judged)
    elif record.state.is_finished and record.config.model.kind == "network" and not record.config.uses_validation:
        st.caption(
            t(
                "No validation set was kept aside, so the curves can't show whether the network learns by heart. "
                "To see that, set a validation split in the sidebar under “Data”."
            ),
            help=term("overfitting"),
        )
    if record.config.augments:
        st.caption(
            t(
                "The training images are changed at random and the validation images are not, so training may look "
                "worse than validation."
            ),
            help=term("data_augmentation"),
        )
    if record.state.is_finished:
        csv_button(lambda: _table(points), f"metrics_{record.id}", of=[record.id])


def _metrics(record: RunRecord, points: list[MetricPoint]) -> None:
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


def _curves(record: RunRecord, points: list[MetricPoint], judged: Overfitting | None) -> None:
    logistic = record.config.model.kind == "logistic_sgd"
    metrics: tuple[Metric, ...] = ("loss", "accuracy")
    for column, metric in zip(st.columns(2), metrics, strict=True):
        with column:
            st.markdown(f"**{t('Loss') if metric == 'loss' else t('Accuracy')}**", help=term(metric))
            figure = curve_figure(
                points,
                metric,
                rounds=total_rounds(record),
                steps_per_round=record.steps_per_epoch,
                round_name=t("fold") if logistic else t("epoch"),
                joined=not logistic,
                judged=judged if metric == "loss" else None,
                theme=session.page_theme(),
                t=i18n.current(),
            )
            live_plot(
                figure,
                key=f"curve_{metric}",
                revision=record.id,
                alt=curve_alt(points, metric, i18n.current(), joined=not logistic),
            )


def _judge(record: RunRecord, points: Sequence[MetricPoint]) -> Overfitting | None:
    """Return where a run learned by heart, as far as its epochs say so."""
    names = ("loss", "val_loss", "accuracy", "val_accuracy")
    known = [point.values for point in points if point.kind == "epoch" and point.values.keys() >= set(names)]
    if not known:
        return None
    loss, val_loss, accuracy, val_accuracy = ([values[name] for values in known] for name in names)
    classes = get_spec(record.config.data.dataset).num_classes
    return overfitting(loss, val_loss, accuracy, val_accuracy, classes)


def _overfitting_words(judged: Overfitting) -> None:
    """Say from where on the network learns by heart."""
    st.caption(
        t(
            "From epoch {opens} on the curves part: the training loss falls further, but the validation loss has risen "
            "from {best:.3f} to {last:.3f}. The network learns the training images by heart. Epoch {epoch} was its "
            "best.",
            opens=judged.opens_at,
            best=judged.best_loss,
            last=judged.last_loss,
            epoch=judged.best_epoch,
        ),
        help=term("overfitting"),
    )

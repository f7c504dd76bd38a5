"""One curve of a run: loss or accuracy against epochs or folds, as far as its points go."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mnist_core.figures.curves import curve_alt, curve_figure
from mnist_core.figures.scale import Metric
from mnist_core.store import MetricPoint, RunRecord
from pages._ui.parts.live_plot import live_plot
from pages._ui.shell import i18n, session
from pages._ui.shell.i18n import t, term

METRICS: tuple[Metric, ...] = ("loss", "accuracy")


def two_curves(
    record: RunRecord, points: Sequence[MetricPoint], key: str, more: Mapping[Metric, Mapping[str, Any]] | None = None
) -> None:
    """Show loss and accuracy of a run side by side.

    Parameters
    ----------
    record : RunRecord
    points : sequence of MetricPoint
    key : str
        Names the charts on their page.
    more : mapping, optional
        What else the figure of each metric is given: see `mnist_core.figures.curves.curve_figure`.
    """
    joined = record.config.model.kind != "logistic_sgd"
    for column, metric in zip(st.columns(2), METRICS, strict=True):
        with column:
            st.markdown(f"**{t('Loss') if metric == 'loss' else t('Accuracy')}**", help=term(metric))
            figure = curve_figure(
                points,
                metric,
                rounds=record.config.rounds,
                steps_per_round=record.steps_per_epoch,
                round_name=t("epoch") if joined else t("fold"),
                joined=joined,
                theme=session.page_theme(),
                t=i18n.current(),
                **(more[metric] if more else {}),
            )
            alt = curve_alt(points, metric, i18n.current(), joined=joined)
            live_plot(figure, key=f"{key}_{metric}", revision=record.id, alt=alt)

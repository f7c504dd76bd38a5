"""The curves of several runs on one axis."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.config import LogisticConfig
from mnist_core.evaluation.comparing import Axis, Line, metric_line
from mnist_core.figures.overlay import overlay_alt, overlay_figure
from mnist_core.figures.scale import Metric, Scales
from mnist_core.store import shared_store
from mnist_core.text import Sentence, plain
from pages._ui.compare.choice import Compared, still_there
from pages._ui.compare.groups import drawn_groups, groups_of
from pages._ui.parts.components import switch
from pages._ui.parts.curve_scales import curve_scales
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.live_plot import live_plot
from pages._ui.shell import i18n, session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import number_format, t, term

SETS: dict[str, Sentence] = {"val_": "Validation", "": "Training"}
AXIS_WORDS: dict[Axis, Sentence] = {"epoch": "Epochs", "step": "Steps", "seconds": "Seconds"}
METRICS: dict[Metric, Sentence] = {"loss": "Loss", "accuracy": "Accuracy"}
MOST_POINTS = 4000  # of a chart, whatever the number of runs
PACE = 1.0

Lines = dict[Metric, list[tuple[Compared, Line]]]


def curves_view(compared: Sequence[Compared]) -> None:
    """Show loss and accuracy of all runs; the charts renew themselves while one of them is under way."""
    networks = [run for run in compared if not isinstance(run.record.config.model, LogisticConfig)]
    validated = any(run.record.config.uses_validation for run in networks)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        prefix = switch(
            t("Images"),
            SETS if validated else dict(reversed(SETS.items())),  # what is chosen at first, shows a curve
            "compare_set",
            persist_state="session",
            help=" ".join(term(name) for name in ("validation_set", "training_set")),
        )
        axis = switch(t("Along"), AXIS_WORDS, "compare_axis", persist_state="session", help=term("epoch"))
        smoothing = st.slider(
            t("Smoothing"),
            0.0,
            0.99,
            step=0.01,
            format=number_format("%.2f"),
            key="compare_smoothing",
            persist_state="session",
            width=220,
            help=term("smoothing", "The faint curve is what was measured."),
        )
        together = bool(groups_of(networks)) and st.toggle(
            t("Repetitions together"),
            value=True,
            key="compare_together",
            persist_state="session",
            help=term(
                "standard_deviation",
                "Runs that differ in their seed only are drawn as their mean, with a band of one standard deviation.",
            ),
        )
    scales = curve_scales()
    active = any(not run.record.state.is_finished for run in networks)

    @st.fragment(run_every=PACE if active else None)
    @errors_in_words()
    def body() -> None:
        current = still_there(networks)
        if active and all(run.record.state.is_finished for run in current):
            st.rerun()
        lines = _lines(current, prefix, axis)
        _charts(lines, axis, smoothing, scales, together=together)
        _left_out(compared, lines, prefix)
        csv_button(lambda: _table(lines, axis), "compare_curves", of=[run.record.id for run in current])

    body()


def _lines(compared: Sequence[Compared], prefix: str, axis: Axis) -> Lines:
    most = max(40, MOST_POINTS // max(len(compared), 1))
    lines: Lines = {metric: [] for metric in METRICS}
    for run in compared:
        points = shared_store().metrics.points(run.record.id, "epoch" if prefix else None)
        for metric, known in lines.items():
            known.append((run, metric_line(points, prefix + metric, axis, run.record.steps_per_epoch, most)))
    return lines


def _charts(lines: Lines, axis: Axis, smoothing: float, scales: Scales, *, together: bool) -> None:
    for column, (metric, known) in zip(st.columns(2), lines.items(), strict=True):
        with column:
            st.markdown(f"**{t(METRICS[metric])}**", help=term(metric))
            drawn = [(run.drawn, line) for run, line in known]
            groups = drawn_groups(known) if together else []
            live_plot(
                overlay_figure(
                    drawn,
                    metric,
                    axis,
                    smoothing=smoothing,
                    scales=scales,
                    theme=session.page_theme(),
                    t=i18n.current(),
                    groups=groups,
                ),
                key=f"compare_{metric}",
                revision=axis,
                alt=overlay_alt(drawn, metric, i18n.current(), groups),
            )


def _left_out(compared: Sequence[Compared], lines: Lines, prefix: str) -> None:
    """Say which runs have no curve here, and why."""
    empty = [plain(run.name) for run, line in lines["loss"] if not len(line.x)]
    if empty and prefix:
        st.caption(
            t(
                "Without a curve here: {names}. They kept no validation set aside, or have not finished an epoch. "
                "“Training” shows what they have.",
                names=", ".join(empty),
            )
        )
    elif empty:
        st.caption(t("Without a curve yet: {names}.", names=", ".join(empty)))
    baselines = [plain(run.name) for run in compared if isinstance(run.record.config.model, LogisticConfig)]
    if baselines:
        st.caption(
            t(
                "Logistic regression is judged by folds, not by epochs, so it has no curve: {names}.",
                names=", ".join(baselines),
            ),
            help=term("cross_validation"),
        )


def _table(lines: Lines, axis: Axis) -> dict[str, list[object]]:
    """Return all curves as they were measured, one row a point; names as in code, for programs."""
    rows = [
        (run.name, run.record.id, metric, x, y, ends)
        for metric, known in lines.items()
        for run, line in known
        for x, y, ends in zip(line.x.tolist(), line.y.tolist(), line.ends_epoch.tolist(), strict=True)
    ]
    heads = ("run", "run_id", "metric", axis, "value", "ends_epoch")
    return {head: [row[index] for row in rows] for index, head in enumerate(heads)}

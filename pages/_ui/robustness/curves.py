"""Accuracy against the strength of one corruption, for one run and others of the same dataset."""

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from mnist_core.analysis.explain import expected_seconds
from mnist_core.evaluation.robustness import CORRUPTIONS, AccuracyCurve, CorruptionSettings, accuracy_curve
from mnist_core.evaluation.robustness.accuracy import SUBSET_SEED, Labels
from mnist_core.evaluation.robustness.corruptions import Images
from mnist_core.figures.robustness import Curves, robustness_alt, robustness_figure
from mnist_core.inference import open_classifier
from mnist_core.store import RunFiles, RunRecord, shared_store
from pages._ui.one_run import runs
from pages._ui.one_run.titles import short_names
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.live_plot import live_plot
from pages._ui.robustness.words import curve_words
from pages._ui.shell import i18n, session
from pages._ui.shell.i18n import t
from pages._ui.shell.waiting import Calls, when_done

MOST_OTHERS = 4


def robustness_curves(record: RunRecord, images: Images, labels: Labels, settings: CorruptionSettings) -> None:
    """Show the curves of a run and those that are chosen beside it; computed once, in the background."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        corruption = st.selectbox(
            t("What to make stronger"),
            list(CORRUPTIONS),
            index=list(CORRUPTIONS).index("shift_x"),
            format_func=lambda name: t(CORRUPTIONS[name].title),
            key="robustness_corruption",
            persist_state="session",
            width=240,
        )
        candidates = [record, *_others(record)]
        names = short_names(candidates)
        chosen = [record, *_choose(candidates[1:], names)]
    calls: Calls = {
        ("robustness", run.id, corruption, SUBSET_SEED): (
            _compute,
            shared_store().files(run.id),
            images,
            labels,
            corruption,
        )
        for run in chosen
    }

    def show(results: dict[Hashable, Any]) -> None:
        records = {key: run for key, run in zip(calls, chosen, strict=True) if key in results}
        curves = [(names[run.id], results[key]) for key, run in records.items()]
        strength = getattr(settings, corruption)
        live_plot(
            robustness_figure(
                curves, strength, record.config.spec.num_classes, theme=session.page_theme(), t=i18n.current()
            ),
            key="robustness_chart",
            revision=corruption,
            alt=robustness_alt(curves, i18n.current()),
        )
        st.caption(t("The bands are 95% intervals: with other test images the line could lie anywhere in them."))
        curve_words(curves, list(records.values()), strength)
        csv_button(lambda: _table(curves), f"robustness_{corruption}", of=[run.id for run in chosen])

    seconds = expected_seconds(record.config, len(labels) * len(CORRUPTIONS[corruption].strengths()))
    words = t("The networks read {n:,} images at each strength …", n=len(labels))
    when_done(calls, words, show, of=[run.id for run in chosen], seconds=seconds)


def _compute(
    report: Callable[[float], None], files: RunFiles, images: Images, labels: Labels, corruption: str
) -> AccuracyCurve:
    return accuracy_curve(report, open_classifier(files).predict, images, labels, corruption)


def _others(record: RunRecord) -> list[RunRecord]:
    return [run for run in runs.with_model(record.config.data.dataset) if run.id != record.id]


def _choose(others: list[RunRecord], names: dict[str, str]) -> list[RunRecord]:
    """Show a box for further runs, and return the chosen ones."""
    by_id = {run.id: run for run in others}
    key = "robustness_others"
    st.session_state[key] = [run_id for run_id in st.session_state.get(key, []) if run_id in by_id]
    chosen = st.multiselect(
        t("Compare with up to {n} other runs", n=MOST_OTHERS),
        list(by_id),
        format_func=lambda run_id: f"{names[run_id]} · {t.number(by_id[run_id].outcome.test_accuracy or 0.0, '.1%')}",
        max_selections=MOST_OTHERS,
        key=key,
        disabled=not others,
        placeholder=t("Choose runs") if others else t("There is no other run of this dataset yet"),
    )
    return [by_id[run_id] for run_id in chosen]


def _table(curves: Curves) -> dict[str, list[Any]]:
    """Return the curves as columns, one row for each run and strength; names as in code, for programs."""
    rows = [
        (name, curve.corruption, strength, right, curve.total, right / curve.total, low, high)
        for name, curve in curves
        for strength, right, low, high in zip(curve.strengths, curve.right, *curve.interval, strict=True)
    ]
    heads = ("run", "corruption", "strength", "right", "images", "accuracy", "low_95", "high_95")
    return dict(zip(heads, map(list, zip(*rows, strict=True)), strict=True))

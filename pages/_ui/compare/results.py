"""What runs reached, how fast, and how large they are."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import streamlit as st

from mnist_core.datasets import get_spec
from mnist_core.evaluation.comparing import RunResult, run_result
from mnist_core.figures.compare import accuracy_alt, accuracy_figure
from mnist_core.store import shared_store
from mnist_core.text import Sentence
from pages._ui.compare.choice import Compared
from pages._ui.compare.groups import spread_view
from pages._ui.compare.run_table import Kind, run_table
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.live_plot import live_plot
from pages._ui.shell import i18n, session
from pages._ui.shell.i18n import t, term

Results = Sequence[tuple[Compared, RunResult]]
NOTHING = "–"


def results_view(compared: Sequence[Compared]) -> None:
    """Show accuracies with their intervals, and a table of all figures."""
    results = [(run, run_result(run.record, shared_store().files(run.record.id))) for run in compared]
    st.header(t("Results"), anchor=False, divider="gray")
    datasets = dict.fromkeys(run.record.config.data.dataset for run in compared)
    if len(datasets) > 1:
        st.info(
            t(
                "They learned from different data ({titles}), which are not equally hard: curves and settings can be "
                "compared, but a higher accuracy does not make one better than the other.",
                titles=", ".join(t(get_spec(dataset).title) for dataset in datasets),
            ),
            icon=":material/balance:",
        )
    known = [(run.drawn, result) for run, result in results if result.accuracy is not None]
    if known:
        live_plot(
            accuracy_figure(known, theme=session.page_theme(), t=i18n.current()),
            key="compare_accuracy",
            revision=",".join(run.record.id for run in compared),
            alt=accuracy_alt(known, i18n.current()),
        )
    if len(known) > 1:
        st.caption(
            t("Where intervals overlap widely, the difference may be luck. “Better by luck?” below asks more exactly."),
            help=term("confidence_interval"),
        )
    _table(results, comparable=len(datasets) == 1)
    spread_view(results)
    csv_button(
        lambda: {
            "run": [run.name for run, _ in results],
            "run_id": [run.record.id for run, _ in results],
            **{name: [getattr(result, name) for _, result in results] for name in asdict(results[0][1])},
        },
        "compare_results",
        of=[run.record.id for run in compared],
    )
    if len({result.device for _, result in results if result.device}) > 1:
        st.caption(t("They were trained on different devices, so their times can't be compared."))


def _table(results: Results, *, comparable: bool) -> None:
    def column(kind: Kind, words: Callable[[RunResult], str]) -> tuple[Kind, list[str]]:
        return kind, [words(result) for _, result in results]

    columns = {
        t("Test accuracy"): column("number", lambda r: _form(r.accuracy, ".2%")),
        t("95% interval"): column("number", _interval),
        t("Test loss"): column("number", lambda r: _form(r.loss, ".4f")),
        t("Time in all"): column("number", lambda r: _seconds(r.seconds, Sentence("{n:,.1f} s"))),
        t("An epoch"): column("number", lambda r: _seconds(r.epoch_seconds, Sentence("{n:,.2f} s"))),
        t("Images a second"): column("number", lambda r: _form(r.images_per_second, ",.0f")),
        t("Parameters"): column("number", lambda r: _form(r.parameters, ",")),
        "model.keras": column("number", lambda r: _megabytes(r.keras_bytes)),
        "model.onnx": column("number", lambda r: _megabytes(r.onnx_bytes)),
    }
    if len({result.device for _, result in results}) > 1:
        columns[t("Trained on")] = column("words", lambda r: r.device or NOTHING)
    best = {
        t("Time in all"): _best(results, "seconds", min),
        t("Images a second"): _best(results, "images_per_second", max),
        t("Parameters"): _best(results, "parameters", min),
        "model.onnx": _best(results, "onnx_bytes", min),
    }
    if comparable:
        best |= {t("Test accuracy"): _best(results, "accuracy", max), t("Test loss"): _best(results, "loss", min)}
    run_table(t("Results"), [run.drawn for run, _ in results], columns, best)


def _best(results: Results, name: str, of: Callable[..., Any]) -> int | None:
    """Return the row of the best value; None where there is nothing to compare."""
    values = [getattr(result, name) for _, result in results]
    known = [value for value in values if value is not None]
    return values.index(of(known)) if len(known) > 1 else None


def _form(value: float | None, number_format: str) -> str:
    return NOTHING if value is None else t.number(value, number_format)


def _interval(result: RunResult) -> str:
    return NOTHING if result.low is None else f"{_form(result.low, '.2%')} – {_form(result.high, '.2%')}"


def _seconds(value: float | None, words: Sentence) -> str:
    return NOTHING if value is None else t(words, n=value)


def _megabytes(size: int | None) -> str:
    return NOTHING if size is None else t("{n:.2f} MB", n=size / 1e6)

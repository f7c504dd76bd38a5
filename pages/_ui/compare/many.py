"""Many runs at a glance: parallel coordinates over all runs of a dataset."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.datasets import get_spec
from mnist_core.evaluation.comparing import Column, columns_that_vary
from mnist_core.figures.parallel import parallel_alt, parallel_figure
from mnist_core.store import RunRecord
from pages._ui.compare.choice import Compared
from pages._ui.compare.judged import box
from pages._ui.compare.run_table import Kind, run_table
from pages._ui.one_run import runs
from pages._ui.one_run.titles import short_names
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.live_plot import live_plot
from pages._ui.shell import i18n, session
from pages._ui.shell.i18n import t, term

FEW, FEW_AXES = 6, 4
FORMATS = {"test_accuracy": ".2%", "test_loss": ".4f", "seconds": ",.1f", "parameters": ",d", "training_images": ",d"}


def many_view(compared: Sequence[Compared]) -> None:
    """Show every run of a dataset that the visitor may look at as a line over its settings and results."""
    st.header(
        t("What do all runs teach about their settings?"),
        anchor=False,
        divider="gray",
        help=term("parallel_coordinates"),
    )
    known: dict[str, list[RunRecord]] = {}
    for record in runs.with_model():
        known.setdefault(record.config.data.dataset, []).append(record)
    first = compared[0].record.config.data.dataset if compared else None
    datasets = sorted(known, key=lambda dataset: dataset != first)
    if not datasets:
        st.info(t("No run is finished yet."), icon=":material/hourglass_empty:")
        return
    dataset = box(t("Dataset"), {dataset: t(get_spec(dataset).title) for dataset in datasets}, "compare_many")
    records, columns = columns_that_vary(known[dataset])
    if not records:
        st.info(t("No network of this dataset is finished yet."), icon=":material/hourglass_empty:")
        return
    st.caption(
        t(
            "Each line is one of {n} runs; the stronger its colour, the higher its accuracy. Follow the strongest "
            "lines to the left: where they bundle, that setting matters. Drag along an axis to keep only the lines "
            "that pass there; drag a name to move its axis. What is the same in all runs has no axis.",
            n=len(records),
        )
    )
    if len(records) < FEW:
        st.caption(t(":material/info: With so few runs it says little; it shines with dozens."))
    with st.container(key="compare_parallel_" + ("wide" if len(columns) > FEW_AXES else "narrow")):
        live_plot(
            parallel_figure(columns, theme=session.page_theme(), t=i18n.current()),
            key="compare_parallel_chart",
            revision=dataset,
            alt=parallel_alt(columns, i18n.current()),
        )
    with st.expander(t("The same as a table"), icon=":material/table:"):
        _table(records, columns, compared)
    csv_button(lambda: _values(records, columns), "compare_many", of=[record.id for record in records])


def _values(records: Sequence[RunRecord], columns: Sequence[Column]) -> dict[str, Sequence[object]]:
    names = short_names(records)
    return {"run": [names[record.id] for record in records], **{column.name: column.values for column in columns}}


def _table(records: Sequence[RunRecord], columns: Sequence[Column], compared: Sequence[Compared]) -> None:
    names, styles = short_names(records), {run.record.id: run.style for run in compared}
    order = sorted(range(len(records)), key=lambda index: -(records[index].outcome.test_accuracy or 0.0))
    run_table(
        t("All runs"),
        [(names[records[index].id], styles.get(records[index].id)) for index in order],
        {t(column.title): _cells(column, order) for column in columns},
    )


def _cells(column: Column, order: Sequence[int]) -> tuple[Kind, list[str]]:
    values = [column.values[index] for index in order]
    if column.scale == "choice":
        return "words", [t(name) for name in map(str, values)]
    number = FORMATS.get(column.name, ",g")
    return "number", [format(value, number) for value in values]

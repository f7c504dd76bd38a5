"""The table of runs, and which of them are ticked."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.datasets import DATASETS
from mnist_core.store import Visitor
from mnist_core.store.listing import RunRow
from mnist_core.store.study_rows import Line
from mnist_core.text import SOURCE_LANGUAGE
from pages._ui.one_run.badges import STATE_NAMES
from pages._ui.runs.study_line import as_run, key_settings, network
from pages._ui.shell import i18n, session
from pages._ui.shell.i18n import number_format, t, term
from pages._ui.shell.membership import taught_names

_TICKED = "runs_ticked"


def runs_table(rows: Sequence[Line]) -> list[Line]:
    """Show runs and studies as a table, one a line, and return the ticked ones.

    Which are ticked outlives another order, a filter that still shows them, and a switch of pages.
    """
    ticked = set(_ticked())
    # Streamlit remembers places, not runs: where other runs are in the table, it is another table.
    digest = hashlib.sha256("".join(row.id for row in rows).encode()).hexdigest()[:12]
    event: Any = st.dataframe(
        _frame(rows, session.visitor()),
        key=f"runs_table_{digest}",
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [place for place, row in enumerate(rows) if row.id in ticked]}},
        column_config=_columns(),
        placeholder="–",
        height=_height(len(rows)),
        row_height=36,
        alt=t("All runs, one a line"),
    )
    chosen = [rows[place] for place in event.selection.rows if place < len(rows)]
    st.session_state[_TICKED] = [row.id for row in chosen]
    return chosen


def _ticked() -> list[str]:
    """Return the ids of the ticked runs; at first the one of the address."""
    if _TICKED not in st.session_state:
        st.session_state[_TICKED] = [run] if (run := st.query_params.get("run")) else []
    ids: list[str] = st.session_state[_TICKED]
    return ids


def _height(rows: int) -> int:
    return int(36 * min(rows + 1, 12.5)) + 3  # half a line at the end says that there are more


def _frame(lines: Sequence[Line], visitor: Visitor) -> pd.DataFrame:
    t, rows, pupils = i18n.current(), [as_run(line) for line in lines], taught_names()
    datasets = {name: t(spec.title) for name, spec in DATASETS.items()}
    states = {state: t(words) for state, words in STATE_NAMES.items()}
    per = 100 if t.language == SOURCE_LANGUAGE else 1  # the browser's own form takes shares
    return pd.DataFrame(
        {
            "star": ["★" if row.starred else "" for row in rows],
            "name": [i18n.name_of(row) for row in rows],
            "accuracy": per * _numbers([row.test_accuracy for row in rows]),
            "curve": [np.asarray(row.curve, np.float32) for row in rows],
            "state": [states[row.state] for row in rows],
            "dataset": [datasets.get(row.dataset, row.dataset) for row in rows],
            "model": [network(line) for line in lines],
            "settings": [key_settings(line) for line in lines],
            "loss": _numbers([row.test_loss for row in rows]),
            "seconds": _numbers([row.seconds for row in rows]).round(1),
            "parameters": _numbers([row.parameters for row in rows]),
            "date": pd.to_datetime([row.created for row in rows], utc=True).astype("datetime64[s, UTC]"),
            "owner": [owner_words(row, visitor, pupils) for row in rows],
        }
    )


def _numbers(values: Sequence[float | None]) -> "pd.Series[float]":
    return pd.Series(values, dtype="float64")


def owner_words(row: RunRow, visitor: Visitor, pupils: Mapping[str, str]) -> str:
    """Return whose run it is; nobody sees another one's id, and who teaches a class the names of its `pupils`."""
    if row.shipped:
        return "MNIST Lab"
    if row.owner is None:
        return i18n.t("command line")
    if row.owner == visitor.id:
        return i18n.t("you")
    return pupils.get(row.owner) or i18n.t("another visitor")


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "star": column.TextColumn("★", width=34, help=t("Starred runs are never deleted to make room.")),
        "name": column.TextColumn(t("Name"), width=180),
        "state": column.TextColumn(t("State"), width=92),
        "accuracy": column.NumberColumn(
            t("Test accuracy"), format=number_format("%.2f%%", "percent"), width=106, help=term("accuracy")
        ),
        "curve": column.LineChartColumn(
            t("Curve"),
            width=110,
            help=t("Validation accuracy after each epoch; training accuracy where there was no validation."),
        ),
        "dataset": column.TextColumn(t("Dataset"), width=118),
        "model": column.TextColumn(t("Model"), width=170),
        "settings": column.TextColumn(t("Key settings"), width=290),
        "loss": column.NumberColumn(t("Test loss"), format=number_format("%.4f"), width=86, help=term("loss")),
        "seconds": column.NumberColumn(
            t("Seconds"), format=number_format("%.0f"), width=80, help=t("From start to end.")
        ),
        "parameters": column.NumberColumn(t("Parameters"), format="localized", width=98, help=term("parameters")),
        "date": column.DatetimeColumn(
            t("Date"), format=number_format("D MMM YYYY, HH:mm"), timezone=st.context.timezone, width=140
        ),
        "owner": column.TextColumn(t("By"), width=112),
    }

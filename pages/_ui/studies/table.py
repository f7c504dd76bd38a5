"""The trials of a study as a table, with a way to the run of each."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from mnist_core.config.study.asking import OBJECTIVE_WORDS, values_words
from mnist_core.config.study.words import parameter_title, value_words
from mnist_core.figures.studies.history import trials_table
from mnist_core.figures.studies.looks import STATES
from mnist_core.store import StudyRecord, TrialRecord, TrialState, shared_store
from mnist_core.text import SOURCE_LANGUAGE, plain
from mnist_core.text.numbers import significant
from pages._ui.parts.downloads import csv_button
from pages._ui.shell import i18n, session
from pages._ui.shell.i18n import number_format, t
from pages._ui.studies.words import objective_words

_MOST_SHOWN = 12.5  # lines; half a line at the end says that there are more


def trials_view(study: StudyRecord, trials: Sequence[TrialRecord]) -> None:
    """Show all trials; of the ticked one what it gave, and the way to its run."""
    st.subheader(t("All trials"), anchor=False)
    frame = _frame(study, trials)
    event: Any = st.dataframe(
        frame,
        key=f"study_trials_{study.id}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config=_columns(study, frame),
        placeholder="–",
        row_height=36,
        height=int(36 * min(len(trials) + 1, _MOST_SHOWN)) + 3,
        alt=t("All trials, one a line"),
    )
    chosen = [trials[place] for place in event.selection.rows if place < len(trials)]
    if chosen:
        trial_words(study, chosen[0])
    else:
        st.caption(t("Tick a trial to open its run."))
    trials_csv(study, "trials", trials_table)


def trial_words(study: StudyRecord, trial: TrialRecord) -> None:
    """Show what a trial tried and gave, and the way to its run."""
    parts = [t("Trial {number}", number=trial.number), values_words(trial.values, i18n.current())]
    if trial.value is not None and study.question.kind != "rate":
        parts.append(objective_words(trial.value, study.question.objective))
    if trial.state is not TrialState.COMPLETED:
        parts.append(t(STATES[trial.state]))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(" · ".join(filter(None, parts)), width="content")
        if trial.run_id:
            st.page_link(
                "train.py",
                label=t("Open this run"),
                icon=":material/open_in_new:",
                query_params={"run": trial.run_id},
            )
    if trial.error:
        st.caption(plain(t(trial.error.words, **trial.error.values)))


def trials_csv(study: StudyRecord, name: str, table: Any) -> None:
    """Show a button that downloads what a table makes of the trials as they are at the click.

    Parameters
    ----------
    study : StudyRecord
    name : str
        Of the file.
    table : callable
        Gets the trials and the objective, and returns columns.
    """
    visitor = session.visitor()  # at the click there is no page to ask

    def columns() -> Mapping[str, Sequence[Any]]:
        now = shared_store().studies.seen(study.id, visitor)
        found: Mapping[str, Sequence[Any]] = table(shared_store().trials.of(now.id), now.question.objective)
        return found

    csv_button(columns, f"study_{name}_{study.id}", of=())


def _frame(study: StudyRecord, trials: Sequence[TrialRecord]) -> pd.DataFrame:
    t = i18n.current()
    per = 100 if t.language == SOURCE_LANGUAGE else 1  # the browser's own form takes shares
    values = pd.Series([trial.value for trial in trials], dtype="float64")
    names = {name: None for trial in trials for name in trial.values}
    states = {state: t(words) for state, words in STATES.items()}
    return pd.DataFrame(
        {
            "trial": [trial.number for trial in trials],
            "value": values * (per if study.question.objective != "val_loss" else 1),
            **{f"of_{name}": _column(name, trials) for name in names},
            "state": [states[trial.state] for trial in trials],
            "curve": [list(trial.history) for trial in trials],
            "seconds": [
                round((trial.ended - trial.began).total_seconds(), 1) if trial.ended else None for trial in trials
            ],
            "cached": ["✓" if trial.cached else "" for trial in trials],
        }
    ).drop(columns=["value"] if study.question.kind == "rate" else [])


def _column(name: str, trials: Sequence[TrialRecord]) -> list[Any]:
    """Return a setting of all trials: as numbers where all are, so that the table sorts by them, else in words."""
    values = [trial.values.get(name) for trial in trials]
    if all(isinstance(value, int | float | None) and not isinstance(value, bool) for value in values):
        return [value if value is None or isinstance(value, int) else significant(value, 4) for value in values]
    return [
        value_words(name, value, i18n.current()) if name in trial.values else None
        for value, trial in zip(values, trials, strict=True)
    ]


def _setting_column(name: str, values: "pd.Series[Any]") -> Any:
    title, width = parameter_title(name, i18n.current()), 130
    if pd.api.types.is_float_dtype(values.dtype):  # Streamlit's own form has four digits behind the point
        return st.column_config.NumberColumn(title, format="%.4g", width=width)
    return st.column_config.Column(title, width=width)


def _columns(study: StudyRecord, frame: pd.DataFrame) -> dict[str, Any]:
    column = st.column_config
    names = [str(name).removeprefix("of_") for name in frame if str(name).startswith("of_")]
    percent = number_format("%.2f%%", "percent") if study.question.objective != "val_loss" else number_format("%.4f")
    return {
        "trial": column.NumberColumn(t("Trial"), width=70),
        "value": column.NumberColumn(t(OBJECTIVE_WORDS[study.question.objective]), format=percent, width=150),
        **{f"of_{name}": _setting_column(name, frame[f"of_{name}"]) for name in names},
        "state": column.TextColumn(t("State"), width=110),
        "curve": column.LineChartColumn(t("Curve"), width=120),
        "seconds": column.NumberColumn(t("Seconds"), format=number_format("%.0f"), width=90),
        "cached": column.TextColumn(t("Trained before"), width=120),
    }

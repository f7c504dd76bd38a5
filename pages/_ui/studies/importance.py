"""Which of the settings of a search mattered."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mnist_core.evaluation.studies import missing_for_importance
from mnist_core.figures.studies.importance import importance_alt, importance_figure, importance_table
from mnist_core.settings import get_settings
from mnist_core.store import StudyRecord, TrialRecord, TrialState, shared_store
from mnist_core.studies.importance import find_importance
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.live_plot import live_plot
from pages._ui.shell import i18n, session
from pages._ui.shell.i18n import t, term
from pages._ui.shell.waiting import when_done

_EACH = 10  # trials that have to end before it is found out anew while a study is under way
_SECONDS = 5.0  # of the process that finds it out


def importance_view(study: StudyRecord, trials: Sequence[TrialRecord]) -> None:
    """Show how much of the differences between trials each setting explains, or that it is too early to say."""
    done = sum(trial.state is TrialState.COMPLETED for trial in trials)
    missing = missing_for_importance(trials, len(study.question.over))
    if missing:
        words = t.plural(
            "Too few trials to say which setting mattered: one more has to run to its end first.",
            "Too few trials to say which setting mattered: {n:,} more have to run to their end first.",
            missing,
        )
        st.info(words, icon=":material/hourglass_empty:")
        return
    known = done if all(trial.state.is_finished for trial in trials) else done // _EACH * _EACH
    key = ("importance", study.id, known)
    when_done(
        {key: (find_importance, study.id, get_settings())},
        t("Finding out which setting mattered …"),
        lambda results: _show(study, results[key]),
        of=(),
        seconds=_SECONDS,
    )


def _show(study: StudyRecord, shares: Mapping[str, float] | None) -> None:
    visitor = session.visitor()
    shared_store().studies.seen(study.id, visitor)  # this part of the page runs again by itself
    if shares is None:
        st.info(t("The trials can't say which setting mattered: they hardly differ."), icon=":material/info:")
        return
    live_plot(
        importance_figure(shares, theme=session.page_theme(), t=i18n.current()),
        key=f"study_importance_{study.id}",
        revision=study.id,
        alt=importance_alt(shares, i18n.current()),
    )
    st.caption(
        t("How much of the differences between trials each setting explains, among the values that were tried."),
        help=term("hyperparameter"),
    )

    def table() -> Mapping[str, Sequence[Any]]:
        shared_store().studies.seen(study.id, visitor)
        return importance_table(shares)

    csv_button(table, f"study_importance_{study.id}", of=())

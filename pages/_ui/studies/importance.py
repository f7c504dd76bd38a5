"""Which of the settings of a search mattered."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mnist_core.figures.studies.importance import importance_alt, importance_figure, importance_table
from mnist_core.store import StudyRecord, TrialRecord, TrialState, shared_store
from mnist_core.studies.importance import FEWEST, importance
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.live_plot import live_plot
from pages._ui.shell import i18n, session
from pages._ui.shell.i18n import t, term
from pages._ui.shell.kept import kept


def importance_view(study: StudyRecord, trials: Sequence[TrialRecord]) -> None:
    """Show how much of the differences between trials each setting explains, or that it is too early to say."""
    done = sum(trial.state is TrialState.COMPLETED for trial in trials)
    shares = _importance(study.id, done)
    if shares is None:
        st.info(
            t(
                "Too few trials to say which setting mattered: that takes {least} that ran to their end, and there are "
                "{n}.",
                least=FEWEST,
                n=done,
            )
            if done < FEWEST
            else t("The trials can't say which setting mattered: they hardly differ."),
            icon=":material/hourglass_empty:",
        )
        return
    live_plot(
        importance_figure(shares, theme=session.page_theme(), t=i18n.current()),
        key=f"study_importance_{study.id}",
        revision=study.id,
        alt=importance_alt(shares, i18n.current()),
    )
    st.caption(
        t(
            "How much of the differences between trials each setting explains, among the values that were tried."
        ),
        help=term("hyperparameter"),
    )
    visitor = session.visitor()

    def table() -> Mapping[str, Sequence[object]]:
        shared_store().studies.seen(study.id, visitor)
        return importance_table(shares)

    csv_button(table, f"study_importance_{study.id}", of=())


@kept(max_entries=64)
def _importance(study_id: str, done: int) -> dict[str, float] | None:
    """Return the shares, reckoned once for each number of completed trials."""
    store = shared_store()
    found = [trial for trial in store.studies.trials(study_id) if trial.state is TrialState.COMPLETED]
    return importance(store.studies.get(study_id).question, found[:done])

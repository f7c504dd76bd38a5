"""The way from a run to the study that asked for it, and to a study."""

import streamlit as st

from mnist_core.store import RunRecord, TrialState, shared_store
from mnist_core.store.studies import may_see
from mnist_core.text import plain
from pages._ui.shell import session
from pages._ui.shell.i18n import t

PAGE = "studies.py"
PARAMETER = "study"  # of its address: which study


def study_note(record: RunRecord) -> None:
    """Say which study asked for a run, and lead there; nothing for other runs, and for who may not look at it."""
    if record.study is None or (found := shared_store().studies.of_run(record.id)) is None:
        return
    study, trial = found
    if may_see(study, session.visitor()):
        words = t("Part of the study “{name}”, trial {number:,}", name=plain(study.name), number=trial.number)
        study_link(study.id, words)


def study_link(study_id: str, words: str) -> None:
    """Show a way to a study."""
    st.page_link(PAGE, label=words, icon=":material/science:", query_params={PARAMETER: study_id})


def was_pruned(record: RunRecord) -> bool:
    """Whether the study that asked for a run ended it."""
    found = shared_store().studies.of_run(record.id) if record.study is not None else None
    return found is not None and found[1].state is TrialState.PRUNED

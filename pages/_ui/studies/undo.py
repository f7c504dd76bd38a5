"""Deleting a study with its runs, with a way back."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.store import StudyRecord, shared_store
from mnist_core.text import plain
from pages._ui.shell import session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t


def delete(study: StudyRecord, run_ids: Sequence[str]) -> None:
    """Delete a study of the visitor with the runs that it asked for; raises as `Studies.delete`."""
    shared_store().studies.delete(study.id, session.visitor())
    for run_id in run_ids:
        session.forget_run(run_id)
    st.query_params.pop("study", None)


def undo_notice() -> None:
    """Say which study the visitor deleted last, and offer to bring it back while that is possible."""
    deleted = shared_store().studies.deleted(session.visitor())
    if not deleted:
        return
    last = deleted[0]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="undo_notice"):
        words = t("“{name}” is deleted with its runs. You can bring it back for ten minutes.", name=plain(last.name))
        st.markdown(f":material/delete: {words}", width="stretch")
        st.button(t("Undo"), key="undo_delete", icon=":material/undo:", on_click=_undo, args=(last.id,))


def _undo(study_id: str) -> None:
    with errors_in_words():
        shared_store().studies.undelete(study_id, session.visitor())
        st.query_params["study"] = study_id

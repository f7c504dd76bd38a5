"""Bringing a deleted study back, to its page."""

import streamlit as st

from mnist_core.store import shared_store
from pages._ui.one_run.undo import study_notice
from pages._ui.shell import session
from pages._ui.shell.errors import errors_in_words


def undo_notice() -> None:
    """Say which study the visitor deleted last, and offer to bring it back while that is possible."""
    deleted = shared_store().studies.deleted(session.visitor())
    if deleted:
        study_notice(deleted[0], _undo)


def _undo(study_id: str) -> None:
    with errors_in_words():
        shared_store().studies.undelete(study_id, session.visitor())
        st.query_params["study"] = study_id

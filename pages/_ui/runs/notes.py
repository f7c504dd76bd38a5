"""What is written about a run: its name and its notes."""

import streamlit as st

from mnist_core.config.wording import MAX_NAME
from mnist_core.store import RunRecord, shared_store
from mnist_core.store.runs import MAX_NOTES
from pages._ui.shell import session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import name_of, t


def run_notes(record: RunRecord) -> None:
    """Let the name and the notes of one's own run be changed."""
    name, notes = f"runs_name_{record.id}", f"runs_notes_{record.id}"
    st.text_input(t("Name"), name_of(record), max_chars=MAX_NAME, key=name, on_change=_rename, args=(record.id, name))
    st.text_area(
        t("Notes"),
        record.notes,
        max_chars=MAX_NOTES,
        height=120,
        key=notes,
        placeholder=t("What did you try, and what came of it?"),
        help=t("Everyone who may look at the run can read them."),
        on_change=_write_notes,
        args=(record.id, notes),
    )


def _rename(run_id: str, key: str) -> None:
    with errors_in_words():
        shared_store().runs.rename(run_id, st.session_state[key], session.visitor())


def _write_notes(run_id: str, key: str) -> None:
    with errors_in_words():
        shared_store().runs.set_notes(run_id, st.session_state[key], session.visitor())


def notes_of_others(record: RunRecord) -> None:
    """Show what others wrote about their run, or what a shipped one is."""
    if record.shipped is not None:
        st.markdown(t(record.shipped.summary))
        st.caption(t("It learned from: {sources}.", sources="; ".join(map(t, record.shipped.sources))))
    elif record.notes:
        st.caption(t("Notes"))
        st.text(record.notes)

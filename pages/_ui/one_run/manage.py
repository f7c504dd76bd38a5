"""Name, sharing, keeping and deleting of one's own run."""

import streamlit as st

from mnist_core.store import RunRecord, RunState, shared_store
from pages._ui.one_run.badges import shipped_badge
from pages._ui.one_run.undo import remove
from pages._ui.parts.kept_toggle import kept_toggle
from pages._ui.shell import session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import name_of, t


def manage_run(record: RunRecord) -> None:
    """Show the menu of a run that the visitor may change, or that it is somebody else's."""
    if record.shipped is not None:
        shipped_badge(record)
        return
    if not session.visitor().may_change(record):
        st.badge(t("by another visitor") if record.owner else t("by the command line"), color="gray")
        return
    with st.popover(t("Manage"), icon=":material/more_horiz:", help=t("Name, sharing, deleting")):
        key = f"name_{record.id}"
        st.text_input(t("Name"), name_of(record), max_chars=200, key=key, on_change=_rename, args=(record.id, key))
        _toggle(record, "shared", t("Everyone may look at it"), t("Others can see it, but never change it."))
        _toggle(record, "pinned", t("Star"), t("Easy to find on the page Runs, and never deleted to make room."))
        if record.state is not RunState.RUNNING:
            _delete(record)


def _toggle(record: RunRecord, what: str, words: str, explanation: str) -> None:
    change = {"shared": shared_store().runs.set_shared, "pinned": shared_store().runs.set_pinned}[what]
    kept_toggle(
        words,
        getattr(record, what),
        f"{what}_{record.id}",
        lambda wanted: change(record.id, wanted, session.visitor()),
        explanation=explanation,
    )


def _rename(run_id: str, key: str) -> None:
    with errors_in_words():
        shared_store().runs.rename(run_id, st.session_state[key], session.visitor())


def _delete(record: RunRecord) -> None:
    if st.button(t("Delete"), key="run_delete", icon=":material/delete:", help=t("You can undo this.")):
        with errors_in_words():
            remove([record.id])
            st.rerun()

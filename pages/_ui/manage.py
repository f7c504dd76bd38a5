"""Name, sharing, keeping and deleting of one's own run; who an admin is."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from mnist_core.settings import get_settings
from mnist_core.store import RunRecord, RunState, Store, Visitor, shared_store
from pages._ui import session
from pages._ui.errors import refusals_beside
from pages._ui.i18n import t


def manage_run(record: RunRecord) -> None:
    """Say where a run is somebody else's, and show its menu to those who may change it."""
    visitor = session.visitor()
    if record.owner != visitor.id:
        st.badge(t("by another visitor") if record.owner else t("by the command line"), color="gray")
    if not visitor.may_change(record):
        return
    with st.popover(t("Manage"), icon=":material/more_horiz:", help=t("Name, sharing, deleting")):
        key = f"name_{record.id}"
        # Always what the store says: in another window it may have another name by now. Only what the
        # person does here, the callbacks, changes the run.
        st.session_state[key] = t(record.name)
        st.text_input(t("Name"), max_chars=200, key=key, on_change=_change, args=(Store.rename, record.id, key))
        shared, pinned = f"shared_{record.id}", f"pinned_{record.id}"
        st.session_state[shared], st.session_state[pinned] = record.shared, record.pinned
        st.toggle(
            t("Everyone may look at it"),
            key=shared,
            help=t("Others can see it, but never change it."),
            on_change=_change,
            args=(Store.set_shared, record.id, shared),
        )
        st.toggle(
            t("Keep it"),
            key=pinned,
            help=t("It is never deleted to make room."),
            on_change=_change,
            args=(Store.set_pinned, record.id, pinned),
        )
        if record.state is not RunState.RUNNING:
            _delete(record)


def _change(request: Callable[[Store, str, Any, Visitor], None], run_id: str, key: str) -> None:
    with refusals_beside():
        request(shared_store(), run_id, st.session_state[key], session.visitor())


def _delete(record: RunRecord) -> None:
    sure = st.checkbox(t("Yes, delete this run for good"), key=f"sure_{record.id}")
    if st.button(t("Delete"), key="run_delete", icon=":material/delete:", disabled=not sure):
        with refusals_beside():
            shared_store().delete(record.id, session.visitor())
            session.forget_run(record.id)
            st.toast(t("The run is deleted."), icon=":material/delete:")
        st.rerun()


def admin_box() -> None:
    """Let somebody who knows the password act as an admin, where the settings have one."""
    if get_settings().admin_token is None:
        return
    if session.visitor().is_admin:
        st.badge(t("You may change everyone's runs"), icon=":material/shield_person:", color="violet")
        st.button(t("Stop being admin"), key="admin_leave", type="tertiary", on_click=session.set_admin, args=(False,))
        return
    with st.popover(t("Admin"), icon=":material/shield_person:", type="tertiary"):
        token = st.text_input(t("Password"), type="password", key="admin_token")
        if token and get_settings().is_admin_token(token):
            session.set_admin(True)
            st.rerun()
        elif token:
            st.error(t("This is not the admin's password."), icon=":material/error:")


def cleaning_notice() -> None:
    """Say which of the visitor's runs will be deleted soon to make room, and how to keep them."""
    going = [record for record in session.cleaning_next() if session.visitor().may_change(record)]
    if going:
        st.warning(
            t(
                "The disk is nearly full. Your oldest runs will be deleted to make room: {names}. To keep one, open "
                "it and choose “Keep it” under “Manage”.",
                names=", ".join(t(record.name) for record in going[:5]),
            ),
            icon=":material/folder_delete:",
        )

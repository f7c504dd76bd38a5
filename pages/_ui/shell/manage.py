"""Name, sharing, keeping and deleting of one's own run; who an admin is."""

import streamlit as st

from mnist_core.gateway import ADDRESS_HEADER, VISITOR_COOKIE, Tries
from mnist_core.settings import get_settings
from mnist_core.store import RunRecord, RunState, shared_store
from mnist_core.text import plain
from pages._ui.parts.run_badges import shipped_badge
from pages._ui.shell import session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t
from pages._ui.shell.undo import remove

_GUESS = "admin_guess"
_tries = Tries()


def manage_run(record: RunRecord) -> None:
    """Show the menu of a run that the visitor may change, or that it is somebody else's."""
    if record.shipped is not None:
        shipped_badge(record)
        return
    if not session.visitor().may_change(record):
        st.badge(t("by another visitor") if record.owner else t("by the command line"), color="gray")
        return
    with st.popover(t("Manage"), icon=":material/more_horiz:", help=t("Name, sharing, deleting")):
        name = st.text_input(t("Name"), t(record.name), max_chars=200, key=f"name_{record.id}")
        if name != t(record.name):
            with errors_in_words():
                shared_store().rename(record.id, name, session.visitor())
                st.rerun()
        _toggle(record, "shared", t("Everyone may look at it"), t("Others can see it, but never change it."))
        _toggle(record, "pinned", t("Star"), t("Easy to find on the page Runs, and never deleted to make room."))
        if record.state is not RunState.RUNNING:
            _delete(record)


def _toggle(record: RunRecord, what: str, words: str, help_text: str) -> None:
    now = getattr(record, what)
    wanted = st.toggle(words, now, key=f"{what}_{record.id}", help=help_text)
    if wanted != now:
        change = {"shared": shared_store().set_shared, "pinned": shared_store().set_pinned}[what]
        with errors_in_words():
            change(record.id, wanted, session.visitor())
            st.rerun()


def _delete(record: RunRecord) -> None:
    if st.button(t("Delete"), key="run_delete", icon=":material/delete:", help=t("You can undo this.")):
        with errors_in_words():
            remove([record.id])
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
        if not token:
            return
        is_right, wait = _is_right(token)
        if is_right:
            session.set_admin(True)
            st.rerun()
        st.error(t("This is not the admin's password."), icon=":material/error:")
        if wait:
            st.caption(t("There were too many guesses. The next one is looked at in {seconds} s.", seconds=wait))


def _is_right(guess: str) -> tuple[bool, int]:
    """Return whether a guess is the admin's password, and else the seconds until a next one is looked at.

    The same guess counts once, however often its page runs.
    """
    answer: tuple[bool, int]
    last, answer = st.session_state.get(_GUESS, (None, (False, 0)))
    if guess != last:
        address = st.context.headers.get(ADDRESS_HEADER, "")
        answer = _tries.check(address, lambda: get_settings().is_admin_token(guess))
        st.session_state[_GUESS] = (guess, answer)
    return answer


def cookie_notice() -> None:
    """Say what it means that a browser keeps no cookie; nothing where it does, or where nobody gives it one."""
    if VISITOR_COOKIE in st.context.cookies or ADDRESS_HEADER not in st.context.headers:
        return
    st.info(
        t(
            "Your browser keeps no cookie of this site, so MNIST Lab can't know you again. What you train and draw "
            "belongs to this tab only: after a reload it is another visitor's. Allow cookies for this site, and "
            "reload the page."
        ),
        icon=":material/cookie_off:",
    )


def cleaning_notice() -> None:
    """Say which of the visitor's runs will be deleted soon to make room, and how to keep them."""
    going = [record for record in session.cleaning_next() if session.visitor().may_change(record)]
    if going:
        st.warning(
            t(
                "The disk is nearly full. These runs of yours will be deleted to make room: {names}. To keep one, star "
                "it on the page Runs.",
                names=", ".join(plain(t(record.name)) for record in going[:5]),
            ),
            icon=":material/folder_delete:",
        )

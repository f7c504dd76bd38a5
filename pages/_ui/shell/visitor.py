"""What visitors have to know of themselves: whether they are admins, known again, and what of theirs will go."""

import streamlit as st

from mnist_core.gateway import ADDRESS_HEADER, VISITOR_COOKIE, Tries
from mnist_core.settings import get_settings
from mnist_core.text import plain
from pages._ui.shell import session
from pages._ui.shell.i18n import name_of, t

_GUESS = "admin_guess"
_tries = Tries()


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
            "Your browser keeps no cookie of this site, so MNIST Lab can't know you again: after a reload, what you "
            "train and draw is not found any more. Allow cookies for this site and reload the page, or make a personal "
            "link, which brings all of it back."
        ),
        icon=":material/cookie_off:",
    )
    # Not a link in the sentence: it would open another tab, and so another visitor's.
    st.page_link("your_data.py", label=t("Make a personal link"), icon=":material/key:")


def cleaning_notice() -> None:
    """Say which of the visitor's runs will be deleted soon to make room, and how to keep them."""
    going = [record for record in session.cleaning_next() if session.visitor().may_change(record)]
    if going:
        st.warning(
            t(
                "The disk is nearly full. These runs of yours will be deleted to make room: {names}. To keep one, star "
                "it on the page Runs.",
                names=", ".join(plain(name_of(record)) for record in going[:5]),
            ),
            icon=":material/folder_delete:",
        )

"""The door: join a class by its code, or open one."""

import streamlit as st

from mnist_core.classroom import new_code, read_code
from mnist_core.engine import classroom_pace
from mnist_core.gateway import Tries
from mnist_core.store import Classroom, shared_store
from mnist_core.store.classrooms import MOST_NICKNAME
from mnist_core.text import plain
from pages._ui.classroom import teacher
from pages._ui.shell import i18n, identity, session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t
from pages._ui.shell.membership import forget_place

CODE = "code"  # what it is called in an address
_LOOKED_AT = "classroom_looked_at"
_MOST_CODE = 80
_DAYS = (1, 7, 30, 180)
# Of each browser, so that one pupil who tries codes keeps no other out; of all, since cookies can be thrown away: so
# fast a billion codes take half a year.
_tries = Tries(of_address=(0.1, 10.0), of_all=(50.0, 3000.0))


def asked_code() -> str:
    """Return the code that the address has; empty for none."""
    return read_code(st.query_params.get(CODE, "")[:_MOST_CODE])


def door(now: Classroom | None) -> None:
    """Show both ways in, for who is in the class `now` too: one is in one class at a time."""
    asked = asked_code()
    if now is not None:
        st.info(
            t("You are in the class “{name}” now. You leave it when you join this one.", name=plain(now.name)),
            icon=":material/swap_horiz:",
        )
    join, begin = st.columns(2, gap="large")
    with join, st.container(border=True, height="stretch", key="classroom_join"):
        _join(asked)
    if asked:
        return  # who came by a code has one thing to do
    with begin, st.container(border=True, height="stretch", key="classroom_open"):
        st.header(t("Open a class"), anchor=False)
        st.markdown(
            t(
                "For teachers: a code for the projector, a wall on which you see what everybody does, and a way to say "
                "something to all."
            )
        )
        open_form()


def _join(asked: str) -> None:
    st.header(t("Join a class"), anchor=False)
    st.markdown(t("Your teacher shows you a code of four words. You need no account."))
    with st.form("classroom_join_form", border=False):
        code = st.text_input(
            t("Code"), asked, max_chars=_MOST_CODE, key="classroom_code", placeholder=t("river-lamp-goat-piano")
        )
        nickname = st.text_input(
            t("Your name in this class"),
            max_chars=MOST_NICKNAME,
            key="classroom_nickname",
            help=t("Your teacher sees it, and whoever sees the wall. A nickname will do."),
        )
        if st.form_submit_button(t("Join"), type="primary", icon=":material/login:"):
            with errors_in_words():
                if _find(read_code(code)) is not None:
                    shared_store().classrooms.join(read_code(code), identity.owner(), nickname)
                    forget_place()
                    st.query_params.pop(CODE, None)
                    st.rerun()


def _find(code: str) -> Classroom | None:
    """Return the classroom with a code, or say why there is none. The same code counts once."""
    last, wait = st.session_state.get(_LOOKED_AT, (None, 0))
    if last != code or wait:
        _, wait = _tries.check(identity.browser(), lambda: shared_store().classrooms.of_code(code) is not None)
        st.session_state[_LOOKED_AT] = (code, wait)
    if wait:
        words = t("There were too many wrong codes. Wait {seconds} s, then try again.", seconds=wait)
        st.error(words, icon=":material/error:")
        return None
    found = shared_store().classrooms.of_code(code)
    if found is None:
        words = t("There is no class with this code, or not any more. Look at the code once more.")
        st.error(words, icon=":material/error:")
    return found


def open_form() -> None:
    """Show the form that opens a class."""
    with st.form("classroom_open_form", border=False):
        name = st.text_input(t("Name of the class"), max_chars=60, key="classroom_name", placeholder=t("3b, Tuesday"))
        days = st.selectbox(
            t("It is deleted by itself after"),
            _DAYS,
            index=2,
            key="classroom_days",
            format_func=lambda n: t.plural("{n:,} day", "{n:,} days", n),
            help=t(
                "With all that its pupils trained in it, unless you delete the class yourself before and keep that."
            ),
        )
        if st.form_submit_button(t("Open the class"), icon=":material/add_home_work:"):
            with errors_in_words():
                if name.strip():  # a slip of the hand counts for nothing
                    classroom_pace().take(identity.owner(), session.address())
                language = i18n.current().language
                _, secret = shared_store().classrooms.open(name, lambda: new_code(language), days=days)
                teacher.teach(secret)
                st.rerun()

"""What a teacher says to all pupils, and does with all that they train."""

from collections.abc import Callable

import streamlit as st

from mnist_core.classroom import hold_all, let_go_all, stop_all
from mnist_core.store import Classroom, Store, shared_store
from mnist_core.store.classrooms import MOST_MESSAGE
from mnist_core.text import plain
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t


def voice(secret: str, classroom: Classroom) -> None:
    """Show the words for all, and the buttons for all that they train."""
    with st.container(border=True, key="classroom_voice"):
        with st.form("classroom_say_form", border=False, clear_on_submit=True):
            with st.container(horizontal=True, vertical_alignment="bottom"):
                message = st.text_input(
                    t("Say something to all"),
                    max_chars=MOST_MESSAGE,
                    key="classroom_message",
                    placeholder=t("Stop and look here, please"),
                )
                said = st.form_submit_button(t("Say it"), icon=":material/campaign:")
            if said and message.strip():
                with errors_in_words():
                    shared_store().classrooms.say(secret, message)
                    st.rerun()
        if classroom.message:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(t("All see: “{message}”", message=plain(classroom.message)))
                st.button(
                    t("Remove the message"), key="classroom_hush", type="tertiary", on_click=_hush, args=(secret,)
                )
        with st.container(horizontal=True):
            if classroom.paused:
                st.button(
                    t("Let all go on"),
                    key="classroom_go",
                    icon=":material/play_arrow:",
                    type="primary",
                    on_click=_act,
                    args=(let_go_all, secret),
                )
            else:
                st.button(
                    t("Pause all"),
                    key="classroom_pause",
                    icon=":material/pause:",
                    help=t("What they train rests, and nothing begins, until you let all go on."),
                    on_click=_act,
                    args=(hold_all, secret),
                )
            st.button(
                t("Stop all"),
                key="classroom_stop",
                icon=":material/stop:",
                help=t("What they train ends now. What the networks have learned is kept."),
                on_click=_act,
                args=(stop_all, secret),
            )


def _hush(secret: str) -> None:
    with errors_in_words():
        shared_store().classrooms.say(secret, "")


def _act(act: Callable[[Store, str], None], secret: str) -> None:
    with errors_in_words():
        act(shared_store(), secret)

"""The pupil's place: where they are, what to begin with, and the way out."""

import streamlit as st

from mnist_core.store import Classroom, shared_store
from mnist_core.store.classrooms import MOST_NICKNAME
from mnist_core.text import plain
from pages._ui.shell import identity
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t
from pages._ui.shell.membership import forget_place


def pupil_place(classroom: Classroom, nickname: str) -> None:
    """Show a pupil where they are, with what to begin, and the way out."""
    with st.container(border=True, key="classroom_place"):
        st.header(t("You are in the class “{name}”", name=plain(classroom.name)), anchor=False)
        st.markdown(t("You are called **{nickname}** here.", nickname=plain(nickname)))
        beginning = classroom.beginning
        if beginning.lesson:
            st.page_link(
                "learn.py",
                label=t("Begin with the lesson"),
                icon=":material/school:",
                query_params={"lesson": beginning.lesson},
            )
        elif beginning.config:
            st.page_link(
                "train.py",
                label=t("Begin with your teacher's settings"),
                icon=":material/model_training:",
                query_params={"config": beginning.config},
            )
        else:
            st.page_link("train.py", label=t("Train a network"), icon=":material/model_training:")
        st.caption(
            t(
                "Your teacher sees your name, what you train and which step of a lesson you are at. What you train is "
                "deleted with the class, unless your teacher keeps it."
            )
        )
        with st.popover(t("Another name"), icon=":material/edit:", type="tertiary"):
            new = st.text_input(t("Your name in this class"), nickname, max_chars=MOST_NICKNAME, key="classroom_again")
            if st.button(t("Save"), key="classroom_rename"):
                with errors_in_words():
                    shared_store().classrooms.join(classroom.code, identity.owner(), new)
                    forget_place()
                    st.rerun()
        st.button(
            t("Leave the class"), key="classroom_leave", icon=":material/logout:", type="tertiary", on_click=_leave
        )


def _leave() -> None:
    with errors_in_words():
        shared_store().classrooms.leave(identity.owner())
        forget_place()

"""Who is in a class, and what the teacher calls them."""

import streamlit as st

from mnist_core.store import Classroom, Pupil, shared_store
from mnist_core.store.classrooms import MOST_NICKNAME
from mnist_core.text import plain
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t


def nicknames(secret: str, _classroom: Classroom) -> None:
    """Show a field for each name, and a button that takes the pupil out."""
    pupils = shared_store().classrooms.pupils(secret)
    if not pupils:
        st.markdown(t("Nobody has joined yet. The code is under “The code”."))
        return
    st.markdown(
        t("You see these names, and whoever sees the wall. Give a pupil another one, or take a pupil out of the class.")
    )
    for number, pupil in enumerate(pupils):
        with st.container(horizontal=True, vertical_alignment="center", key=f"classroom_pupil_{number}"):
            _pupil(secret, pupil, number)


def _pupil(secret: str, pupil: Pupil, number: int) -> None:
    key = f"classroom_name_{pupil.joined.timestamp()}_{pupil.nickname}"  # another name, another field
    st.text_input(
        t("Name of pupil {number}", number=number + 1),
        pupil.nickname,
        max_chars=MOST_NICKNAME,
        key=key,
        label_visibility="collapsed",
        width=320,
        on_change=_rename,
        args=(secret, pupil, key),
    )
    st.button(
        t("Take out: {name}", name=plain(pupil.nickname)),
        key=f"classroom_remove_{number}",
        type="tertiary",
        icon=":material/person_remove:",
        on_click=_remove,
        args=(secret, pupil),
    )


def _rename(secret: str, pupil: Pupil, key: str) -> None:
    with errors_in_words():
        shared_store().classrooms.rename(secret, pupil.owner, st.session_state[key])


def _remove(secret: str, pupil: Pupil) -> None:
    with errors_in_words():
        shared_store().classrooms.remove(secret, pupil.owner)

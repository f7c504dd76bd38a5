"""What pupils begin with, the teacher's link, and the end of a class."""

import streamlit as st

from mnist_core.classroom import clear_up
from mnist_core.config.links import read_link
from mnist_core.errors import ClassroomError, LinkError
from mnist_core.store import ClassBeginning, Classroom, shared_store
from mnist_core.text import plain
from pages._ui.classroom import teacher
from pages._ui.classroom.door import open_form
from pages._ui.classroom.tiles import known_lessons
from pages._ui.parts.offered_link import base_address, offer_link, reach_note
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t

_NOTHING, _WITH_RUNS = "nothing", "classroom_with_runs"


def settings_and_end(secret: str, classroom: Classroom) -> None:
    """Show what concerns the class as a whole."""
    st.subheader(t("With what pupils begin"), anchor=False)
    _beginning(secret, classroom)
    st.subheader(t("Your link"), anchor=False)
    st.markdown(
        t(
            "This browser knows that you teach this class. On another computer, open this link. Whoever has it can do "
            "all that you can, so don't show it on the projector."
        )
    )
    with st.popover(t("Show my link"), icon=":material/key:"):
        offer_link(f"{base_address()}/classroom#teach={secret}", "classroom_teach", t("Your link"), for_all=False)
        reach_note()
    st.subheader(t("The end"), anchor=False)
    st.markdown(
        t(
            "The class is deleted by itself on {moment}, with all that its pupils trained in it.",
            moment=t.moment(classroom.ends),
        )
    )
    with st.container(horizontal=True):
        if st.button(t("Delete the class …"), key="classroom_close", icon=":material/delete_forever:"):
            _confirm(secret, classroom)
        if st.button(
            t("Stop teaching in this browser …"), key="classroom_forget", type="tertiary", icon=":material/logout:"
        ):
            _ask_to_forget(secret)
    st.subheader(t("Another class"), anchor=False)
    with st.popover(t("Open another class"), icon=":material/add_home_work:"):
        open_form()


def _ask_to_forget(secret: str) -> None:
    @st.dialog(t("Stop teaching in this browser?"))
    def dialog() -> None:
        st.markdown(t("The class goes on. To come back you need your link, which is kept nowhere else. Copy it now:"))
        offer_link(f"{base_address()}/classroom#teach={secret}", "classroom_last_teach", t("Your link"), for_all=False)
        with st.container(horizontal=True):
            stopped = st.button(
                t("I have the link: stop"),
                key="classroom_forget_yes",
                type="primary",
                on_click=teacher.forget,
                args=(secret,),
            )
            kept = st.button(t("Go on teaching"), key="classroom_forget_no")
        if stopped or kept:
            st.rerun()

    dialog()


def _beginning(secret: str, classroom: Classroom) -> None:
    known = known_lessons()
    now = classroom.beginning
    options = [_NOTHING, *known]
    chosen = st.selectbox(
        t("Lesson"),
        options,
        index=options.index(now.lesson) if now.lesson in options else 0,
        format_func=lambda lesson: t("No lesson") if lesson == _NOTHING else plain(known[lesson].title),
        key="classroom_lesson",
        width=420,
    )
    link = ""
    if chosen == _NOTHING:
        link = st.text_input(
            t("Or settings: a link from the page Train"),
            now.config or "",
            key="classroom_config",
            help=t("Choose settings on the page Train, copy their link there, and paste it here."),
        )
    if st.button(t("Save"), key="classroom_keep_beginning"):
        with errors_in_words():
            config = _config_of(link) if link.strip() else None
            beginning = ClassBeginning(lesson=None if chosen == _NOTHING else chosen, config=config)
            shared_store().classrooms.set_beginning(secret, beginning)
            st.toast(t("Kept. Pupils find it on their page “Classroom”."), icon=":material/check:")


def _config_of(link: str) -> str:
    """Return the settings in a link, or that were pasted alone; raises `LinkError`."""
    text = link.strip().rpartition("config=")[2].partition("&")[0]
    try:
        read_link(text)
    except LinkError as error:
        raise ClassroomError("These are no settings: {reason}", reason=error.phrase) from error
    return text


def _close(secret: str) -> None:
    with errors_in_words():
        shared_store().classrooms.close(secret, with_runs=st.session_state[_WITH_RUNS])
        clear_up(shared_store())  # and each minute, until what trains has stopped
        teacher.forget(secret)


def _confirm(secret: str, classroom: Classroom) -> None:
    @st.dialog(t("Delete the class?"))
    def dialog() -> None:
        st.markdown(t("“{name}”, its code, its names and what you said are gone for good.", name=plain(classroom.name)))
        st.toggle(
            t("And what its pupils trained in it"),
            True,
            key=_WITH_RUNS,
            help=t("Otherwise each pupil keeps their own runs, as every visitor does."),
        )
        with st.container(horizontal=True):
            deleted = st.button(
                t("Delete the class"),
                key="classroom_close_yes",
                type="primary",
                icon=":material/delete_forever:",
                on_click=_close,
                args=(secret,),
            )
            kept = st.button(t("Keep it"), key="classroom_close_no")
        if deleted or kept:
            st.rerun()  # the whole page: the question is answered

    dialog()

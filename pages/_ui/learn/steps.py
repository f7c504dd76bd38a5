"""Learn: one step of a lesson."""

from functools import partial

import streamlit as st

from mnist_core.lessons import Lesson, LessonStep
from mnist_core.store import LessonState, shared_store
from pages._ui.learn.arrays import ARRAY_VIEWS, console_view, data_of
from pages._ui.learn.guess import guess_view
from pages._ui.learn.results import RUN_VIEWS
from pages._ui.learn.tasks import tasks_view
from pages._ui.learn.training import compare_view, train_view, view_of_run
from pages._ui.learn.worked import cross_entropy_view, descent_view, network_view, split_view, sums_view
from pages._ui.shell import session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t

OTHER_VIEWS = {
    "network": network_view,
    "sums": sums_view,
    "cross_entropy": cross_entropy_view,
    "descent": descent_view,
    "split": split_view,
    "train": train_view,
    "compare": compare_view,
}


def step_view(lesson: Lesson, step: LessonStep, state: LessonState) -> None:
    """Show a step: its words, its line of code, the real thing, a guess, and tasks."""
    with st.container(key=f"arrive_{lesson.id}_{step.id}"):
        st.header(step.title, anchor=False)
    st.markdown(step.text)
    if step.code:
        st.code(step.code.strip("\n"), language="python")
    if step.guess is not None:
        guess_view(
            step.guess, state.guesses.get(step.id), f"{lesson.id}_{step.id}", partial(_guessed, lesson.id, step.id)
        )
        if step.id not in state.guesses:
            return  # first the guess
    if step.console:
        console_view(lesson, step)
    if step.view is not None:
        with errors_in_words():
            _view(step.view, lesson, step)
    if step.tasks:
        tasks_view(step.tasks)


def _guessed(lesson: str, step: str, number: int) -> None:
    """Remember a guess; for a button's callback."""
    with errors_in_words():
        shared_store().lessons.keep(session.owner(), lesson, step, number)


def _view(view: str, lesson: Lesson, step: LessonStep) -> None:
    if view in ARRAY_VIEWS:
        data = data_of(lesson, step)
        if data is not None:
            ARRAY_VIEWS[view](data, step)
    elif view == "draw":
        st.page_link("draw.py", label=t("Open the page Draw"), icon=":material/draw:")
    elif view in RUN_VIEWS:
        view_of_run(view, lesson, step)
    else:
        OTHER_VIEWS[view](lesson, step)

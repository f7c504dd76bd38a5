"""Learn: the tutorials as lessons, step by step."""

import streamlit as st

from mnist_core.lessons import Lesson, lessons
from mnist_core.settings import get_settings
from mnist_core.store import LessonState, shared_store
from mnist_core.text import plain
from pages._ui.learn.steps import step_view
from pages._ui.parts.components import fallback_notice, for_ears, page_header
from pages._ui.shell import i18n, session
from pages._ui.shell.errors import errors_in_words, show_error
from pages._ui.shell.i18n import t

NOTHING = LessonState()


def go_to(lesson: str | None, step: str | None = None) -> None:
    """Show a step, or the list; for a button's callback."""
    for name, value in (("lesson", lesson), ("step", step)):
        if value is None:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = value


def finish(lesson: Lesson, step: str, then: str | None) -> None:
    """Remember that a step was done, and show the next; for a button's callback."""
    with errors_in_words():
        shared_store().lessons.keep(session.owner(), lesson.id, step)
    go_to(lesson.id if then else None, then)


def next_of(lesson: Lesson, state: LessonState) -> str:
    """Return the first step that is still to do; the first of all where none is."""
    return next((step.id for step in lesson.steps if step.id not in state.done), lesson.steps[0].id)


def lesson_card(lesson: Lesson, state: LessonState) -> None:
    """Show a lesson of the list, and how far the visitor is."""
    done = sum(step.id in state.done for step in lesson.steps)
    with st.container(border=True, key=f"lesson_card_{lesson.id}", height="stretch"):
        st.markdown(f"**{lesson.number} · {lesson.title}**")
        with st.container(height="stretch"):
            st.markdown(lesson.summary)
        st.caption(
            t("{steps} steps, about {minutes} minutes", steps=len(lesson.steps), minutes=lesson.minutes)
            if not done
            else t("{done} of {steps} steps done", done=done, steps=len(lesson.steps))
        )
        if done:
            st.progress(done / len(lesson.steps))
        words = t("Begin") if not done else t("Look again") if done == len(lesson.steps) else t("Go on")
        st.button(
            f"{words} {for_ears(plain(lesson.title))}",
            key=f"lesson_open_{lesson.id}",
            type="primary" if done < len(lesson.steps) else "secondary",
            on_click=go_to,
            args=(lesson.id, next_of(lesson, state)),
        )


def lesson_view(lesson: Lesson, state: LessonState) -> None:
    """Show one step of a lesson, and the way to the others."""
    ids = [step.id for step in lesson.steps]
    asked = st.query_params.get("step")
    at = ids.index(asked) if asked in ids else ids.index(next_of(lesson, state))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            t("All lessons"),
            key="lesson_list",
            icon=":material/arrow_back:",
            type="tertiary",
            on_click=go_to,
            args=(None,),
        )
        st.caption(t("Step {number} of {steps}", number=at + 1, steps=len(ids)))
    st.progress((at + 1) / len(ids))
    step = lesson.steps[at]
    step_view(lesson, step, state)
    with st.container(horizontal=True):
        before = ids[at - 1] if at else None
        st.button(
            t("Back"),
            key="lesson_back",
            icon=":material/chevron_left:",
            disabled=not at,
            on_click=go_to,
            args=(lesson.id, before),
        )
        after = ids[at + 1] if at + 1 < len(ids) else None
        waits = step.guess is not None and step.id not in state.guesses
        st.button(
            t("Next") if after else t("Finish the lesson"),
            key="lesson_next",
            type="primary",
            icon=":material/chevron_right:" if after else ":material/check:",
            disabled=waits,
            on_click=finish,
            args=(lesson, step.id, after),
        )


found, problems = lessons(i18n.current().language, get_settings())
states = shared_store().lessons.of(session.owner())
by_id = {lesson.id: lesson for lesson in found}
chosen = by_id.get(st.query_params.get("lesson", ""))
if chosen is None:
    page_header(
        t("Learn"),
        t("The way from the first image to your own handwriting, in small steps, each with the real thing beside it."),
    )
    st.page_link("classroom.py", label=t("With a class? Join it, or open one"), icon=":material/groups:")
    fallback_notice()
    for problem in problems:
        show_error(problem)
    for start in range(0, len(found), 3):
        for column, lesson in zip(st.columns(3), found[start : start + 3], strict=False):
            with column:
                lesson_card(lesson, states.get(lesson.id, NOTHING))
else:
    st.title(plain(chosen.title), anchor=False)
    lesson_view(chosen, states.get(chosen.id, NOTHING))

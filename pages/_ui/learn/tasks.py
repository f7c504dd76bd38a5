"""Learn: things to reach by oneself, which the visitor's own runs show to be reached."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.lessons import LessonTask, best_attempt, is_met
from mnist_core.store import RunState, shared_store
from mnist_core.text import Sentence, plain
from pages._ui.shell import session
from pages._ui.shell.i18n import name_of, t

_MANY = 200
LEVELS: dict[int, Sentence] = {1: "Task", 2: "For those who want more"}


def tasks_view(tasks: Sequence[LessonTask]) -> None:
    """Show tasks, and of each whether it is reached."""
    mine = shared_store().runs.find(states=[RunState.COMPLETED], owner=session.owner(), limit=_MANY)
    for number, task in enumerate(tasks):
        done = next((record for record in mine if is_met(task.wants, record)), None)
        with st.container(border=True, key=f"task_{number}"):
            icon = ":material/check_circle:" if done else ":material/flag:"
            st.markdown(f"{icon} **{t(LEVELS[task.level])}** · {task.text}")
            if done is not None:
                st.caption(t("Reached by “{name}”. Well done!", name=plain(name_of(done))))
                continue
            best = best_attempt(task.wants, mine)
            if best is not None and best.outcome.test_accuracy is not None:
                st.caption(
                    t(
                        "Your best so far: {accuracy:.2%} by “{name}”.",
                        accuracy=best.outcome.test_accuracy,
                        name=plain(name_of(best)),
                    )
                )
            st.page_link("train.py", label=t("Try it on the page Train"), icon=":material/model_training:")

"""Long computations on a page: a progress bar until they are done, then what they found."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import streamlit as st

from mnist_core.system.background import Task, shared_background
from pages._ui.shell import access, asking
from pages._ui.shell.errors import errors_in_words, show_error
from pages._ui.shell.i18n import t

_GRACE = 0.2  # seconds: what is done by then shows no bar that would only flash
_PACE, _PACE_IN_LINE = 0.3, 1.0  # seconds between two looks, and while others have their turn first

Calls = Mapping[Hashable, tuple[Callable[..., Any], *tuple[Any, ...]]]
"""For each key of `Background.request` the function and its arguments."""


def when_done(
    calls: Calls,
    words: str,
    show: Callable[[dict[Hashable, Any]], None],
    *,
    of: Sequence[str],
    seconds: float = 1.0,
) -> None:
    """Show results once all of them are there, and until then how far they are.

    Parameters
    ----------
    calls : mapping of key to (function, argument, ...)
        As for `Background.request`.
    words : str
        Translated sentence beside the progress bar.
    show : callable
        Called with the results by key; those that failed are missing, and their errors are shown above.
    of : sequence of str
        Ids of the runs that the results say something about: each time the visitor has to be allowed to see them.
    seconds : float
        About how long one of them takes.
    """
    background, asker = shared_background(), asking.asker()

    def look() -> dict[Hashable, Task[Any]]:
        return {key: background.request(key, *call, asker=asker, seconds=seconds) for key, call in calls.items()}

    look()
    for key in calls:
        background.wait(key, _GRACE / len(calls))
    waiting = [task.ahead for task in look().values() if task.state == "running"]
    pace = (_PACE_IN_LINE if min(waiting) else _PACE) if waiting else None

    @st.fragment(run_every=pace)
    @errors_in_words()
    def body() -> None:
        access.look_up_all(of)
        tasks = look()
        unfinished = [task for task in tasks.values() if task.state == "running"]
        if unfinished:
            if not waiting:  # begun by the button below, which runs this part alone, without its clock
                st.rerun()
            ahead = min(task.ahead for task in unfinished)
            done = sum(task.progress for task in tasks.values()) / len(tasks)
            st.progress(done, turn_words(ahead) if ahead and not done else words)
            return
        if waiting:
            st.rerun()  # no more looks are needed
        for key, task in tasks.items():
            if task.problem is not None:
                show_error(task.problem)
                st.button(t("Try again"), key=f"again_{key}", on_click=background.forget, args=(key,))
        results = {key: task.result for key, task in tasks.items() if task.state == "done"}
        if results:
            show(results)

    body()


def turn_words(ahead: int) -> str:
    """Return what is said to somebody whose computation waits for its turn."""
    return t.plural(
        "Waiting for another computation …", "Waiting: {n:,} other computations come first …", max(ahead, 1)
    )

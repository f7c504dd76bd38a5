"""Long computations on a page: a progress bar until they are done, then what they found."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import streamlit as st

from mnist_core.engine import shared_background
from pages._ui.errors import errors_in_words, show_error
from pages._ui.i18n import t

_GRACE = 0.2  # seconds: what is done by then shows no bar that would only flash
_PACE = 0.3  # seconds between two looks

Calls = Mapping[Hashable, tuple[Callable[..., Any], *tuple[Any, ...]]]
"""For each key of `Background.request` the function and its arguments."""


def when_done(calls: Calls, words: str, show: Callable[[dict[Hashable, Any]], None]) -> None:
    """Show results once all of them are there, and until then how far they are.

    Parameters
    ----------
    calls : mapping of key to (function, argument, ...)
        As for `Background.request`.
    words : str
        Translated sentence beside the progress bar.
    show : callable
        Called with the results by key; those that failed are missing, and their errors are shown above.
    """
    background = shared_background()
    for key, call in calls.items():
        background.request(key, *call)
    for key in calls:
        background.wait(key, _GRACE / len(calls))
    waiting = any(background.request(key, *call).state == "running" for key, call in calls.items())

    @st.fragment(run_every=_PACE if waiting else None)
    @errors_in_words()
    def body() -> None:
        tasks = {key: background.request(key, *call) for key, call in calls.items()}
        if any(task.state == "running" for task in tasks.values()):
            if not waiting:  # begun by the button below, which runs this part alone, without its clock
                st.rerun()
            st.progress(sum(task.progress for task in tasks.values()) / len(tasks), words)
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

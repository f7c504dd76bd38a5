"""Longer computations as a button and a progress bar; their results are shared and kept."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.engine import shared_analyses
from mnist_core.settings import get_settings
from mnist_core.store import Analysis, read_analysis
from pages._ui.shell import asking
from pages._ui.shell.errors import errors_in_words, show_error
from pages._ui.shell.waiting import turn_words

Result = dict[str, npt.NDArray[np.generic]]


def results(analyses: Sequence[Analysis], label: str, words: str) -> list[Result | None]:
    """Return what is computed already; show a button for the rest, or how far it is.

    Parameters
    ----------
    analyses : sequence of Analysis
        Started together.
    label, words : str
        On the button, and beside the progress bar (translated).
    """
    found = [read_analysis(analysis, get_settings()) for analysis in analyses]
    if any(result is None for result in found):
        _job(analyses, label, words)
    return found


def _job(analyses: Sequence[Analysis], label: str, words: str) -> None:
    service, asker = shared_analyses(), asking.asker()
    before = [service.status(analysis, asker).state for analysis in analyses]
    at_work = "running" in before or "waiting" in before

    @st.fragment(run_every=0.5 if at_work else None)
    @errors_in_words()
    def body() -> None:
        now = [service.status(analysis, asker) for analysis in analyses]
        # Another visitor may have begun, or one of several may be done: the page then looks different.
        if [status.state for status in now] != before:
            st.rerun()
        if at_work:
            waiting = [status.ahead for status in now if status.state == "waiting"]
            waits = waiting and all(status.state != "running" for status in now)
            done = sum(status.fraction for status in now) / len(now)
            st.progress(done, turn_words(min(waiting)) if waits else words)
            return
        for status in now:
            if status.error is not None:
                show_error(status.error)
        if st.button(label, key=f"start_{analyses[0].key}", icon=":material/play_arrow:"):
            for analysis in analyses:
                service.start(analysis)
            st.rerun()

    body()

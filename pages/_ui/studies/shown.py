"""A figure of a study on the screen: it changes in place, leads to runs, and has its numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from mnist_core.config.study.question import Objective
from mnist_core.store import StudyRecord, TrialRecord
from pages._ui.parts.live_plot import live_plot
from pages._ui.shell import i18n, session
from pages._ui.shell.i18n import t
from pages._ui.studies.table import trials_csv

Trials = Sequence[TrialRecord]
Table = Callable[[Trials, Objective], Mapping[str, Sequence[Any]]]


def look() -> dict[str, Any]:
    """Return what every figure is drawn with."""
    return {"theme": session.page_theme(), "t": i18n.current()}


def show(
    study: StudyRecord, name: str, figure: dict[str, Any], alt: str, table: Table, hint: str, *, part: str = ""
) -> None:
    """Show a figure that changes in place, with its numbers; zoom and legend belong to the study and the `part`."""
    key = f"study_{name}_{study.id}"
    clicked = live_plot(figure, key=key, revision=f"{study.id} {part}", alt=alt, clickable=True)
    if clicked:
        st.switch_page("train.py", query_params={"run": clicked[0]})
    st.caption(f"{hint} {t('A click on a point opens its run.')}")
    trials_csv(study, name, table)

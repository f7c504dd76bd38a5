"""Telling somebody who looks elsewhere that a run is over."""

from pathlib import Path

import streamlit as st

from mnist_core.store import RunRecord, RunState
from mnist_core.text import Sentence
from pages._ui.shell.i18n import name_of, t

_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_HTML = '<label class="lab-notice" hidden><input type="checkbox"><span></span></label>'


def end_notice(record: RunRecord, words: str) -> None:
    """Offer a notification at the end of a run under way; at its end change the tab's title, and send it.

    All of it is the browser's: whoever does not tick the box is never asked for a permission.

    Parameters
    ----------
    record : RunRecord
    words : str
        Translated: how the run stands.
    """
    component = st.components.v2.component("end_notice", html=_HTML, js=_JS, isolate_styles=False)
    title: Sentence = "Finished: {name}" if record.state is RunState.COMPLETED else "Ended: {name}"
    component(
        key="end_notice",
        data={
            "run": record.id,
            "over": record.state.is_finished,
            "title": t(title, name=name_of(record)),
            "words": words,
            "offer": t("Tell me when it is over"),
            "refused": t("Your browser does not allow that."),
        },
        height=24,  # the same when nothing is shown: nothing around it moves
    )

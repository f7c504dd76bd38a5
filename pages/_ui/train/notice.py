"""Telling somebody who looks elsewhere how a run is, and that it is over."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from mnist_core.engine import progress
from mnist_core.store import MetricPoint, RunRecord, RunState
from mnist_core.text import Sentence
from pages._ui.shell.i18n import name_of, t

_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_HTML = (
    '<label class="lab-notice" hidden><input type="checkbox"><span></span></label>'
    '<p class="lab-notice-why" role="status"></p>'
)
# Why a browser sends no notification, by what the component finds.
_WHY_NOT: Mapping[str, Sentence] = {
    "denied": "Your browser may not notify you here: allow it in its settings for this address. The title of this tab "
    "tells you in any case.",
    "insecure": "Browsers allow notifications over HTTPS and on localhost only. The title of this tab tells you "
    "instead.",
    "framed": "Within a page of another site nothing can notify you, nor can the title of this tab: open MNIST Lab in "
    "a tab of its own.",
    "missing": "This browser has no notifications for pages. The title of this tab tells you instead.",
    "unanswered": "Your browser's question was not answered: tick the box again, and allow it. The title of this tab "
    "tells you in any case.",
}


def end_notice(record: RunRecord, points: Sequence[MetricPoint], words: str) -> None:
    """Tell of a run under way by the tab's title while nobody looks, and offer a notification at its end.

    All of it is the browser's: whoever does not tick the box is never asked for a permission.

    Parameters
    ----------
    record : RunRecord
    points : sequence of MetricPoint
        Of the run.
    words : str
        Translated: how the run stands.
    """
    component = st.components.v2.component("end_notice", html=_HTML, js=_JS, isolate_styles=False)
    completed, accuracy = record.state is RunState.COMPLETED, record.outcome.test_accuracy
    title: Sentence = "Finished: {name}" if completed else "Ended: {name}"
    share = progress(record, list(points)).fraction if record.state is RunState.RUNNING else None
    short = None
    if completed and accuracy is not None:
        short = t("✓ {accuracy:.1%} · {name}", accuracy=accuracy, name=name_of(record))
    with st.container(key="end_notice_place"):  # as high when nothing is shown: nothing around it moves
        component(
            key="end_notice",
            data={
                "run": record.id,
                "over": record.state.is_finished,
                "share": None if share is None else t.number(share, ".0%"),
                "short": short,
                "title": t(title, name=name_of(record)),
                "words": words,
                "offer": t("Tell me when it is over"),
                "whyNot": {found: t(sentence) for found, sentence in _WHY_NOT.items()},
            },
        )

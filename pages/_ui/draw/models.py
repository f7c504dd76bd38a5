"""Draw: several networks side by side on the same drawing."""

from collections import Counter
from html import escape

import streamlit as st

from mnist_core.drawing import Part
from mnist_core.inference import Reading
from mnist_core.store import RunRecord
from pages._ui.one_run import runs
from pages._ui.one_run.titles import titles
from pages._ui.parts.percent import percent
from pages._ui.reading.answers import large_words
from pages._ui.reading.networks import read
from pages._ui.shell import access
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t

MOST_OTHERS = 3


def choose_others(record: RunRecord) -> list[RunRecord]:
    """Show a box to choose further networks that know the same classes, and return them."""
    collection = record.config.spec.collection
    others = {
        other.id: other
        for other in runs.with_model()
        if other.id != record.id and other.config.spec.collection == collection
    }
    if not others:
        return []
    words = titles(list(others.values()))
    key = f"draw_others_{collection}"
    if key in st.session_state:  # a run may be gone, or be the one that is chosen above
        st.session_state[key] = [run for run in st.session_state[key] if run in others]
    chosen = st.multiselect(
        t("Ask other networks too"),
        list(others),
        format_func=words.__getitem__,
        max_selections=MOST_OTHERS,
        placeholder=t("Choose up to three"),
        key=key,
        persist_state="session",
    )
    return [others[run] for run in chosen]


def side_by_side(record: RunRecord, first: Reading, others: list[RunRecord], parts: tuple[Part, ...]) -> None:
    """Show each network's answer, and say where they disagree."""
    readings, asked = [first], [record]
    for other in others:
        with errors_in_words():  # one damaged model leaves the others' answers
            found = access.look_up(other.id)
            readings.append(read(found, parts))
            asked.append(found)
    if len(readings) < 2:
        return
    names = titles(asked)
    st.markdown(f"**{t('What each network says')}**")
    shown = "".join(_vote(one, names[who.id]) for one, who in zip(readings, asked, strict=True))
    st.html(f'<div class="lab-votes">{shown}</div>')
    votes = Counter(reading.words for reading in readings)
    if len(votes) == 1:
        st.caption(t("They agree."))
    else:
        counted = ", ".join(t("{words} ({n} of them)", words=words, n=n) for words, n in votes.most_common())
        st.warning(t("They disagree: {counted}.", counted=counted), icon=":material/alt_route:")


def _vote(reading: Reading, title: str) -> str:
    name, _, rest = title.partition(" · ")
    return (
        f"<div><b>{escape(large_words(reading))}</b>"
        f'<span class="bar"><i style="width:{round(100 * reading.least)}%"></i></span>'
        f"<span>{escape(t('{share} sure', share=percent(reading.least)))}</span>"
        f"<span>{escape(name)}</span><small>{escape(rest)}</small></div>"
    )

"""All studies that the visitor may look at, newest first."""

import streamlit as st

from mnist_core.config.study.asking import KIND_WORDS, question_words
from mnist_core.store import StudyRecord, StudyState, TrialState, Visitor, shared_store
from mnist_core.text import plain
from pages._ui.parts.components import empty_state
from pages._ui.shell import i18n, session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t
from pages._ui.studies.words import KIND_ICONS, badge, objective_words, progress_words

_ON_A_PAGE, _MOST = 20, 1000
_LOOK = 5.0  # seconds between two looks while one of them is under way


def studies_list() -> None:
    """Show the studies as a list that renews itself while one of them is under way."""
    found = _found()
    if not found:
        empty_state(
            ":material/science:",
            t("No study yet"),
            t(
                "A study is a group of runs that answer a question together: which learning rate is best, how much is "
                "luck, whether more images would help. It begins on the page Train, beside “Start training”."
            ),
            "train.py",
            t("Go to Train, then “Try several”"),
        )
        return
    active = any(study.state is StudyState.RUNNING for study in found)

    @st.fragment(run_every=_LOOK if active else None)
    @errors_in_words()
    def body() -> None:
        _list(_found())

    body()


def _found() -> list[StudyRecord]:
    return shared_store().studies.find(visible_to=session.visitor(), limit=_MOST)


def _list(found: list[StudyRecord]) -> None:
    st.caption(t.plural("{n:,} study", "{n:,} studies", len(found)))
    pages = -(-len(found) // _ON_A_PAGE)
    page = st.pagination(pages, key=f"studies_page_{pages}") if pages > 1 else 1
    shown = found[(page - 1) * _ON_A_PAGE : page * _ON_A_PAGE]
    ids = [study.id for study in shown]
    numbers, best = shared_store().trials.count(ids), shared_store().trials.highest(ids)
    for study in shown:
        _entry(study, numbers[study.id], best.get(study.id), session.visitor())


def _entry(study: StudyRecord, numbers: dict[TrialState, int], best: float | None, visitor: Visitor) -> None:
    with st.container(border=True, gap="xsmall", key=f"study_{study.id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.page_link(
                "studies.py",
                label=f"**{plain(study.name)}**",
                icon=KIND_ICONS[study.question.kind],
                query_params={"study": study.id},
            )
            badge(study, visitor)
            if study.pinned:
                st.badge(t("starred"), icon=":material/star:", color="gray")
        parts = [t(KIND_WORDS[study.question.kind]), progress_words(study, numbers)]
        if best is not None and study.question.chooses:  # no winner by the test set
            parts.append(t("best: {value}", value=objective_words(best, study.question.objective)))
        parts.append(t.moment(study.created))
        st.caption(plain(question_words(study.question, i18n.current(), trials=study.trials)))
        st.caption(" · ".join(parts))

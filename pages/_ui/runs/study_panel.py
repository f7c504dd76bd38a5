"""One chosen study in the table of runs: its name, its result, what to do with it."""

from collections.abc import Iterable

import streamlit as st

from mnist_core.config.wording import MAX_NAME
from mnist_core.store import RunState, StudyRecord, shared_store
from mnist_core.store.study_rows import StudyRow
from mnist_core.text import plain
from pages._ui.one_run.badges import state_badge
from pages._ui.one_run.study import study_link
from pages._ui.one_run.undo import delete_studies
from pages._ui.runs.filter import STUDY
from pages._ui.runs.study_line import key_settings
from pages._ui.shell import session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t, term


def study_panel(row: StudyRow) -> None:
    """Show a study with all that can be done with it here."""
    record = shared_store().studies.seen(row.id, session.visitor())
    mine = row.may_change(session.visitor())
    with st.container(border=True, key="study_panel"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
                st.header(plain(record.name), anchor=False, help=term("study"))
                state_badge(RunState(record.state.value))
                if not mine:
                    st.badge(t("by another visitor") if record.owner else t("by the command line"), color="gray")
            if mine:
                _controls(record, row)
        st.markdown(key_settings(row))
        if mine:
            left_out([row])
            _name(record)
        _next_steps(row)


def star_studies(study_ids: list[str], starred: bool) -> None:
    """Star studies with all their runs or take the stars back; for a button's callback."""
    with errors_in_words():
        for study_id in study_ids:
            shared_store().studies.set_pinned(study_id, starred, session.visitor())


def left_out(studies: Iterable[StudyRow]) -> None:
    """Say that more goes with studies than a filter shows of them; nothing where it shows all."""
    if more := sum(row.of - len(row.runs) for row in studies):
        words = t("Starring or deleting a study takes all its runs: {n:,} more than are shown here.", n=more)
        st.caption(words, width="content")


def _controls(record: StudyRecord, row: StudyRow) -> None:
    with st.container(horizontal=True, width="content"):
        st.button(
            t("Starred") if record.pinned else t("Star"),
            key="runs_star_study",
            icon=":material/star:" if record.pinned else ":material/star_border:",
            help=t("The study and all its runs: easy to find, and never deleted to make room."),
            on_click=star_studies,
            args=([record.id], not record.pinned),
        )
        st.button(
            t("Delete"),
            key="runs_delete_study",
            icon=":material/delete:",
            disabled=row.trains,
            help=t("Stop it first.")
            if row.trains
            else t.plural(
                "With its {n:,} run. You can undo this.", "With all its {n:,} runs. You can undo this.", row.of
            ),
            on_click=delete_studies,
            args=([record.id],),
        )


def _name(record: StudyRecord) -> None:
    key = f"runs_study_name_{record.id}"
    st.text_input(t("Name"), record.name, max_chars=MAX_NAME, key=key, on_change=_rename, args=(record.id, key))


def _rename(study_id: str, key: str) -> None:
    with errors_in_words():
        shared_store().studies.rename(study_id, st.session_state[key], session.visitor())


def _show_runs(study_id: str) -> None:
    st.query_params[STUDY] = study_id


def _next_steps(row: StudyRow) -> None:
    with st.container(horizontal=True):
        study_link(row.id, t("What it found"))
        # A link to the page that one is on would look chosen already.
        st.button(
            t("Its runs one by one"),
            key="runs_of_study",
            type="tertiary",
            icon=":material/list:",
            on_click=_show_runs,
            args=(row.id,),
        )
        if 2 <= len(row.runs) <= 100:
            st.page_link(
                "compare.py",
                label=t("Compare its runs"),
                icon=":material/compare_arrows:",
                query_params={"runs": ",".join(run.id for run in row.runs)},
            )

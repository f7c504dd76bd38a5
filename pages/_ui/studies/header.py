"""What stands above a study: its name, its question, how far it is, and what its owner can do with it."""

from collections.abc import Callable, Sequence

import streamlit as st

from mnist_core.config.study.asking import question_words
from mnist_core.engine import why_no_training
from mnist_core.settings import get_settings
from mnist_core.store import StudyRecord, StudyState, TrialRecord, Visitor, shared_store
from mnist_core.store.studies import may_change
from mnist_core.studies import add_trials, resume, shared_driver
from mnist_core.text import plain
from pages._ui.one_run.undo import remove_study
from pages._ui.parts.kept_toggle import kept_toggle
from pages._ui.parts.link_view import study_link
from pages._ui.shell import i18n, session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t, term
from pages._ui.studies.words import badge, counts, progress_words, trials_done

_MORE = 10  # trials


def study_header(study: StudyRecord, trials: Sequence[TrialRecord]) -> None:
    """Show the first lines of a study."""
    visitor = session.visitor()
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
            st.header(plain(study.name), anchor=False)
            badge(study, visitor)
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            if may_change(study, visitor):
                _controls(study)
                _manage(study, trials)
            with st.popover(t("Link"), icon=":material/link:", type="tertiary"):
                study_link(study)
    st.markdown(plain(question_words(study.question, i18n.current(), trials=study.trials)))
    found = counts(trials)
    st.progress(trials_done(study, found) / max(study.trials, 1), progress_words(study, found))
    if study.error:
        st.error(plain(t(study.error.words, **study.error.values)), icon=":material/error:")


def _controls(study: StudyRecord) -> None:
    """Show the buttons that fit the study's state."""
    studies, can_train = shared_store().studies, why_no_training(get_settings()) is None
    under_way = study.state in (StudyState.RUNNING, StudyState.PAUSED)
    if study.state is StudyState.RUNNING:
        _button(
            t("Pause"),
            "pause",
            ":material/pause:",
            lambda visitor: studies.pause(study.id, visitor),
            t("No more runs begin for now. Those that train go on."),
        )
    elif study.state is not StudyState.COMPLETED and can_train:
        _button(t("Resume"), "resume", ":material/play_arrow:", lambda visitor: resume(study, visitor, shared_store()))
    if under_way:
        _button(
            t("Stop"),
            "stop",
            ":material/stop:",
            lambda visitor: studies.stop(study.id, visitor),
            t("No more runs begin, and those that train are stopped. What is there stays."),
        )
    elif study.question.kind in ("search", "repeat") and can_train:
        _button(
            t("{n} more trials", n=_MORE),
            "more",
            ":material/add:",
            lambda visitor: add_trials(study, _MORE, visitor, shared_store()),
        )


def _button(
    words: str, name: str, icon: str, request: Callable[[Visitor], None], explanation: str | None = None
) -> None:
    if st.button(words, key=f"study_{name}", icon=icon, help=explanation):
        with errors_in_words():
            request(session.visitor())
            shared_driver().wake()
            st.rerun()  # the whole page: a study that goes on is watched again


def _manage(study: StudyRecord, trials: Sequence[TrialRecord]) -> None:
    with st.popover(t("Manage"), icon=":material/more_horiz:", help=t("Name, sharing, deleting")):
        key = f"study_name_{study.id}"
        st.text_input(t("Name"), study.name, max_chars=200, key=key, on_change=_rename, args=(study.id, key))
        _toggle(
            study,
            "shared",
            t("Everyone may look at it"),
            t("Others can see it and its runs, but never change them."),
        )
        _toggle(study, "pinned", t("Star"), t("Its runs are never deleted to make room."))
        trains = any(not trial.state.is_finished for trial in trials)
        if st.button(
            t("Delete"),
            key="study_delete",
            icon=":material/delete:",
            disabled=trains,
            help=t("Stop it first.") if trains else t("With all its runs. You can undo this."),
        ):
            with errors_in_words():
                remove_study(study.id)
                st.query_params.pop("study", None)
                st.rerun()  # the whole page, which is about no study then
        st.caption(t("What a study is made of are runs: each is on the page Runs too."), help=term("run"))


def _toggle(study: StudyRecord, what: str, words: str, explanation: str) -> None:
    change = {"shared": shared_store().studies.set_shared, "pinned": shared_store().studies.set_pinned}[what]
    kept_toggle(
        words,
        getattr(study, what),
        f"study_{what}_{study.id}",
        lambda wanted: change(study.id, wanted, session.visitor()),
        explanation=explanation,
    )


def _rename(study_id: str, key: str) -> None:
    with errors_in_words():
        shared_store().studies.rename(study_id, st.session_state[key], session.visitor())

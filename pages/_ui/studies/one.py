"""One study on the screen: live while it is under way, what it found afterwards."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.evaluation.studies import learning_curve, learning_curve_words
from mnist_core.store import StudyRecord, TrialRecord, shared_store
from mnist_core.text import plain
from pages._ui.one_run.tensorboard import study_board
from pages._ui.shell import i18n, session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.frame import announce
from pages._ui.shell.i18n import t
from pages._ui.studies.best import best_view, spread_view
from pages._ui.studies.figures import figures_view
from pages._ui.studies.header import study_header
from pages._ui.studies.rate import rate_view
from pages._ui.studies.table import trials_view
from pages._ui.studies.take_away import script_button
from pages._ui.studies.words import counts, progress_words, under_way

_SPOKEN_OF = "spoken_of_study"
_PACES = ((100, 2.0), (500, 5.0), (None, 10.0))  # up to how many trials it looks again after so many seconds


def study_view(study_id: str) -> None:
    """Show a study; while it is under way the view renews itself. Raises `RunNotFoundError` and `NotOwnerError`."""
    record = shared_store().studies.seen(study_id, session.visitor())
    trials = shared_store().trials.of(study_id)
    active = under_way(record, trials)

    @st.fragment(run_every=_pace(len(trials)) if active else None)
    @errors_in_words()
    def body() -> None:
        study = shared_store().studies.seen(study_id, session.visitor())
        found = shared_store().trials.of(study_id)
        if under_way(study, found) is not active or _pace(len(found)) != _pace(len(trials)):
            st.rerun()  # it renews itself at another pace, or not any more
        study_header(study, found)
        if active:
            st.session_state[_SPOKEN_OF] = study_id
        if st.session_state.get(_SPOKEN_OF) == study_id:  # not of a study that was over when the page was opened
            announce(progress_words(study, counts(found)), study_id)
        if not found:
            _nothing_yet(active)
            return
        _answer(study, found)
        if study.question.kind == "rate":
            rate_view(study, found)
        else:
            figures_view(study, found)
        trials_view(study, found)
        script_button(study)

    body()
    if active or trials:
        study_board(record)  # apart from what renews itself: its frame stays as it is
    st.page_link("studies.py", label=t("All studies"), icon=":material/arrow_back:")


def _pace(trials: int) -> float:
    return next(pace for most, pace in _PACES if most is None or trials < most)


def _nothing_yet(active: bool) -> None:
    words = t("The first run begins as soon as there is a place for it.") if active else t("No run has begun.")
    st.info(words, icon=":material/hourglass_empty:")


def _answer(study: StudyRecord, trials: Sequence[TrialRecord]) -> None:
    """Show what the study says by now."""
    match study.question.kind:
        case "try" | "search":
            best_view(study, trials)
        case "repeat":
            spread_view(study, trials)
        case "sizes":
            curve = learning_curve(trials, whole=study.question.base.spec.n_train)
            if curve.points:
                st.markdown(f"**{plain(learning_curve_words(curve, i18n.current()))}**")

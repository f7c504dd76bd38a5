"""The best trial of a study, and how much of it is luck."""

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from mnist_core.config.study.asking import OBJECTIVE_WORDS, values_words
from mnist_core.config.study.quick import repetition
from mnist_core.engine import why_no_training
from mnist_core.errors import MnistLabError, NotOwnerError, RunNotFoundError
from mnist_core.evaluation.spread import spread, spread_words
from mnist_core.evaluation.studies import best_trial, measured, saved_epochs
from mnist_core.settings import get_settings
from mnist_core.store import StudyRecord, TrialRecord, shared_store
from mnist_core.text import plain
from pages._ui.parts.study_plan import begin_study
from pages._ui.shell import access, i18n, session
from pages._ui.shell.errors import errors_in_words, show_error
from pages._ui.shell.i18n import t, term
from pages._ui.studies.words import under_way

_SEEDS = 5


def best_view(study: StudyRecord, trials: Sequence[TrialRecord]) -> None:
    """Show the best trial so far, honestly: by the validation set, and as the luckiest of so many."""
    best = best_trial(trials)
    if best is None or best.value is None:
        return
    known = len(measured(trials))
    with st.container(border=True, key="study_best"):
        figure, what = st.columns([1, 3], vertical_alignment="center")
        with figure:
            st.metric(
                t(OBJECTIVE_WORDS[study.question.objective]), t.number(best.value, ".2%"), help=term("validation_set")
            )
        with what, st.container(gap="xsmall"):
            words = t("The best so far") if under_way(study, trials) else t("The best")
            st.markdown(f"**{words}:** {plain(values_words(best.values, i18n.current()))}")
            if best.run_id:
                st.page_link(
                    "train.py",
                    label=t("Open the best run"),
                    icon=":material/open_in_new:",
                    query_params={"run": best.run_id},
                )
        st.caption(_honestly(study, trials, known))
        if not under_way(study, trials):
            _test_accuracy(best)
            _repeated(study, best)


def spread_view(study: StudyRecord, trials: Sequence[TrialRecord]) -> None:
    """Show what the repetitions have in common."""
    values = [value for _, value in measured(trials)]
    if values:
        with st.container(border=True, key="study_best"):
            st.metric(t("Mean test accuracy"), t.number(spread(values).mean, ".2%"), help=term("test_set"))
            st.caption(spread_words(spread(values), i18n.current()), help=term("standard_deviation"))


def _honestly(study: StudyRecord, trials: Sequence[TrialRecord], known: int) -> str:
    words = t(
        "Trials are ranked by the validation set alone. The best of {n} looks better than it is: of so many the "
        "luckiest wins.",
        n=known,
    )
    saved = saved_epochs(trials, study.question.base.train.epochs)
    if saved > 0:
        words += " " + t("Ending trials early saved {share:.0%} of the epochs.", share=saved)
    return words


def _test_accuracy(best: TrialRecord) -> None:
    """Show the test accuracy of the best trial, folded away: it is for the one that was chosen, once."""
    with st.expander(t("Test accuracy of the best"), icon=":material/lock:"):
        st.markdown(
            t(
                "The test set is asked once, about the network that was chosen. If you chose by it, its figure would "
                "flatter the choice too, and nothing would be left to tell the truth."
            )
        )
        with errors_in_words():  # the run may be gone, or private
            accuracy = access.look_up(best.run_id or "").outcome.test_accuracy
            if accuracy is not None:
                st.metric(t("Test accuracy"), t.number(accuracy, ".2%"), help=term("test_set"))


def _repetitions(study: StudyRecord, best: TrialRecord) -> list[StudyRecord]:
    """Return repetitions of this trial by whom the study belongs to, or by who looks; newest first."""
    found = shared_store().studies.find(repeats=study.id, visible_to=session.visitor())
    whose = (study.owner, session.owner())
    with suppress(RunNotFoundError, NotOwnerError):
        wanted = access.look_up(best.run_id or "").config.with_settings({"seed": 0}).fingerprint()
        return [
            one
            for one in found
            if one.owner in whose and one.question.base.with_settings({"seed": 0}).fingerprint() == wanted
        ]
    return []


def _repeated(study: StudyRecord, best: TrialRecord) -> None:
    """Show the mean of the best one's repetitions, or offer to make them."""
    found = _repetitions(study, best)
    for repeated in found[:1]:
        values = [value for _, value in measured(shared_store().trials.of(repeated.id))]
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            words = spread_words(spread(values), i18n.current()) if values else t("none is finished yet")
            st.markdown(f"**{t('Test accuracy with other seeds')}:** {words}", width="content")
            st.page_link(
                "studies.py",
                label=t("Open the repetition"),
                icon=":material/casino:",
                query_params={"study": repeated.id},
            )
    if found or why_no_training(get_settings()) is not None:
        return
    if st.button(
        t("Repeat the best with {n} other seeds", n=_SEEDS),
        key="study_repeat",
        icon=":material/casino:",
        help=t("Shows how much of its figure is luck. The runs are ordinary ones, in a study of their own."),
    ):
        try:
            record = access.look_up(best.run_id or "")
            other = record.config.with_settings({"seed": (record.config.train.seed + 1) % 2**32})
            question = repetition(other, record.recipe, seeds=_SEEDS)
            repeated_id = begin_study(question, of=study.name, repeats=study.id)
        except MnistLabError as error:
            show_error(error)
        else:
            st.switch_page("studies.py", query_params={"study": repeated_id})

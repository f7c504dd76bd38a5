"""What a test of learning rates found."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mnist_core.evaluation.rate import RateFinding, find_rate, rate_words
from mnist_core.figures.studies.rate import rate_alt, rate_figure
from mnist_core.store import StudyRecord, TrialRecord, shared_store
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.live_plot import live_plot
from pages._ui.shell import access, i18n, session
from pages._ui.shell.i18n import t, term


def rate_view(study: StudyRecord, trials: Sequence[TrialRecord]) -> None:
    """Show the loss over the learning rate, what follows from it, and a way to train with it."""
    run_id = next((trial.run_id for trial in reversed(trials) if trial.run_id), None)
    if run_id is None:
        return
    record = access.look_up(run_id)
    steps = record.config.train.epochs * record.steps_per_epoch
    found = find_rate(shared_store().metrics.points(run_id), steps)
    if found is None and not trials[-1].state.is_finished:
        words = t("The learning rate rises: what it does to the loss is shown soon.")
        st.info(words, icon=":material/hourglass_empty:")
        return
    st.markdown(rate_words(found, i18n.current()), help=term("learning_rate"))
    if found is None:
        return
    live_plot(
        rate_figure(found, theme=session.page_theme(), t=i18n.current()),
        key=f"study_rate_{study.id}",
        revision=study.id,
        alt=rate_alt(found, i18n.current()),
    )
    csv_button(lambda: _table(found), f"study_rate_{study.id}", of=[run_id])
    if st.button(
        t("Use this learning rate: {rate}", rate=found.suggested),
        key="study_use_rate",
        type="primary",
        icon=":material/model_training:",
        help=t("Puts it into the form on the page Train, with the other settings as they were."),
    ):
        config = study.question.base.with_settings({"learning_rate": found.suggested})
        session.use_settings(config.model_dump(mode="json"), study.question.recipe)
        st.session_state["current_run"] = "new"
        st.switch_page("train.py", query_params={"run": "new"})


def _table(found: RateFinding) -> Mapping[str, Sequence[float]]:
    return {"learning_rate": found.rates, "loss": found.losses, "smoothed_loss": found.smoothed}

"""Start, watch and stop a run."""

import streamlit as st

from mnist_core.config import RunConfig
from mnist_core.errors import MnistLabError, NotOwnerError, RunNotFoundError
from mnist_core.store import RunRecord, RunState, shared_store
from pages._ui.one_run import replays, runs
from pages._ui.one_run.undo import undo_notice
from pages._ui.parts.components import fallback_notice, need_dataset, page_header, training_notice
from pages._ui.parts.estimate_view import estimate_view
from pages._ui.parts.link_view import settings_link, take_link
from pages._ui.shell import access, session
from pages._ui.shell.errors import errors_in_words, show_error
from pages._ui.shell.i18n import t
from pages._ui.shell.visitor import cleaning_notice
from pages._ui.train.network import network_view
from pages._ui.train.replay import trained_before
from pages._ui.train.run import run_view
from pages._ui.train.several import several_button
from pages._ui.train.sidebar import experiment_form, open_sidebar


def shown_run(*, linked: bool) -> RunRecord | None:
    """Return the run to show: the address's, else the visitor's newest one that is under way.

    Parameters
    ----------
    linked : bool
        Whether the address has settings: then its form is shown.
    """
    asked = st.query_params.get("run")
    if linked and not asked:  # the address asks for a form
        return None
    wanted = asked or st.session_state.get("current_run")
    if wanted == runs.NEW:
        return None
    if wanted:
        try:
            record = access.look_up(wanted)
            if asked or record.shipped is None:  # who tried a shipped network elsewhere comes here to train one
                return record
        except (RunNotFoundError, NotOwnerError) as error:
            show_error(error)
            return None
    active = shared_store().runs.find(
        states=[RunState.QUEUED, RunState.RUNNING, RunState.PAUSED], owner=session.owner(), limit=1
    )
    return active[0] if active else None


def show_new() -> None:
    """Leave the run that is shown and prepare another one."""
    st.query_params["run"] = runs.NEW
    st.session_state["current_run"] = runs.NEW


def start(*, again: bool) -> None:
    """Start the run of the settings, or play the finished one back.

    Never as a button's callback: that runs before the form, and would not know what was typed in
    just before the click.
    """
    with errors_in_words():
        run_id = runs.start(session.draft_config(), session.draft_recipe(), again=again)
        replays.begin(run_id)
        runs.remember(run_id)
        st.rerun()


def start_row(config: RunConfig | None, problem: MnistLabError | None, ready: bool) -> None:
    """Show the button that starts the run of the settings, and a link to them."""
    with st.container(horizontal=True, vertical_alignment="center"):
        clicked = st.button(
            t("Start training"),
            key="train_start",
            type="primary",
            icon=":material/play_arrow:",
            disabled=problem is not None or not ready,
        )
        several_button(config, disabled=problem is not None or not ready)
        settings_link(config)
        st.caption(t("All settings are in the sidebar on the left (on a phone: behind the arrow at the top)."))
    if clicked:
        start(again=False)


open_sidebar()
page_header(t("Train"), t("Set up a network, start it, and watch it learn."))
record = shown_run(linked=take_link())
if record is not None and not session.has_draft():
    # A link or a reload: the form shows the run's own settings.
    session.use_settings(record.config.model_dump(mode="json"), record.recipe)
experiment_form()
config: RunConfig | None = None
problem: MnistLabError | None = None
try:
    config = session.draft_config()
except MnistLabError as error:
    problem = error
if record is None:
    replays.end()
    with st.container():  # whatever is said here, the button below stays where it is in the page, and the same one
        undo_notice()
        fallback_notice()
        off = training_notice()
        ready = need_dataset(session.draft()["data"]["dataset"])
        cleaning_notice()
        problem = network_view(config, problem)
        if config is not None and problem is None:
            problem = off or estimate_view(config)
    start_row(config, problem, ready)
else:
    runs.remember(record.id)
    replays.keep_to(record.id)
    if trained_before(record):
        start(again=True)
    run_view(record, show_new)

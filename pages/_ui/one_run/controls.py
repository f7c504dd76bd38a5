"""What a run's owner can do with it: pause, resume, stop, train on."""

from collections.abc import Callable

import streamlit as st

from mnist_core.config import TrainConfig
from mnist_core.engine import shared_supervisor, why_no_training
from mnist_core.settings import get_settings
from mnist_core.store import RunRecord, RunState, Visitor, shared_store
from pages._ui.one_run import runs
from pages._ui.parts import fields
from pages._ui.shell import session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import name_of, t, term

Request = Callable[[str, Visitor], None]


def run_controls(record: RunRecord, leave: Callable[[], None]) -> None:
    """Show the buttons that fit the run's state; `leave` is what "New run" does."""
    mine = session.visitor().may_change(record)
    if mine and record.state is RunState.RUNNING and _is_network(record):
        _button(
            record,
            t("Pausing …") if record.pause_requested else t("Pause"),
            "pause",
            shared_supervisor().pause,
            disabled=record.pause_requested or record.stop_requested,
            help_text=t("Frees the computer for others. The run goes on later from this very batch."),
        )
    if mine and record.state.can_resume and why_no_training(get_settings()) is None:
        _button(
            record,
            t("Resume") if _is_network(record) else t("Start again"),
            "resume",
            shared_supervisor().resume,
            kind="primary",
        )
    if mine and not record.state.is_finished:
        _stop_button(record)
    if record.state.is_finished and st.button(t("New run"), key="run_new", icon=":material/add:"):
        leave()
        st.rerun()  # this is a fragment, and the whole page changes


def _stop_button(record: RunRecord) -> None:
    waits = record.state is RunState.QUEUED and record.started is None
    words = t("Cancel") if waits else t("Stop")
    _button(
        record,
        t("Stopping …") if record.stop_requested else words,
        "stop",
        shared_supervisor().stop,
        disabled=record.stop_requested,
        help_text=t("Takes it out of the queue.")
        if waits
        else t("Ends training after this batch and keeps the model as it is."),
    )


def _button(
    record: RunRecord,
    words: str,
    name: str,
    request: Request,
    *,
    disabled: bool = False,
    help_text: str | None = None,
    kind: str = "secondary",
) -> None:
    if st.button(
        words,
        key=f"run_{name}",
        icon={"pause": ":material/pause:", "resume": ":material/play_arrow:", "stop": ":material/stop:"}[name],
        type="primary" if kind == "primary" else "secondary",
        disabled=disabled,
        help=help_text,
    ):
        with errors_in_words():
            request(record.id, session.visitor())
        st.rerun()  # the whole page: a resumed run is watched again


def resume_words(record: RunRecord) -> str:
    """Return from where a paused or interrupted run will go on."""
    step = shared_store().files(record.id).checkpoint_step() if _is_network(record) else None
    if not step or not record.steps_per_epoch:
        return t("It will begin anew.")
    epoch, batch = divmod(step, record.steps_per_epoch)
    if batch == 0:
        return t("It will go on after epoch {epoch}.", epoch=epoch)
    return t("It will go on in epoch {epoch}, after step {batch}.", epoch=epoch + 1, batch=batch)


def train_on(record: RunRecord) -> None:
    """Offer more epochs for a finished network, as a new run that continues its curve."""
    step = shared_store().files(record.id).checkpoint_step() if _is_network(record) else None
    if not step or not record.steps_per_epoch or why_no_training(get_settings()) is not None:
        return
    done = step // record.steps_per_epoch
    with st.popover(t("Train on"), icon=":material/fast_forward:", type="tertiary"):
        st.markdown(
            t("The network goes on learning from where it is, as a new run. This one stays as it is."),
            help=term("checkpoint"),
        )
        most = int(fields.limits(TrainConfig, "epochs")[1] or 1) - done
        if most < 1:
            st.caption(t("It has as many epochs as a run may have."))
            return
        key = f"more_epochs_{record.id}"
        st.number_input(t("More epochs"), 1, most, min(record.config.train.epochs, most), key=key)
        st.button(
            t("Train on"),
            key="run_continue",
            type="primary",
            icon=":material/fast_forward:",
            on_click=_continue,
            args=(record, done, key),
        )


def _continue(record: RunRecord, done: int, key: str) -> None:
    with errors_in_words():
        # The field's value as it is now: it may have been typed in just before the click.
        config = record.config.with_settings({"epochs": done + st.session_state[key]})
        run_id = shared_supervisor().submit(
            config,
            t("{name}, trained on", name=name_of(record)).replace(t(", trained on") * 2, t(", trained on")),
            visitor=session.visitor(),
            recipe=record.recipe,
            continues=record.id,
        )
        runs.remember(run_id)
        session.use_settings(config.model_dump(mode="json"), record.recipe)


def _is_network(record: RunRecord) -> bool:
    return record.config.model.kind == "network"

"""Where a run is, in one line and a progress bar."""

from dataclasses import replace

import streamlit as st

from mnist_core.engine import Progress, progress, shared_supervisor, why_no_training
from mnist_core.settings import get_settings
from mnist_core.store import Imported, MetricPoint, RunRecord, RunState
from mnist_core.text import Sentence
from pages._ui.one_run.controls import resume_words
from pages._ui.one_run.study import was_pruned
from pages._ui.shell.errors import in_words, show_run_error
from pages._ui.shell.i18n import t

# Seconds: a run that waits longer has nothing new to show twice a second, and a busy server no time for that.
_SOON = 5.0
_PHASES: dict[str, Sentence] = {
    "start": "Waking up the training process …",
    "import": "Loading Keras …",
    "data": "Loading the images …",
    "fit": "Training now",
    "evaluate": "Testing on images it has never seen …",
    "export": "Saving the model …",
}


def pace_of(record: RunRecord) -> float | None:
    """Return how often a view of a run renews itself, in seconds: a run that rests only changes by a click."""
    if record.state.is_finished:
        return None
    waits = record.state is RunState.QUEUED and shared_supervisor().queue_status(record.id).expected_wait > _SOON
    return 2.0 if waits or record.state is RunState.PAUSED else 0.4


def run_status(record: RunRecord, points: list[MetricPoint], remaining: float | None = None) -> None:
    """Show one line of the same height in every state, so that nothing jumps; `remaining` seconds are no estimate."""
    if record.error is not None:
        show_run_error(record.error)
        if record.state.can_resume:
            st.caption(resume_words(record))
    elif record.shipped is not None:
        st.progress(1.0, t("Trained by those who made MNIST Lab, on another computer."))
    elif record.imported is not None:
        st.progress(1.0, _imported_words(record.imported))
    elif record.state is RunState.QUEUED:
        words = _queue_words(record)
        if record.retries:  # an app that shares this lab was lost, and its run goes on in another
            lost = t("What trained it was lost, so it goes on elsewhere. {where}", where=resume_words(record))
            words = f"{lost} {words}"
        st.progress(progress(record, []).fraction, words)
    elif record.state is RunState.PAUSED:
        st.progress(progress(record, []).fraction, t("Paused. {where}", where=resume_words(record)))
    elif record.state is RunState.RUNNING:
        now = progress(record, points)
        known = now if remaining is None else replace(now, remaining=remaining)
        st.progress(now.fraction, _progress_words(record, known))
    elif record.state is RunState.STOPPED:
        st.progress(progress(record, []).fraction, _stopped_words(record))
    else:
        st.progress(1.0, _summary(record))


def spoken_status(record: RunRecord, points: list[MetricPoint]) -> str:
    """Return what a screen reader says about a run under way: one sentence an epoch, and one at each turn."""
    if record.error is not None:
        return t("The training failed.")
    if record.state.is_finished:
        words = t("Stopped.") if record.state is RunState.STOPPED else t("The training is finished.")
        if record.outcome.test_accuracy is None:
            return words
        return words + " " + t("Test accuracy: {accuracy:.2%}.", accuracy=record.outcome.test_accuracy)
    if record.state is RunState.QUEUED:
        return t("The run waits in the queue.")
    if record.state is RunState.PAUSED:
        return t("The training is paused.")
    epochs = [point for point in points if point.kind == "epoch"]
    if not epochs:
        return t("The training begins.")
    last = epochs[-1].values
    accuracy = last.get("val_accuracy", last.get("accuracy"))
    logistic = record.config.model.kind == "logistic_sgd"
    words = t("Fold {epoch} done." if logistic else "Epoch {epoch} done.", epoch=epochs[-1].epoch)
    if accuracy is None:
        return words
    validated = "val_accuracy" in last
    return f"{words} " + t(
        "Validation accuracy: {accuracy:.1%}." if validated else "Training accuracy: {accuracy:.1%}.",
        accuracy=accuracy,
    )


def _imported_words(imported: Imported) -> str:
    return t(
        "Imported: trained on {date}, perhaps on another computer. Its curve and its times are as the bundle says.",
        date=imported.created[:10],
    )


def _queue_words(record: RunRecord) -> str:
    if (off := why_no_training(get_settings())) is not None:
        return in_words(off)
    place = shared_supervisor().queue_status(record.id)
    if place.expected_wait < 1:
        return t("Next in the queue …")
    if place.position == 0:
        return t("Next in the queue: it begins in about {wait}.", wait=t.duration(place.expected_wait))
    return t.plural(
        "One run is before it in the queue. It begins in about {wait}.",
        "{n:,} runs are before it in the queue. It begins in about {wait}.",
        place.position,
        wait=t.duration(place.expected_wait),
    )


def _stopped_words(record: RunRecord) -> str:
    if was_pruned(record):
        return t("Stopped early by the study: it fell behind the others.")
    if record.outcome.test_accuracy is not None:
        return t("Stopped by you. The model as it was then is kept.")
    return t("Stopped before training began, so there is no model.")


def _progress_words(record: RunRecord, now: Progress) -> str:
    if record.phase != "fit" or record.step == 0:
        return t(_PHASES.get(record.phase, "Training now"))
    rest = t("{n:.0f} s left", n=now.remaining) if now.remaining is not None else t("estimating …")
    if record.config.model.kind == "logistic_sgd":
        return t("Fold {epoch} of {epochs} done · {rest}", epoch=now.epoch, epochs=now.epochs, rest=rest)
    return t(
        "Epoch {epoch} of {epochs} · step {step} of {steps} · {rest}",
        epoch=now.epoch,
        epochs=now.epochs,
        step=now.step,
        steps=now.steps,
        rest=rest,
    )


def _summary(record: RunRecord) -> str:
    seconds = sum(record.outcome.seconds.values())
    pace = record.outcome.usual_epoch_seconds or 0.0
    logistic = record.config.model.kind == "logistic_sgd"
    return t(
        "Done in {seconds:.0f} s, {pace:.1f} s a fold."
        if logistic
        else "Done in {seconds:.0f} s, {pace:.1f} s an epoch.",
        seconds=seconds,
        pace=pace,
    )

"""Badges of a run: its state, and where it comes from."""

from typing import Literal

import streamlit as st

from mnist_core.store import RunRecord, RunState
from mnist_core.text import Sentence
from pages._ui.shell.i18n import t

Colour = Literal["gray", "blue", "violet", "green", "orange", "red"]

STATE_NAMES: dict[RunState, Sentence] = {
    RunState.QUEUED: "Waiting",
    RunState.RUNNING: "Training now",
    RunState.PAUSED: "Paused",
    RunState.COMPLETED: "Finished",
    RunState.STOPPED: "Stopped",
    RunState.FAILED: "Failed",
    RunState.INTERRUPTED: "Interrupted",
}
_LOOKS: dict[RunState, tuple[Colour, str]] = {
    RunState.QUEUED: ("gray", ":material/hourglass_empty:"),
    RunState.RUNNING: ("blue", ":material/play_circle:"),
    RunState.PAUSED: ("violet", ":material/pause_circle:"),
    RunState.COMPLETED: ("green", ":material/check_circle:"),
    RunState.STOPPED: ("orange", ":material/stop_circle:"),
    RunState.FAILED: ("red", ":material/error:"),
    RunState.INTERRUPTED: ("orange", ":material/power_off:"),
}


def badge(record: RunRecord) -> None:
    """Show a run's state as a coloured badge."""
    state_badge(record.state)


def state_badge(state: RunState) -> None:
    """Show a state as a coloured badge."""
    color, icon = _LOOKS[state]
    st.badge(t(STATE_NAMES[state]), icon=icon, color=color)


def replay_badge() -> None:
    """Show, in place of a run's state, that its training is played back."""
    st.badge(t("Replay"), icon=":material/replay:", color="violet")


def imported_badge(record: RunRecord) -> None:
    """Show, for a run that was trained elsewhere, that its figures are claims."""
    if record.imported is not None:
        st.badge(t("imported"), color="orange", help=t("Its figures are those that its bundle claims."))


def shipped_badge(record: RunRecord) -> None:
    """Show, for a run that came with the program, that it did, and what it learned from."""
    if record.shipped is None:
        return
    st.badge(
        t("Comes with MNIST Lab"),
        icon=":material/inventory_2:",
        color="violet",
        help=t("It learned from: {sources}.", sources="; ".join(map(t, record.shipped.sources))),
    )


def shipped_note(record: RunRecord) -> None:
    """Show that a run came with the program, and what it is good for."""
    assert record.shipped is not None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        shipped_badge(record)
        st.caption(t(record.shipped.summary))

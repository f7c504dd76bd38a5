"""What runs are called, and that some came with the program."""

import streamlit as st

from mnist_core.datasets import get_spec
from mnist_core.store import RunRecord, RunState
from pages._ui.i18n import t

# Colour, icon and words of each state.
STATE_LOOKS = {
    RunState.QUEUED: ("gray", ":material/hourglass_empty:", "Waiting"),
    RunState.RUNNING: ("blue", ":material/play_circle:", "Training"),
    RunState.PAUSED: ("violet", ":material/pause_circle:", "Paused"),
    RunState.COMPLETED: ("green", ":material/check_circle:", "Finished"),
    RunState.STOPPED: ("orange", ":material/stop_circle:", "Stopped"),
    RunState.FAILED: ("red", ":material/error:", "Failed"),
    RunState.INTERRUPTED: ("orange", ":material/power_off:", "Interrupted"),
}


def title(record: RunRecord) -> str:
    """Return a run's name with its dataset and, once known, its test accuracy."""
    parts = [t(record.name), get_spec(record.config.data.dataset).title]
    if record.outcome.test_accuracy is not None:
        parts.append(f"{record.outcome.test_accuracy:.1%}")
    parts.append(t("comes with MNIST Lab") if record.shipped else f"{record.created:%b %d, %H:%M}")
    return " · ".join(parts)


def titles(records: list[RunRecord]) -> dict[str, str]:
    """Return a title for each run that no other has: equal ones get a number, the oldest 1.

    Streamlit tells options apart by their words alone.
    """
    plain = [title(record) for record in records]
    return {
        record.id: words if plain.count(words) == 1 else f"{words} ({plain[index:].count(words)})"
        for index, (record, words) in enumerate(zip(records, plain, strict=True))
    }


def shipped_badge(record: RunRecord) -> None:
    """Show, for a run that came with the program, that it did, and what it learned from."""
    if record.shipped is None:
        return
    st.badge(
        t("Comes with MNIST Lab"),
        icon=":material/inventory_2:",
        color="violet",
        help=t("It learned from: {sources}.", sources="; ".join(record.shipped.sources)),
    )


def shipped_note(record: RunRecord) -> None:
    """Show that a run came with the program, and what it is good for."""
    assert record.shipped is not None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        shipped_badge(record)
        st.caption(t(record.shipped.summary))

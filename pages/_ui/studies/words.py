"""Where a study is, and how good it is so far, in words."""

from collections.abc import Mapping, Sequence
from typing import Literal

import streamlit as st

from mnist_core.config.study.question import Objective
from mnist_core.store import StudyRecord, StudyState, TrialRecord, TrialState, Visitor
from mnist_core.text import Sentence
from pages._ui.shell.i18n import t

Colour = Literal["gray", "blue", "violet", "green", "orange", "red"]

_NAMES: dict[StudyState, Sentence] = {
    StudyState.RUNNING: "Under way",
    StudyState.PAUSED: "Paused",
    StudyState.COMPLETED: "Finished",
    StudyState.STOPPED: "Stopped",
    StudyState.FAILED: "Failed",
}
_LOOKS: dict[StudyState, tuple[Colour, str]] = {
    StudyState.RUNNING: ("blue", ":material/play_circle:"),
    StudyState.PAUSED: ("violet", ":material/pause_circle:"),
    StudyState.COMPLETED: ("green", ":material/check_circle:"),
    StudyState.STOPPED: ("orange", ":material/stop_circle:"),
    StudyState.FAILED: ("red", ":material/error:"),
}
KIND_ICONS = {
    "try": ":material/checklist:",
    "search": ":material/travel_explore:",
    "repeat": ":material/casino:",
    "sizes": ":material/stacked_line_chart:",
    "rate": ":material/speed:",
}


def badge(study: StudyRecord, visitor: Visitor) -> None:
    """Show a study's state, and whether it is somebody else's, as badges."""
    color, icon = _LOOKS[study.state]
    st.badge(t(_NAMES[study.state]), icon=icon, color=color)
    if study.owner != visitor.id:
        st.badge(t("by another visitor") if study.owner else t("by the command line"), color="gray")


def objective_words(value: float, objective: Objective) -> str:
    """Return a figure with what it was measured by; accuracies as shares."""
    if objective == "val_loss":
        return t("validation loss {value:.4f}", value=value)
    if objective == "val_accuracy":
        return t("validation accuracy {value:.2%}", value=value)
    return t("test accuracy {value:.2%}", value=value)


def counts(trials: Sequence[TrialRecord]) -> dict[TrialState, int]:
    """Return how many trials are in each state."""
    return {state: sum(trial.state is state for trial in trials) for state in TrialState}


def trials_done(study: StudyRecord, found: Mapping[TrialState, int]) -> int:
    """Return how many of the wanted trials are done; of one that failed and was tried once more only the second is."""
    ended = sum(n for state, n in found.items() if state.is_finished)
    return max(0, min(ended, study.trials - found.get(TrialState.RUNNING, 0)))


def progress_words(study: StudyRecord, found: Mapping[TrialState, int]) -> str:
    """Return how far a study is in one line."""
    done = trials_done(study, found)
    parts = [t.plural("{done:,} of {n:,} trial done", "{done:,} of {n:,} trials done", study.trials, done=done)]
    if n := found.get(TrialState.RUNNING, 0):
        parts.append(t("{n:,} under way", n=n))
    if n := found.get(TrialState.PRUNED, 0):
        parts.append(t("{n:,} ended early", n=n))
    if n := found.get(TrialState.FAILED, 0):
        parts.append(t("{n:,} failed", n=n))
    return " · ".join(parts)


def under_way(study: StudyRecord, trials: Sequence[TrialRecord]) -> bool:
    """Whether anything will happen to a study by itself: it goes on, or some of its runs still train."""
    return study.state is StudyState.RUNNING or any(not trial.state.is_finished for trial in trials)

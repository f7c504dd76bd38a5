"""Trials that train: how far they are, what falls behind, and how they ended."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mnist_core.engine import Supervisor
from mnist_core.errors import RunNotFoundError, RunStateError
from mnist_core.store import (
    MetricPoint,
    RunRecord,
    RunState,
    Store,
    StudyRecord,
    StudyState,
    TrialRecord,
    TrialState,
    Visitor,
)
from mnist_core.studies.measuring import history_of, measured
from mnist_core.studies.optimizers import Optimizers
from mnist_core.text import Phrase

_GONE = Phrase("The run was deleted.")
_STOPPED = Phrase("It was stopped.")
_UNTOLD = {"rate": Phrase("The loss did not fall clearly enough to tell a learning rate.")}
_WITHOUT = Phrase("It ended without a figure to measure it by.")
FINAL = (_GONE, _STOPPED, *_UNTOLD.values())
"""Why trials failed that would end the same way at a second try."""


class Attending:
    """Looks at the runs of trials.

    Attributes
    ----------
    held : set of str
        Studies with a trial that is paused, as far as they were looked at.
    """

    def __init__(self, store: Store, supervisor: Supervisor, optimizers: Optimizers) -> None:
        self._store, self._supervisor, self._optimizers = store, supervisor, optimizers
        self.held: set[str] = set()

    def attend(self, study: StudyRecord, trial: TrialRecord) -> None:
        """Look at the run of a trial that has not ended."""
        try:
            run = self._store.runs.get(trial.run_id or "")
        except RunNotFoundError:
            self._end(study, trial, TrialState.FAILED, None, _GONE)
            return
        if run.state in (RunState.RUNNING, RunState.QUEUED, RunState.PAUSED):
            if study.state is StudyState.STOPPED and run.study == study.id and not run.stop_requested:
                self._stop(study, run)
            elif run.state is RunState.RUNNING:
                self._follow(study, trial, run)
            elif run.state is RunState.PAUSED:
                self.held.add(study.id)
            return
        kind = study.question.kind
        points = self._store.metrics.points(run.id, None if kind == "rate" else "epoch")
        if run.state is not RunState.COMPLETED:
            why = Phrase(run.error.template, **run.error.values) if run.error else _STOPPED
            self._end(study, trial, TrialState.FAILED, None, why, points)
        elif (value := measured(study.question, run, points)) is None:
            self._end(study, trial, TrialState.FAILED, None, _UNTOLD.get(kind, _WITHOUT), points)
        else:
            self._end(study, trial, TrialState.COMPLETED, value, None, points)

    def _follow(self, study: StudyRecord, trial: TrialRecord, run: RunRecord) -> None:
        """Write down how far a trial is, and end it where it falls behind."""
        if run.epoch - 1 <= len(trial.history):  # the one that has begun is not known yet
            return
        history = history_of(study.question, self._store.metrics.points(run.id, "epoch"))
        if len(history) <= len(trial.history):
            return
        self._store.trials.report(study.id, trial.number, history)
        if study.question.kind != "search" or run.study != study.id or len(history) >= run.config.train.epochs:
            return  # nothing is left to save
        if self._optimizers.of(study).falls_behind(trial.number, history):
            self._end(study, trial, TrialState.PRUNED, history[-1])
            self._stop(study, run)

    def _end(
        self,
        study: StudyRecord,
        trial: TrialRecord,
        state: TrialState,
        value: float | None,
        why: Phrase | None = None,
        points: Sequence[MetricPoint] | None = None,
    ) -> None:
        more: dict[str, Any] = {}
        if points is not None:
            more["history"] = history_of(study.question, points)
        if state is TrialState.COMPLETED and "history" in more and study.question.kind == "search":
            self._optimizers.of(study).falls_behind(trial.number, more["history"])  # reports what is not known yet
        self._store.trials.end(study.id, trial.number, state, value, why, **more)
        self._optimizers.of(study).tell(replace(trial, state=state, value=value))

    def _stop(self, study: StudyRecord, run: RunRecord) -> None:
        try:
            self._supervisor.stop(run.id, visitor_of(study))
        except (RunStateError, RunNotFoundError):
            return  # it has just ended by itself


def visitor_of(study: StudyRecord) -> Visitor:
    """Return for whom a study trains; the command line owns the computer."""
    return Visitor(study.owner, is_admin=study.owner is None, address=study.address)

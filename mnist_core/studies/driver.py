"""The thread that moves studies on: trials begin, are told, and end."""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mnist_core.config import RunConfig
from mnist_core.config.study import applied
from mnist_core.config.wording import MAX_NAME
from mnist_core.engine import Supervisor
from mnist_core.errors import ConfigError, DiskFullError, LimitError, MnistLabError, RunNotFoundError, RunStateError
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
from mnist_core.studies.fixed import Values, fixed_values
from mnist_core.studies.measuring import history_of, measured
from mnist_core.studies.optuna_storage import open_storage, remove_others
from mnist_core.studies.twin import Optimizer
from mnist_core.studies.width import Width
from mnist_core.system.saying import say, tell_error
from mnist_core.text import Phrase, cut

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

_TICK, _IDLE = 0.3, 1.0  # seconds between two looks, and where no study is under way
_NUMBER = 10  # characters of a run's name for its number
_TIDYING = 60.0  # seconds between two looks for what is left of studies that are gone
_MANY = 10_000  # more studies than are ever under way
_PATIENCE = 5.0  # seconds after which a visitor whose limits were reached is tried again
_GONE = Phrase("The run was deleted.")
_STOPPED = Phrase("It was stopped.")
_UNTOLD = {"rate": Phrase("The loss did not fall clearly enough to tell a learning rate.")}
_WITHOUT = Phrase("It ended without a figure to measure it by.")
_FAULT = Phrase("A fault of MNIST Lab ended this study. What it found stays; the log says more.")
_FINAL = (_GONE, _STOPPED, *_UNTOLD.values())  # what would be the same at a second try


class StudyDriver:
    """Moves all studies on, in the app that leads; `look` is for one thread.

    It holds nothing that is not in the record: whoever leads next goes on.

    Parameters
    ----------
    store : Store
    supervisor : Supervisor
        Whose queue the trials go through.
    """

    def __init__(self, store: Store, supervisor: Supervisor) -> None:
        self._store, self._supervisor = store, supervisor
        self._storage: BaseStorage | None = None
        self._optimizers: dict[str, Optimizer] = {}
        self._later: dict[str | None, float] = {}
        self._asked: dict[str, tuple[int, dict[str, Any]]] = {}  # what there was no room for
        self._held: set[str] = set()  # studies with a trial that is paused
        self._next_tidying = 0.0
        self._known: set[str] | None = None  # all studies when it was tidied last
        self._wake = threading.Event()
        self._closing = False
        self._said = ""
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work."""
        self._thread = threading.Thread(target=self._loop, name="studies", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look now: a study has begun, or is to go on."""
        self._wake.set()

    def close(self, timeout: float = 5.0) -> None:
        """Stop working; what trains goes on."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def _loop(self) -> None:
        while not self._closing:
            busy = False
            try:
                if self._supervisor.leads:
                    self._tidy()
                    busy = self.look()
                self._said = ""
            except (MnistLabError, OSError) as error:  # a full disk or a server that is away passes
                if str(error) != self._said:
                    say(f"The studies could not be looked at this time: {error}")
                self._said = str(error)
                self._forget()
            except Exception as error:
                if repr(error) != self._said:
                    tell_error(error, "The studies were not looked at this time.")
                self._said = repr(error)
                self._forget()
            self._wake.wait(_TICK if busy else _IDLE)
            self._wake.clear()

    def _forget(self) -> None:
        """Make everything anew from the record: a step may have been done by half."""
        self._optimizers.clear()
        self._asked.clear()
        self._storage = None

    def look(self) -> bool:
        """Tell what ended, end what fell behind, and begin what may begin; return whether a study is under way."""
        studies = {study.id: study for study in self._store.studies.find(states=[StudyState.RUNNING], limit=_MANY)}
        running = sorted(studies.values(), key=lambda study: study.created)
        unended = self._store.studies.unended()
        self._held.clear()
        for study_id, trial in unended:
            study = studies.get(study_id) or self._resting(study_id)
            if study is not None:
                self._safely(study, partial(self._attend, study, trial), trial)
        self._begin_all(running)
        for study_id in set(self._optimizers) - set(studies) - {study_id for study_id, _ in unended}:
            del self._optimizers[study_id]
            self._asked.pop(study_id, None)
        return bool(running or unended)

    def _begin_all(self, running: Sequence[StudyRecord]) -> None:
        """Begin trials of studies; of a visitor one study goes after the other."""
        if not running:
            return
        width = Width(self._store, self._supervisor)
        busy: set[str | None] = set()
        for study in running:
            if study.owner not in busy and self._safely(study, partial(self._begin_some, study, width)):
                busy.add(study.owner)

    def _safely(self, study: StudyRecord, step: Callable[[], bool | None], trial: TrialRecord | None = None) -> bool:
        """Take a step of a study and return what it does; a fault of ours ends this study, and no other one."""
        try:
            return bool(step())
        except (MnistLabError, OSError):  # of the disk or the database: it passes
            raise
        except Exception as error:
            tell_error(error, f"The study {study.id} was ended by a fault.")
            self._forget()
            self._store.studies.end(study.id, StudyState.FAILED, _FAULT)
            if trial is not None:
                self._store.studies.end_trial(study.id, trial.number, TrialState.FAILED, None, _FAULT)
            return False

    def _resting(self, study_id: str) -> StudyRecord | None:
        """Return a study that is paused or stopped while its trials train; None for one that was deleted."""
        try:
            return self._store.studies.get(study_id)
        except RunNotFoundError:
            return None

    # trials that train

    def _attend(self, study: StudyRecord, trial: TrialRecord) -> None:
        """Look at the run of a trial."""
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
                self._held.add(study.id)
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
        self._store.studies.report(study.id, trial.number, history)
        if study.question.kind != "search" or run.study != study.id or len(history) >= run.config.train.epochs:
            return  # nothing is left to save
        if self._optimizer(study).falls_behind(trial.number, history):
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
            self._optimizer(study).falls_behind(trial.number, more["history"])  # reports what is not known yet
        self._store.studies.end_trial(study.id, trial.number, state, value, why, **more)
        self._optimizer(study).tell(replace(trial, state=state, value=value))

    def _stop(self, study: StudyRecord, run: RunRecord) -> None:
        try:
            self._supervisor.stop(run.id, _visitor(study))
        except (RunStateError, RunNotFoundError):
            return  # it has just ended by itself

    # trials that begin

    def _begin_some(self, study: StudyRecord, width: Width) -> bool:
        """Begin as many trials of a study as there is room for; return whether it has any left to begin or end.

        None begins while one of them is paused: whoever pauses means to go on with that one.
        """
        if study.id in self._held:
            return True
        trials = self._store.studies.trials(study.id)
        while True:  # all trials are read once: a study may have hundreds
            values = next_values(study, trials)
            if values is None:
                if all(trial.state.is_finished for trial in trials):
                    self._finish(study, trials)
                    return False
                return True
            if not width.has_place(study.owner) or time.monotonic() < self._later.get(study.owner, 0.0):
                return True
            try:
                trials.append(self._begin(study, trials, values, width))
            except RunStateError:  # it was paused, stopped or deleted meanwhile
                return True
            except (LimitError, DiskFullError) as error:  # of the visitor's runs, or the disk: it waits for room
                self._later[study.owner] = time.monotonic() + _PATIENCE
                if str(error) != self._said:
                    say(f"The study {study.id} waits: {error}")
                self._said = str(error)
                return True

    def _begin(
        self, study: StudyRecord, trials: Sequence[TrialRecord], values: Values | Mapping[str, Any], width: Width
    ) -> TrialRecord:
        """Begin one trial; `values` may be empty in a search, where Optuna chooses. Raises `LimitError`."""
        chooses = study.question.kind == "search" and not values
        optimizer = self._optimizer(study)
        number, chosen = (
            self._asked.pop(study.id) if study.id in self._asked else optimizer.ask(None if chooses else values)
        )
        try:
            config = applied(study.question.checked_base, chosen)
            run_id = self._trained_before(config.fingerprint(), trials, study)
            cached = run_id is not None
            if run_id is None:
                run_id = self._submit(study, number, config)
                width.take(study.owner)
        except ConfigError as error:
            refused = self._store.studies.refuse_trial(study.id, number, chosen, error.phrase)
            optimizer.tell(refused)
            return refused
        except (LimitError, DiskFullError, RunStateError):
            self._asked[study.id] = number, chosen  # the same is begun once there is room
            raise
        begun = self._store.studies.begin_trial(study.id, number, chosen, run_id, cached=cached)
        optimizer.named(number, run_id)
        return begun

    def _submit(self, study: StudyRecord, number: int, config: RunConfig) -> str:
        now = self._resting(study.id)  # the record may be as old as the look
        if now is None or now.state is not StudyState.RUNNING:
            raise RunStateError("The study is not in a state for that any more. Look at it again.")
        name = f"{cut(study.name, MAX_NAME - _NUMBER)} · {number}"
        return self._supervisor.submit(
            config,
            name,
            visitor=_visitor(study),
            recipe=study.question.recipe,
            study=study.id,
            shared=now.shared,
        )

    def _trained_before(self, fingerprint: str, trials: Sequence[TrialRecord], study: StudyRecord) -> str | None:
        """Return a run of the same settings: one that is there, or one of this study that trains.

        What everyone may look at tells nothing of private runs.
        """
        found = self._store.runs.find_completed(fingerprint, visible_to=Visitor(None if study.shared else study.owner))
        if found is not None:
            return found.id
        under_way = [trial.run_id for trial in trials if trial.run_id and not trial.state.is_finished]
        same = [run.id for run in self._store.runs.active(under_way) if run.fingerprint == fingerprint]
        return same[0] if same else None

    def _finish(self, study: StudyRecord, trials: Sequence[TrialRecord]) -> None:
        failed = all(trial.state is TrialState.FAILED for trial in trials)
        why = trials[-1].error if failed and trials else None
        state = StudyState.FAILED if failed else StudyState.COMPLETED
        self._store.studies.end(study.id, state, why, trials=study.trials)

    def _optimizer(self, study: StudyRecord) -> Optimizer:
        if study.id not in self._optimizers:
            self._storage = self._storage or open_storage(self._store.settings)
            self._optimizers[study.id] = Optimizer(study, self._store.studies.trials(study.id), self._storage)
        return self._optimizers[study.id]

    def _tidy(self) -> None:
        """Remove studies whose time is over, and what Optuna keeps of studies that are gone."""
        if time.monotonic() < self._next_tidying:
            return
        self._next_tidying = time.monotonic() + _TIDYING
        self._store.studies.sweep()
        known = self._store.studies.ids()
        some_are_gone = self._known is None or bool(self._known - known)
        if some_are_gone and remove_others(self._store.settings, known):
            self._forget()  # its file is another one now
        self._known = known


def _visitor(study: StudyRecord) -> Visitor:
    """Return for whom a study trains; the command line owns the computer."""
    return Visitor(study.owner, is_admin=study.owner is None, address=study.address)


def next_values(study: StudyRecord, trials: Sequence[TrialRecord]) -> Mapping[str, Any] | None:
    """Return what is tried next; an empty mapping where a search may choose, None where nothing is left.

    What failed while it trained is tried once more: its worker or its computer may have been lost.
    """
    tries: dict[str, list[TrialRecord]] = {}
    for trial in trials:
        tries.setdefault(_key(trial.values), []).append(trial)
    again = [
        same[0].values
        for same in tries.values()
        if len(same) == 1 and same[0].state is TrialState.FAILED and same[0].run_id and same[0].error not in _FINAL
    ]
    if again:
        return again[0]
    fixed = fixed_values(study.question, study.trials)
    if fixed is not None:
        return next((values for values in fixed if _key(values) not in tries), None)
    repeated = sum(any(trial.state is TrialState.FAILED for trial in same[:-1]) for same in tries.values())
    return {} if len(trials) - repeated < study.trials else None


def _key(values: Mapping[str, Any]) -> str:
    return json.dumps(values, sort_keys=True)

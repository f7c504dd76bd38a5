"""Trials that begin: what is tried next, and its run."""

import json
import time
from collections.abc import Container, Mapping, Sequence
from typing import Any

from mnist_core.config import RunConfig
from mnist_core.config.study import applied
from mnist_core.config.wording import MAX_NAME
from mnist_core.engine import Supervisor
from mnist_core.errors import ConfigError, DiskFullError, LimitError, RunNotFoundError, RunStateError
from mnist_core.store import Store, StudyRecord, StudyState, TrialRecord, TrialState, Visitor
from mnist_core.studies.attending import FINAL, visitor_of
from mnist_core.studies.fixed import Values, fixed_values
from mnist_core.studies.optimizers import Optimizers
from mnist_core.studies.width import Width
from mnist_core.system.saying import say
from mnist_core.text import cut

_NUMBER = 10  # characters of a run's name for its number
_PATIENCE = 5.0  # seconds after which a visitor whose limits were reached is tried again


class Beginning:
    """Begins the trials of studies."""

    def __init__(self, store: Store, supervisor: Supervisor, optimizers: Optimizers) -> None:
        self._store, self._supervisor, self._optimizers = store, supervisor, optimizers
        self._later: dict[str | None, float] = {}
        self._asked: dict[str, tuple[int, dict[str, Any]]] = {}  # what there was no room for

    def forget(self) -> None:
        """Forget what there was no room for."""
        self._asked.clear()

    def keep(self, study_ids: Container[str]) -> None:
        """Forget that of all studies but these."""
        for study_id in [study_id for study_id in self._asked if study_id not in study_ids]:
            del self._asked[study_id]

    def some(self, study: StudyRecord, width: Width) -> bool:
        """Begin as many trials of a study as there is room for; return whether it has any left to begin or end."""
        trials = self._store.trials.of(study.id)
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
                say(f"The study {study.id} waits: {error}")
                return True

    def _begin(
        self, study: StudyRecord, trials: Sequence[TrialRecord], values: Values | Mapping[str, Any], width: Width
    ) -> TrialRecord:
        """Begin one trial; `values` may be empty in a search, where Optuna chooses. Raises `LimitError`."""
        chooses = study.question.kind == "search" and not values
        optimizer = self._optimizers.of(study)
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
            refused = self._store.trials.refuse(study.id, number, chosen, error.phrase)
            optimizer.tell(refused)
            return refused
        except (LimitError, DiskFullError, RunStateError):
            self._asked[study.id] = number, chosen  # the same is begun once there is room
            raise
        begun = self._store.trials.begin(study.id, number, chosen, run_id, cached=cached)
        optimizer.named(number, run_id)
        return begun

    def _submit(self, study: StudyRecord, number: int, config: RunConfig) -> str:
        now = study_by_now(self._store, study.id)  # the record may be as old as the look
        if now is None or now.state is not StudyState.RUNNING:
            raise RunStateError("The study is not in a state for that any more. Look at it again.")
        name = f"{cut(study.name, MAX_NAME - _NUMBER)} · {number}"
        return self._supervisor.submit(
            config,
            name,
            visitor=visitor_of(study),
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


def study_by_now(store: Store, study_id: str) -> StudyRecord | None:
    """Return a study as it is by now; None for one that was deleted."""
    try:
        return store.studies.get(study_id)
    except RunNotFoundError:
        return None


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
        if len(same) == 1 and same[0].state is TrialState.FAILED and same[0].run_id and same[0].error not in FINAL
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

"""One study as Optuna sees it: what to try next, and whether a trial falls behind."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mnist_core.config.study import Parameter, Question
from mnist_core.config.study.variant import DEPTH
from mnist_core.store import StudyRecord, TrialRecord, TrialState
from mnist_core.studies.fixed import SEEDS
from mnist_core.studies.samplers import make_pruner, make_sampler

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.distributions import BaseDistribution
    from optuna.storages import BaseStorage
    from optuna.trial import FrozenTrial

PER_LAYER = "units"
RUN, STUDY = "run", "name"  # attributes by which Optuna's own tools find the run, and tell what the study is called


class Optimizer:
    """Asks Optuna for values and tells it what came of them; for one thread.

    Where Optuna's storage knows less than the record, it is told the rest first.

    Parameters
    ----------
    record : StudyRecord
    trials : sequence of TrialRecord
        All of the study so far.
    storage : BaseStorage
    """

    def __init__(self, record: StudyRecord, trials: Sequence[TrialRecord], storage: "BaseStorage") -> None:
        self._question = record.question
        self._storage = storage
        # Not the same random numbers again for an app that goes on with it.
        seed = (record.question.seed + len(trials)) % SEEDS
        self._study = _opened(record, record.question.model_copy(update={"seed": seed}), storage)
        self._study.set_user_attr(STUDY, record.name)
        self._catch_up(trials)

    def ask(self, values: Mapping[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Return the number and the values of the next trial.

        Parameters
        ----------
        values : mapping, optional
            What has to be tried; without them the sampler chooses.
        """
        if values is not None:
            self._study.enqueue_trial(dict(values))
        trial = self._study.ask()
        return trial.number, suggested(trial, self._question)

    def named(self, number: int, run_id: str) -> None:
        """Let Optuna know which run answers a trial."""
        self._storage.set_trial_user_attr(self._id(number), RUN, run_id)

    def falls_behind(self, number: int, history: Sequence[float]) -> bool:
        """Report what a trial is measured by after each epoch, and return whether the pruner would end it."""
        if self._question.pruner == "none":
            return False
        trial = self._trial(number)
        known = trial.storage.get_trial(trial._trial_id).intermediate_values
        behind = False
        for epoch, value in enumerate(history, start=1):
            if epoch not in known:
                trial.report(value, epoch)
                behind = behind or trial.should_prune()
        return behind

    def tell(self, trial: TrialRecord) -> None:
        """Tell Optuna how a trial ended; it is told once."""
        from optuna.trial import TrialState as State

        state, value = State.FAIL, None
        if trial.state is TrialState.COMPLETED:
            state, value = State.COMPLETE, trial.value
        elif trial.state is TrialState.PRUNED:
            state = State.PRUNED
        self._study.tell(trial.number, value, state=state, skip_if_finished=True)

    def _trial(self, number: int) -> "Trial":
        from optuna import Trial

        return Trial(self._study, self._id(number))

    def _id(self, number: int) -> int:
        return self._storage.get_trial_id_from_study_id_trial_number(self._study._study_id, number)

    def _catch_up(self, trials: Sequence[TrialRecord]) -> None:
        """Tell Optuna what it does not know, and end what it asked for that never became a trial."""
        from optuna.trial import TrialState as State

        known = {trial.number: trial for trial in self._study.get_trials(deepcopy=False)}
        recorded = {trial.number: trial for trial in trials}
        for number in range(max([*known, *recorded], default=-1) + 1):
            trial, twin = recorded.get(number), known.get(number)
            if twin is None:
                self._study.add_trial(frozen(trial, self._question))
            elif trial is None and not twin.state.is_finished():  # the app ended between asking and beginning
                if twin.state is State.WAITING:
                    self._storage.set_trial_state_values(twin._trial_id, State.RUNNING)
                self._study.tell(number, state=State.FAIL, skip_if_finished=True)
            elif trial is not None and trial.state.is_finished and not twin.state.is_finished():
                self.tell(trial)


def suggested(trial: "Trial", question: Question) -> dict[str, Any]:
    """Return the values of a trial, asked for one by one: a layer that is not there has none."""
    if question.kind == "repeat":
        return {"seed": trial.suggest_int("seed", 0, SEEDS - 1)}
    chosen: dict[str, Any] = {}
    for parameter in sorted(question.over, key=lambda parameter: parameter.name != DEPTH):
        if question.kind == "search" and parameter.name == PER_LAYER and DEPTH in chosen:
            for number in range(1, chosen[DEPTH] + 1):
                name = f"{PER_LAYER}_{number}"
                chosen[name] = _suggest(trial, name, parameter)
        else:
            chosen[parameter.name] = _suggest(trial, parameter.name, parameter)
    return chosen


def _suggest(trial: "Trial", name: str, parameter: Parameter) -> Any:
    if not parameter.is_range:
        return trial.suggest_categorical(name, parameter.values)
    low, high = parameter.ends
    if parameter.whole:
        return trial.suggest_int(name, int(low), int(high), log=parameter.log)
    return trial.suggest_float(name, low, high, log=parameter.log)


def distribution(parameter: Parameter) -> "BaseDistribution":
    """Return what Optuna calls a parameter's values."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if not parameter.is_range:
        return CategoricalDistribution(parameter.values)
    low, high = parameter.ends
    if parameter.whole:
        return IntDistribution(int(low), int(high), log=parameter.log)
    return FloatDistribution(low, high, log=parameter.log)


def frozen(trial: TrialRecord | None, question: Question) -> "FrozenTrial":
    """Return a trial of the record as Optuna keeps it; one that is missing there as failed."""
    from optuna.distributions import IntDistribution
    from optuna.trial import TrialState as State
    from optuna.trial import create_trial

    if trial is None:
        return create_trial(state=State.FAIL)
    by_name = {parameter.name: parameter for parameter in question.over}
    distributions: dict[str, Any] = {}
    for name in trial.values:
        parameter = by_name.get(name) or by_name.get(name.rpartition("_")[0])
        distributions[name] = distribution(parameter) if parameter else IntDistribution(0, SEEDS - 1)
    states = {TrialState.COMPLETED: State.COMPLETE, TrialState.PRUNED: State.PRUNED, TrialState.RUNNING: State.RUNNING}
    return create_trial(
        state=states.get(trial.state, State.FAIL),
        value=trial.value if trial.state in (TrialState.COMPLETED, TrialState.PRUNED) else None,
        params=dict(trial.values),
        distributions=distributions,
        intermediate_values=dict(enumerate(trial.history, start=1)),
        user_attrs={RUN: trial.run_id} if trial.run_id else {},
    )


def _opened(record: StudyRecord, question: Question, storage: "BaseStorage") -> "Study":
    from optuna import create_study

    return create_study(
        storage=storage,
        study_name=record.id,
        sampler=make_sampler(question),
        pruner=make_pruner(question),
        direction="minimize" if question.objective == "val_loss" else "maximize",
        load_if_exists=True,
    )

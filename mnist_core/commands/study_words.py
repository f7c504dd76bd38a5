"""What the command line prints of a study and its trials."""

from collections.abc import Sequence
from typing import Any

from mnist_core.commands.common import print_json
from mnist_core.commands.terminal import left, right, t
from mnist_core.evaluation.spread import Spread, spread, spread_words
from mnist_core.evaluation.studies import best_trial
from mnist_core.store import StudyRecord, StudyState, TrialRecord, TrialState
from mnist_core.text import Sentence, exact
from mnist_core.text.numbers import significant

_DIGITS = 4  # of a value
_STATES: dict[StudyState, Sentence] = {
    StudyState.RUNNING: "is under way",
    StudyState.PAUSED: "is paused",
    StudyState.STOPPED: "was stopped",
    StudyState.COMPLETED: "is complete",
    StudyState.FAILED: "failed",
}
_TRIAL_STATES: dict[TrialState, Sentence] = {
    TrialState.RUNNING: "training",
    TrialState.COMPLETED: "completed",
    TrialState.PRUNED: "pruned",
    TrialState.FAILED: "failed",
}


def trial_line(trial: TrialRecord) -> str:
    """Return a trial in one line."""
    values = " ".join(f"{name}={_short(value)}" for name, value in trial.values.items())
    value = "–" if trial.value is None else t.number(trial.value, ".4f")
    state = left(t(_TRIAL_STATES[trial.state]), 12)
    return f"{trial.number:4}  {state}{right(value, 9)}  {trial.run_id or '–':26}  {values}"


def _short(value: Any) -> str:
    return exact(significant(value, _DIGITS)) if isinstance(value, float) else str(value)


def report(record: StudyRecord, trials: Sequence[TrialRecord], as_json: bool) -> None:
    """Print what a study found: in words, or as a JSON object."""
    best = best_trial(trials) if record.question.chooses else None
    done = [trial.value for trial in trials if trial.state is TrialState.COMPLETED and trial.value is not None]
    found = spread(done) if record.question.kind == "repeat" and done else None
    if as_json:
        print_json(_as_json(record, trials, best, found))
        return
    state = t(_STATES[record.state])
    if record.state is StudyState.FAILED:
        print(t("The study {state}: {reason}", state=state, reason=record.error or "–"))
        return
    print(t("The study {state}: {done} of {n} trials have a value.", state=state, done=len(done), n=len(trials)))
    if best is not None and best.value is not None:
        values = " ".join(f"{name}={_short(value)}" for name, value in best.values.items())
        words = t(
            "Best by the validation set, {value:.4f}: {values} (run {run})",
            value=best.value,
            values=values,
            run=best.run_id,
        )
        print(words)
        if len(done) > 1:
            print(
                t(
                    "The best of {n} is a little lucky too: repeat it with other seeds before you rely on it.",
                    n=len(done),
                )
            )
    if found is not None:
        print(t("Test accuracy: {words}", words=spread_words(found, t)))


def _as_json(
    record: StudyRecord, trials: Sequence[TrialRecord], best: TrialRecord | None, found: Spread | None
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "study_id": record.id,
        "name": record.name,
        "kind": record.question.kind,
        "state": record.state.value,
        "error": str(record.error) if record.error else None,
        "objective": record.question.objective,
        "trials": [_trial_as_json(trial) for trial in trials],
        "best": None if best is None else _trial_as_json(best),
    }
    if record.question.kind == "repeat":
        told |= {"mean": None, "standard_deviation": None, "interval": None}
    if found is not None:
        interval = None if found.low is None else [found.low, found.high]
        told |= {"mean": found.mean, "standard_deviation": found.standard_deviation, "interval": interval}
    return told


def _trial_as_json(trial: TrialRecord) -> dict[str, Any]:
    return {
        "number": trial.number,
        "run_id": trial.run_id,
        "state": trial.state.value,
        "values": dict(trial.values),
        "value": trial.value,
        "history": list(trial.history),
        "cached": trial.cached,
        "error": str(trial.error) if trial.error else None,
    }

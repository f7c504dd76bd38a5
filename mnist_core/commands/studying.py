"""Commands of studies: study try, search, repeat, sizes, rate, show, and so on; studies."""

import argparse
import signal
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from mnist_core.commands.common import LOCAL, print_document, print_json
from mnist_core.commands.terminal import left, right, t
from mnist_core.commands.training import assignment
from mnist_core.config.recipes import RECIPES, get_recipe
from mnist_core.config.study import PRUNERS, SAMPLERS, Parameter, Question, read_over
from mnist_core.config.study.variant import sizes
from mnist_core.engine import Supervisor, check_training
from mnist_core.errors import ConfigError
from mnist_core.evaluation.spread import Spread, spread, spread_words
from mnist_core.evaluation.studies import best_trial
from mnist_core.script import search_code
from mnist_core.settings import get_settings
from mnist_core.store import Store, StudyRecord, StudyState, TrialRecord, TrialState, shared_store
from mnist_core.studies import StudyDriver, add_trials, begin, plan
from mnist_core.studies.optuna_storage import storage_address
from mnist_core.text import Sentence, cut, exact
from mnist_core.text.numbers import significant

_LOOK = 0.2  # seconds between two looks at what is under way
_NAME, _DIGITS = 48, 4  # places of a name, and digits of a value
_SPREAD = 3  # values of a range that is not said otherwise
_KINDS: dict[str, Sentence] = {
    "try": "train all values of one setting, or of two",
    "search": "let Optuna choose values and train them",
    "repeat": "train the same with several seeds: was it luck?",
    "sizes": "train with more and more images: would more data help?",
    "rate": "find a learning rate: one short run with a rising one",
}
_USUAL = {"search": 30, "repeat": 5, "sizes": 3}


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands of this module to a parser."""
    study = commands.add_parser("study", help=t("many runs with one question: try, search, repeat, sizes, rate"))
    kinds = study.add_subparsers(required=True, metavar="KIND")
    for kind, words in _KINDS.items():
        _add_kind(kinds, kind, words)
    for name, act in _ACTS.items():
        command = kinds.add_parser(name, help=t(_ACT_WORDS[name]))
        command.add_argument("study", metavar="STUDY", help=t("id of a study"))
        command.add_argument("--json", action="store_true", help=t("print one JSON object"))
        command.set_defaults(command=act)
    rename = kinds.add_parser("rename", help=t("give a study another name"))
    rename.add_argument("study", metavar="STUDY", help=t("id of a study"))
    rename.add_argument("name", metavar="NAME")
    rename.set_defaults(command=_rename)
    script = kinds.add_parser("script", help=t("print a study as a script with Optuna and Keras"))
    script.add_argument("study", metavar="STUDY", help=t("id of a study"))
    script.set_defaults(command=_script)
    more = kinds.add_parser("more", help=t("train more trials of a study, and wait for them"))
    more.add_argument("study", metavar="STUDY", help=t("id of a study"))
    more.add_argument("--trials", type=int, default=10, metavar="N", help=t("how many more"))
    more.add_argument("--json", action="store_true", help=t("print one JSON object as the last line"))
    more.set_defaults(command=_more)

    listing = commands.add_parser("studies", help=t("list studies, newest first"))
    listing.add_argument("--json", action="store_true", help=t("print one JSON array"))
    listing.add_argument("--storage", action="store_true", help=t("only print the address that optuna-dashboard opens"))
    listing.set_defaults(command=_studies)


def _add_kind(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]", kind: str, words: Sentence) -> None:
    command = kinds.add_parser(kind, help=t(words))
    command.add_argument("--recipe", required=True, metavar="ID", help=t("one of: {names}", names=", ".join(RECIPES)))
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=t("change a setting, e.g. --set batch_size=64; may be given several times"),
    )
    command.add_argument("--name", help=t("what the study is called"))
    if kind in ("try", "search", "sizes"):
        command.add_argument(
            "--over",
            action="append",
            default=[],
            metavar="NAME=VALUES",
            help=t("what is tried: learning_rate=1e-5..1e-1:log, units=32,64,128, or a name alone; several times"),
        )
    if kind == "search":
        command.add_argument("--trials", type=int, default=_USUAL[kind], metavar="N", help=t("how many runs"))
        command.add_argument("--sampler", choices=SAMPLERS, default="tpe", help=t("how values are chosen"))
        command.add_argument("--pruner", choices=PRUNERS, default="none", help=t("how what falls behind is ended"))
        command.add_argument("--seed", type=int, default=0, metavar="N", help=t("seed of the sampler"))
    if kind in ("repeat", "sizes"):
        command.add_argument("--times", type=int, default=_USUAL[kind], metavar="N", help=t("how many seeds"))
    command.add_argument("--json", action="store_true", help=t("print one JSON object as the last line"))
    command.set_defaults(command=_begin, kind=kind)


def question_of(options: argparse.Namespace) -> Question:
    """Return what the options of ``study`` ask; raises `ConfigError`."""
    base = get_recipe(options.recipe).config.with_settings(dict(assignment(text) for text in options.set))
    over = [read_over(text, base) for text in getattr(options, "over", [])]
    times = getattr(options, "times", 1)
    if times < 1:
        raise ConfigError("--times takes a number from 1 on. Received: {n}", n=times)
    values: dict[str, Any] = {"kind": options.kind, "base": base.model_dump(), "recipe": options.recipe}
    if options.kind in ("try", "sizes"):
        over = [Parameter.of(each.name, values=each.spread(_SPREAD)) for each in over]
    if options.kind == "sizes":
        if not over:
            over = [Parameter.of("train_size", values=sizes(base))]
        over.append(Parameter.of("seed", values=tuple(base.train.seed + k for k in range(times))))
    trials = 1
    for parameter in over:
        trials *= len(parameter.values)
    if options.kind == "repeat":
        trials = times
    elif options.kind == "search":
        trials = options.trials
        values |= {"sampler": options.sampler, "pruner": options.pruner, "seed": options.seed}
    values |= {"over": [parameter.model_dump() for parameter in over], "trials": trials}
    return Question.parse(values)


def _begin(options: argparse.Namespace) -> int:
    check_training(get_settings())
    store, question = shared_store(), question_of(options)
    name = options.name or f"{t(get_recipe(options.recipe).title)}: {t(_KINDS[options.kind])}"
    with _Working(store) as work:
        expected = plan(question, store, work.supervisor.slots, LOCAL)
        if not options.json:
            print(
                t.plural(
                    "One run, about {time}.",
                    "{n:,} runs, about {time} in all.",
                    expected.runs,
                    time=t.duration(expected.seconds),
                ),
                flush=True,
            )
        study_id = begin(question, name, visitor=LOCAL, store=store, supervisor=work.supervisor)
        if not options.json:
            print(t("Study {study}; Ctrl-C stops it and keeps what it found.", study=study_id), flush=True)
        return _wait(store, study_id, options.json, work)


def _more(options: argparse.Namespace) -> int:
    check_training(get_settings())
    store = shared_store()
    record = store.studies.own(options.study, LOCAL)
    if record.question.kind not in ("search", "repeat"):
        raise ConfigError("Only a search and a repetition take more trials.")
    if not 1 <= options.trials <= store.settings.max_trials - record.trials:
        raise ConfigError(
            "A study has at most {most} trials here. Choose fewer. Received: {n}",
            most=store.settings.max_trials,
            n=record.trials + options.trials,
        )
    with _Working(store) as work:
        add_trials(record, options.trials, LOCAL, store)
        return _wait(store, record.id, options.json, work)


def _resume(options: argparse.Namespace) -> int:
    check_training(get_settings())
    store = shared_store()
    with _Working(store) as work:
        if store.studies.own(options.study, LOCAL).state is not StudyState.RUNNING:
            store.studies.resume(options.study, LOCAL)
        return _wait(store, options.study, options.json, work)


class _Working:
    """The queue at work for as long as this command waits: by a dashboard that runs, or else by this process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # No spare: what this process needs it starts.
        settings = store.settings.model_copy(update={"warm_spare": False})
        self.supervisor = Supervisor(store, settings)
        self._driver = StudyDriver(store, self.supervisor)
        self.is_broken_off = threading.Event()

    def __enter__(self) -> "_Working":
        self._store.database.be_patient()
        self.supervisor.start()
        self._driver.start()
        signal.signal(signal.SIGINT, self._break_off)
        return self

    def __exit__(self, *_: object) -> None:
        self._driver.close()
        self.supervisor.close()

    def wake(self) -> None:
        """Let the study move on now."""
        self._driver.wake()

    def _break_off(self, _signal: int, _frame: FrameType | None) -> None:
        self.is_broken_off.set()


def _wait(store: Store, study_id: str, as_json: bool, work: _Working) -> int:
    """Wait for the end of a study, telling each trial as it ends; return the exit code."""
    told: set[int] = set()
    work.wake()
    while True:
        record, trials = store.studies.get(study_id), store.studies.trials(study_id)
        if not as_json:
            for trial in trials:
                if trial.state.is_finished and trial.number not in told:
                    told.add(trial.number)
                    print(_line(trial), flush=True)
        if record.state.is_finished and all(trial.state.is_finished for trial in trials):
            break
        if work.is_broken_off.is_set() and not record.state.is_finished:
            store.studies.stop(study_id, LOCAL)
            work.wake()
        time.sleep(_LOOK)
    _report(store.studies.get(study_id), trials, as_json)
    return 0 if any(trial.state is TrialState.COMPLETED for trial in trials) else 1


def _show(options: argparse.Namespace) -> int:
    store = shared_store()
    record = store.studies.seen(options.study, LOCAL)
    trials = store.studies.trials(record.id)
    if not options.json:
        for trial in trials:
            print(_line(trial))
    _report(record, trials, options.json)
    return 0


def _line(trial: TrialRecord) -> str:
    values = " ".join(f"{name}={_short(value)}" for name, value in trial.values.items())
    value = "–" if trial.value is None else t.number(trial.value, ".4f")
    state = left(t(_TRIAL_STATES[trial.state]), 12)
    return f"{trial.number:4}  {state}{right(value, 9)}  {trial.run_id or '–':26}  {values}"


def _short(value: Any) -> str:
    return exact(significant(value, _DIGITS)) if isinstance(value, float) else str(value)


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


def _report(record: StudyRecord, trials: Sequence[TrialRecord], as_json: bool) -> None:
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


def _studies(options: argparse.Namespace) -> int:
    store = shared_store()
    if options.storage:
        print(storage_address(store.settings))
        return 0
    records = store.studies.find(limit=1000)
    counts = store.studies.count_trials([record.id for record in records])
    if options.json:
        print_json(
            [
                {
                    "study_id": record.id,
                    "name": record.name,
                    "kind": record.question.kind,
                    "state": record.state.value,
                    "created": record.created.isoformat(),
                    "trials": {state.value: n for state, n in counts[record.id].items()},
                }
                for record in records
            ]
        )
        return 0
    for record in records:
        done = sum(n for state, n in counts[record.id].items() if state.is_finished)
        print(
            f"{record.id}  {left(record.question.kind, 7)}{left(record.state.value, 10)}"
            f"{right(f'{done}/{max(record.trials, done)}', 9)}  {cut(record.name, _NAME)}"
        )
    if not records:
        print(t("There is no study yet."))
    return 0


def _act(change: Callable[[Store, str], object]) -> Callable[[argparse.Namespace], int]:
    def command(options: argparse.Namespace) -> int:
        store = shared_store()
        change(store, options.study)
        if options.json:
            print_json({"study_id": options.study})
        return 0

    return command


def _script(options: argparse.Namespace) -> int:
    record = shared_store().studies.seen(options.study, LOCAL)
    print_document(search_code(record.question, t))
    return 0


def _rename(options: argparse.Namespace) -> int:
    shared_store().studies.rename(options.study, options.name, LOCAL)
    return 0


_ACT_WORDS: dict[str, Sentence] = {
    "show": "tell what a study found",
    "resume": "go on with a paused or stopped study, and wait for it",
    "pause": "begin no more trials for now",
    "stop": "begin no more trials, and stop those that train",
    "star": "star a study and its runs",
    "unstar": "take the star back",
    "delete": "delete a study with its runs",
    "undelete": "bring a deleted study back",
}
_ACTS: dict[str, Callable[[argparse.Namespace], int]] = {
    "show": _show,
    "resume": _resume,
    "pause": _act(lambda store, study: store.studies.pause(study, LOCAL)),
    "stop": _act(lambda store, study: store.studies.stop(study, LOCAL)),
    "star": _act(lambda store, study: store.studies.set_pinned(study, True, LOCAL)),
    "unstar": _act(lambda store, study: store.studies.set_pinned(study, False, LOCAL)),
    "delete": _act(lambda store, study: store.studies.delete(study, LOCAL)),
    "undelete": _act(lambda store, study: store.studies.undelete(study, LOCAL)),
}

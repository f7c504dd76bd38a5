"""Commands of studies: study try, search, repeat, sizes, rate, show, and so on; studies."""

import argparse
from collections.abc import Callable

from mnist_core.commands.common import LOCAL, print_document, print_json
from mnist_core.commands.study_questions import KINDS, add_kind, question_of
from mnist_core.commands.study_waiting import WorkingQueue, wait_for
from mnist_core.commands.study_words import report, trial_line
from mnist_core.commands.terminal import left, right, t
from mnist_core.config.recipes import get_recipe
from mnist_core.engine import check_training
from mnist_core.errors import ConfigError
from mnist_core.script import search_code
from mnist_core.settings import get_settings
from mnist_core.store import Store, StudyState, shared_store
from mnist_core.studies import add_trials, begin, plan
from mnist_core.studies.optuna_storage import storage_address
from mnist_core.text import Sentence, cut

_NAME = 48  # places of a name


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands of this module to a parser."""
    study = commands.add_parser("study", help=t("many runs with one question: try, search, repeat, sizes, rate"))
    kinds = study.add_subparsers(required=True, metavar="KIND")
    for kind in KINDS:
        add_kind(kinds, kind).set_defaults(command=_begin)
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


def _begin(options: argparse.Namespace) -> int:
    check_training(get_settings())
    store, question = shared_store(), question_of(options)
    name = options.name or f"{t(get_recipe(options.recipe).title)}: {t(KINDS[options.kind])}"
    with WorkingQueue(store) as work:
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
        return wait_for(store, study_id, options.json, work)


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
    with WorkingQueue(store) as work:
        add_trials(record, options.trials, LOCAL, store)
        return wait_for(store, record.id, options.json, work)


def _resume(options: argparse.Namespace) -> int:
    check_training(get_settings())
    store = shared_store()
    with WorkingQueue(store) as work:
        if store.studies.own(options.study, LOCAL).state is not StudyState.RUNNING:
            store.studies.resume(options.study, LOCAL)
        return wait_for(store, options.study, options.json, work)


def _show(options: argparse.Namespace) -> int:
    store = shared_store()
    record = store.studies.seen(options.study, LOCAL)
    trials = store.trials.of(record.id)
    if not options.json:
        for trial in trials:
            print(trial_line(trial))
    report(record, trials, options.json)
    return 0


def _studies(options: argparse.Namespace) -> int:
    store = shared_store()
    if options.storage:
        print(storage_address(store.settings))
        return 0
    records = store.studies.find(limit=1000)
    counts = store.trials.count([record.id for record in records])
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

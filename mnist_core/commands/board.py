"""Command that opens TensorBoard: tensorboard."""

import argparse
import tempfile
from contextlib import suppress
from pathlib import Path

from mnist_core.commands.common import chosen_run, run_help
from mnist_core.commands.terminal import t
from mnist_core.errors import ArtifactMissingError, ConfigError, RunNotFoundError
from mnist_core.sharing.shipped import install_shipped
from mnist_core.store import RunRecord, shared_store
from mnist_core.tensorboard.serving import Layout, log_paths, serve

_MOST = 500  # newest runs: TensorBoard reads all that it is given, and nobody tells more of them apart


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands of this module to a parser."""
    board = commands.add_parser(
        "tensorboard", help=t("open TensorBoard with some runs, or with all of this computer; Ctrl-C ends it")
    )
    board.add_argument("runs", nargs="*", metavar="RUN", help=t("{run}; without any, all runs", run=run_help()))
    board.add_argument(
        "--study", metavar="ID", help=t("the runs of a study, with what it tried as columns of the view HParams")
    )
    board.add_argument("--port", type=int, help=t("port of the address; by default 6006 or the next free one"))
    board.add_argument("--folder", action="store_true", help=t("only print where the logs are"))
    board.set_defaults(command=_tensorboard)


def _tensorboard(options: argparse.Namespace) -> int:
    store = shared_store()
    if options.study and (options.runs or options.folder):
        raise ConfigError("Give a study alone: no runs and no --folder beside it.")
    if options.folder:
        return _print_folders(options.runs)
    if options.study:
        store.studies.get(options.study)  # or it is said that there is none
    install_shipped(store)
    with tempfile.TemporaryDirectory(prefix="mnist-lab-") as folder:
        layout = Layout(store, Path(folder))

        def look() -> None:
            if options.study:
                layout.add_study(store.studies.get(options.study))
            else:
                refresh(layout, options.runs)

        look()
        more = [] if options.port is None else ["--port", str(options.port)]
        return serve(Path(folder), look, more)


def refresh(layout: Layout, runs: list[str]) -> None:
    """Add what has logs by now; a chosen run that was deleted meanwhile keeps none of the others waiting."""
    for one in [[run] for run in runs] or [[]]:
        with suppress(RunNotFoundError):
            layout.add(_records(one))


def _print_folders(runs: list[str]) -> int:
    store = shared_store()
    if not runs:
        print(store.settings.runs_dir)
    for record in _records(runs) if runs else ():
        files = store.files(record.id)
        if not log_paths(files):
            raise ArtifactMissingError(
                "The run {run} has no TensorBoard logs. Without --folder they are made.", run=record.id
            )
        print(files.tensorboard)
    return 0


def _records(runs: list[str]) -> list[RunRecord]:
    """Return the chosen runs, or the newest ones of all."""
    if runs:
        return [chosen_run(run) for run in runs]
    store = shared_store()
    return [*store.runs.shipped(), *store.runs.find(limit=_MOST)]

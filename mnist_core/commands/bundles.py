"""Commands that take runs away and bring them back: bundle, import."""

import argparse
from pathlib import Path

from mnist_core.commands.common import chatter_held_back, chosen_run, name_of, print_json, print_written, run_help
from mnist_core.commands.terminal import t
from mnist_core.errors import BundleError
from mnist_core.store import shared_store
from mnist_core.system.files import output_file


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands of this module to a parser."""
    bundle = commands.add_parser("bundle", help=t("write a run as a zip to take away: models, predict.py, report"))
    bundle.add_argument("run", metavar="RUN", help=run_help())
    bundle.add_argument("--saved-model", action="store_true", help=t("with TensorFlow's SavedModel, too"))
    bundle.add_argument("--out", type=Path, metavar="FILE", help=t("where to (RUN.zip)"))
    bundle.set_defaults(command=_bundle)

    back = commands.add_parser("import", help=t("bring the run of a bundle back"))
    back.add_argument("file", type=Path, metavar="FILE")
    back.add_argument("--json", action="store_true", help=t("print one JSON object"))
    back.set_defaults(command=_import)


def _bundle(options: argparse.Namespace) -> int:
    # Imported here: it may bring TensorFlow.
    from mnist_core.sharing.bundle.make import make_bundle

    record = chosen_run(options.run)
    path = options.out or Path(f"{record.id}.zip")
    with output_file(path) as temporary:
        with chatter_held_back():
            make_bundle(record, shared_store(), temporary, saved_model=options.saved_model, t=t)
        size = temporary.stat().st_size
    print_written(path, f"{path}: {t.size(size)}")
    return 0


def _import(options: argparse.Namespace) -> int:
    from mnist_core.sharing.bundle import import_bundle, most_bytes

    store = shared_store()
    try:
        with options.file.open("rb") as file:
            data = file.read(most_bytes(store.settings) + 1)  # one more than may be: the reader then refuses it
    except OSError as error:
        raise BundleError("{file} can't be opened: {reason}", file=options.file, reason=error.strerror) from error
    record = import_bundle(data, store)
    if options.json:
        print_json({"run_id": record.id, "name": record.name, "test_accuracy": record.outcome.test_accuracy})
    else:
        print(t("Imported “{name}” as run {run}.", name=name_of(record), run=record.id))
    return 0

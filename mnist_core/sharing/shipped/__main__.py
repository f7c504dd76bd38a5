"""Making shipped models: ``python -m mnist_core.sharing.shipped train [NAME ...]``, or ``pack RUN NAME``.

Training needs the datasets at hand, and for ``handwriting`` the pen strokes.
"""

import mnist_core.as_program  # noqa: F401

# isort: split
import argparse
import sys

from mnist_core.errors import MnistLabError, RunStateError
from mnist_core.models.speed import resolved
from mnist_core.sharing.shipped.catalogue import SHIPPED, ShippedModel, find_shipped
from mnist_core.sharing.shipped.install import FOLDER
from mnist_core.store import shared_store
from mnist_core.system.processes import own_process


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 2 bad input."""
    parser = argparse.ArgumentParser(prog="python -m mnist_core.sharing.shipped", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser("train", help="train shipped models and make their bundles")
    train.add_argument("names", nargs="*", metavar="NAME", help="all if none is given: " + ", ".join(SHIPPED))
    train.set_defaults(command=_train)
    pack = commands.add_parser("pack", help="make the bundle of a shipped model from a finished run")
    pack.add_argument("run", metavar="RUN")
    pack.add_argument("name", metavar="NAME", help="one of: " + ", ".join(SHIPPED))
    pack.set_defaults(command=_pack)
    options = parser.parse_args(arguments)
    try:
        code: int = options.command(options)
    except MnistLabError as error:
        print(f"mnist_core.sharing.shipped: {error}", file=sys.stderr)
        return 2
    return code


def _train(options: argparse.Namespace) -> int:
    # Imported here: listing the commands needs no training code.
    from mnist_core.training.control import Control
    from mnist_core.training.run import execute

    store = shared_store()
    for model in [find_shipped(name) for name in options.names or SHIPPED]:
        run_id = store.new_runs.create(resolved(model.config, store.settings), model.title, recipe=model.recipe)
        store.queue.claim(run_id, own_process())
        print(f"Training {model.name} as run {run_id}.")
        record = execute(run_id, store, Control())
        if record.error is not None:
            raise RunStateError("{message}", message=record.error.message)
        _make(run_id, model)
    return 0


def _pack(options: argparse.Namespace) -> int:
    _make(options.run, find_shipped(options.name))
    return 0


def _make(run_id: str, model: ShippedModel) -> None:
    # Imported here: listing the commands needs no training code.
    from mnist_core.sharing.shipped.pack import pack

    store = shared_store()
    before = store.runs.get(run_id).outcome.test_accuracy
    path = FOLDER / f"{model.name}.zip"
    after = pack(run_id, model, store, path)
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB, {after.parameters:,} parameters")
    print(f"test accuracy {after.test_accuracy:.4f} with rounded weights, {before:.4f} as trained")


if __name__ == "__main__":
    sys.exit(main())

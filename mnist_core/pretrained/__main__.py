"""Making shipped models: ``python -m mnist_core.pretrained pack RUN NAME``."""

import argparse
import os
import sys

from mnist_core.errors import MnistLabError
from mnist_core.pretrained.catalogue import SHIPPED, find_shipped
from mnist_core.pretrained.install import FOLDER
from mnist_core.store import shared_store


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 2 bad input."""
    parser = argparse.ArgumentParser(prog="python -m mnist_core.pretrained", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    pack = commands.add_parser("pack", help="make the file of a shipped model from a finished run")
    pack.add_argument("run", metavar="RUN")
    pack.add_argument("name", metavar="NAME", help="one of: " + ", ".join(SHIPPED))
    pack.add_argument("--bits", type=int, choices=range(4, 24), default=8, help="of each weight's mantissa (8)")
    pack.set_defaults(command=_pack)
    options = parser.parse_args(arguments)
    try:
        code: int = options.command(options)
    except MnistLabError as error:
        print(f"mnist_core.pretrained: {error}", file=sys.stderr)
        return 2
    return code


def _pack(options: argparse.Namespace) -> int:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # Imported here: listing the commands needs no training code.
    from mnist_core.pretrained.pack import pack
    from mnist_core.pretrained.package import Package

    store = shared_store()
    before = store.get(options.run).outcome.test_accuracy
    path = pack(options.run, find_shipped(options.name), store, FOLDER, options.bits)
    with Package(path) as package:
        after = package.manifest.outcome
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB, {after.parameters:,} parameters")
    print(f"test accuracy {after.test_accuracy:.4f} with rounded weights, {before:.4f} as trained")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The command line: ``python -m mnist_core``, sharing runs and data with the dashboard."""

import mnist_core.as_program  # noqa: F401

# isort: split
import argparse
import os
import sys

from mnist_core.commands import (
    board,
    bundles,
    comparing,
    databases,
    hub,
    judging,
    keyframes,
    recovering,
    runs,
    sharing,
    studying,
    training,
)
from mnist_core.commands.terminal import show_any_text, t
from mnist_core.errors import MnistLabError

_INTERRUPTED = 130  # as a shell says it: 128 and the signal's number
# Each adds its commands to the parser and carries them out.
PARTS = (training, studying, runs, judging, keyframes, comparing, sharing, bundles, board, hub, recovering, databases)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 a run failed, 2 bad input, 130 broken off with Ctrl-C."""
    show_any_text()
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
        sys.stdout.flush()
    except BrokenPipeError:  # who reads has enough, as `head`; Python itself would still write the rest at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MnistLabError as error:
        print(f"mnist_core: {t(error.template, **error.values)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return _INTERRUPTED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mnist_core",
        description=t("MNIST Lab without a browser; it shares runs and data with the dashboard."),
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for part in PARTS:
        part.add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())

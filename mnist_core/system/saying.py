"""Telling whoever looks at the app's output."""

import sys
from typing import TextIO


def say(words: str) -> None:
    """Print a line; where that is not possible, as on a full disk, it is lost, and nothing else."""
    _print(words, sys.stdout)


def complain(words: str) -> None:
    """Print a line on standard error, as `say` does."""
    _print(words, sys.stderr)


def _print(words: str, stream: TextIO) -> None:
    try:
        print(words, file=stream, flush=True)
    except OSError:
        pass

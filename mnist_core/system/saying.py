"""Telling whoever looks at the app's output: lines for people, or JSON for programs (`speak_json`)."""

import sys
import traceback
from collections.abc import Sequence
from typing import TextIO

from mnist_core.system import logs

_speaks_json = False


def speak_json() -> None:
    """From now on write JSON, one object a line, and only to standard error; what libraries log too.

    May be called again, for loggers that came meanwhile. Only the app does so: what a worker says is its run's log,
    which people read.
    """
    global _speaks_json
    if not _speaks_json:
        logs.catch_the_rest(tell_error)
    _speaks_json = True
    logs.format_handlers()


def say(words: str) -> None:
    """Print a line; where that is not possible, as on a full disk, it is lost, and nothing else."""
    if _speaks_json:
        _print(logs.as_line("info", words), sys.stderr)
    else:
        _print(words, sys.stdout)


def complain(words: str, error: BaseException | None = None) -> None:
    """Print a line on standard error, as `say` does; `error` is why, where it may quote what somebody wrote."""
    if _speaks_json:
        _print(logs.as_line("warning", words, error=error, brief=True), sys.stderr)
    else:
        _print(words if error is None else f"{words} {error!r}", sys.stderr)


def tell_error(
    error: BaseException, words: str, *, lines: Sequence[str] = (), brief: bool = False, session: str | None = None
) -> None:
    """Print an error that nobody expected, with its traceback, on standard error.

    Parameters
    ----------
    error : exception
    words : str
        In which work it came, for programs.
    lines : sequence of str
        What people read instead of the usual traceback.
    brief : bool
        Whether programs get no traceback, because they have it already.
    session : str, optional
        A mark of the page that it came on.
    """
    if _speaks_json:
        _print(logs.as_line("error", words, error=error, brief=brief, about={"session": session}), sys.stderr)
    else:
        _print("\n".join(lines) or "".join(traceback.format_exception(error)).rstrip("\n"), sys.stderr)


def tell(event: str, words: str = "", **about: logs.Field) -> None:
    """Print what happened, for programs; people get `words` where there are any.

    Parameters
    ----------
    event : str
        Its name, such as ``run_began``.
    words : str
    **about
        Ids and figures, such as ``run`` and ``seconds``: nothing that a visitor wrote.
    """
    if _speaks_json:
        fields: dict[str, logs.Field] = {"event": event, **about}
        _print(logs.as_line("info", words or event.replace("_", " "), about=fields), sys.stderr)
    elif words:
        _print(words, sys.stderr)


def _print(words: str, stream: TextIO) -> None:
    try:
        stream.write(words + "\n")  # in one piece: other threads write too
        stream.flush()
    except OSError:
        pass

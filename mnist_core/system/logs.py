"""The log as JSON, one object a line, for whoever collects the logs of many processes.

A line never has what a visitor typed, drew or is: no name, note, drawing, cookie or address. So of an error that nobody
expected there is its class and where it happened, and its words only where the program itself wrote them; and of what
libraries say the first line, filled with numbers alone.
"""

import ipaddress
import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from mnist_core.errors import MnistLabError

_LONGEST = 500  # characters of what a library says
_FRAMES = 40  # of a traceback, the innermost
_CAUSES = 3
# What these say is about the program: names of attributes and modules, never a value.
_SAFE = (AttributeError, ImportError, IndexError, MemoryError, NameError, RecursionError, TypeError, ZeroDivisionError)
_ADDRESS = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7})(?![\w.])")
_OURS = ("mnist_core", "pages")
Field = str | float | None


def as_line(
    level: str,
    message: str,
    *,
    error: BaseException | None = None,
    brief: bool = False,
    about: Mapping[str, Field] | None = None,
) -> str:
    """Return one line of the log.

    Parameters
    ----------
    level : {"info", "warning", "error"}
    message : str
        Words of the program itself.
    error : exception, optional
        Told by class and place; see the module.
    brief : bool
        Whether its traceback is left out: it was told before.
    about : mapping, optional
        Further fields such as ``event``, ``run``, ``session``, ``seconds``; those that are None are left out.
    """
    told: dict[str, Any] = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": level}
    told |= {name: value for name, value in (about or {}).items() if value is not None}
    told["message"] = message
    if error is not None:
        told["error"] = _told(error, brief, _CAUSES)
    return json.dumps(told)


def _told(error: BaseException, brief: bool, causes: int) -> dict[str, Any]:
    told: dict[str, Any] = {"type": type(error).__name__}
    if (words := _safe_words(error)) is not None:
        told["message"] = words
    frames = traceback.extract_tb(error.__traceback__)[-1 if brief else -_FRAMES :]
    told["traceback"] = [f"{frame.filename}:{frame.lineno} {frame.name}: {frame.line}" for frame in frames]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and causes and not brief:
        told["cause"] = _told(cause, brief, causes - 1)
    return told


def _safe_words(error: BaseException) -> str | None:
    """Return what an error says, as far as no visitor can have written it; None where that is not known."""
    if isinstance(error, MnistLabError):
        # Unfilled: names of runs and files are in its values.
        return str(getattr(error.template, "many", error.template))
    if isinstance(error, OSError):
        return error.strerror
    return str(error) if isinstance(error, _SAFE) else None


class JsonFormatter(logging.Formatter):
    """Writes what libraries log as lines of ours."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line."""
        error = record.exc_info[1] if record.exc_info else None
        levels = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.NOTSET}
        level = next(name for name, least in levels.items() if record.levelno >= least)
        return as_line(level, _message(record), error=error, about={"logger": record.name})


def _message(record: logging.LogRecord) -> str:
    """Return the first line of what a library says, without addresses, and without texts that were filled in."""
    arguments = record.args if isinstance(record.args, tuple) else (record.args,)
    harmless = record.name.startswith(_OURS) or all(isinstance(value, int | float) for value in arguments)
    text = str(record.msg)
    if record.args and harmless:
        text = record.getMessage()
    return _ADDRESS.sub(_without_address, (text.splitlines() or [""])[0][:_LONGEST])


def _without_address(found: re.Match[str]) -> str:
    try:
        ipaddress.ip_address(found[0])
    except ValueError:  # a time of day, say
        return found[0]
    return "…"


def format_handlers() -> None:
    """Let everything that loggers write so far to the terminal be lines of ours, on standard error."""
    known = [logging.getLogger(), *logging.root.manager.loggerDict.values()]
    for logger in known:
        for handler in logger.handlers if isinstance(logger, logging.Logger) else ():
            format_handler(handler)


def format_handler(handler: logging.Handler) -> None:
    """Let a handler that writes to the terminal write lines of ours, on standard error."""
    if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler):
        handler.setFormatter(JsonFormatter())
        if handler.stream is sys.stdout:
            handler.setStream(sys.stderr)


def catch_the_rest(report: Callable[[BaseException, str], None]) -> None:
    """Have warnings logged, and errors reported that nobody caught: the program's own, a thread's, a destructor's."""
    logging.captureWarnings(True)
    if not logging.getLogger().handlers:
        logging.getLogger().addHandler(logging.StreamHandler())

    def of_program(_kind: Any, error: BaseException, _trace: Any) -> None:
        report(error, "The program ends with an error.")

    def of_thread(caught: threading.ExceptHookArgs) -> None:
        if caught.exc_value is not None and not isinstance(caught.exc_value, SystemExit):
            report(caught.exc_value, "A thread ended with an error.")

    def of_destructor(caught: "sys.UnraisableHookArgs") -> None:
        if caught.exc_value is not None:
            report(caught.exc_value, "An error that nobody could be told.")

    sys.excepthook, threading.excepthook, sys.unraisablehook = of_program, of_thread, of_destructor

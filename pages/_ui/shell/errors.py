"""Errors in words: the only place where pages show them."""

import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from mnist_core.errors import MnistLabError, outside
from mnist_core.settings import get_settings
from mnist_core.store import RunError
from mnist_core.system.instruments import ERRORS
from mnist_core.system.saying import complain, tell_error
from mnist_core.text import Phrase, english, one_line, plain, without_folders
from pages._ui.shell.i18n import t
from pages._ui.shell.log_format import session_mark

_MOST_LINE, _MOST_LINES = 300, 100  # characters of a line in the log, and lines of a traceback
_MOST_TOLD = 1000
_told: set[tuple[str, str]] = set()  # errors and places whose traceback is in the log already


@contextmanager
def errors_in_words() -> Iterator[None]:
    """Show an error that was raised on purpose in place of what could not be shown.

    Around every page, and inside every fragment: a fragment's errors don't reach the page.
    """
    try:
        yield
    except MnistLabError as error:
        show_error(error)


def show_error(error: MnistLabError) -> None:
    """Show an error that was raised on purpose: what happened and what to do."""
    ERRORS.add("told")
    st.error(in_words(error), icon=":material/error:")


def show_run_error(error: RunError) -> None:
    """Show why a run failed, with the details folded away."""
    st.error(in_words(error), icon=":material/error:")
    if error.traceback and outside(error.code) is None:
        with st.expander(t("Details for developers")):
            st.code(_for_visitors(error.traceback), language=None)


def in_words(error: MnistLabError | RunError) -> str:
    """Return the sentence; what fills it was typed or sent by somebody, and means itself.

    Where the server's files and its database lie is nobody's business: a path is cut to its last name, and what is left
    out stands in the log.
    """
    if (words := outside(error.code)) is not None:
        _say_whole(english(error.template, **error.values))
        return t(words)
    shown = _shown(error.values, _for_visitors)
    if english(error.template, **shown) != english(error.template, **error.values):
        _say_whole(english(error.template, **_shown(error.values, _for_the_log)))
    return t(error.template, **_shown(shown, plain))


def _shown(values: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Return what fills a sentence with all texts of others changed, also those inside phrases."""

    def shown(value: Any) -> Any:
        if isinstance(value, Phrase):
            return Phrase(value.words, **_shown(value.values, change))
        return change(str(value)) if isinstance(value, str | Path) else value

    return {name: shown(value) for name, value in values.items()}


def _for_visitors(text: str) -> str:
    settings = get_settings()
    folders = (settings.home, settings.keras_dir, settings.data_dir, settings.lessons)
    return without_folders(text, tuple(filter(None, folders)))


def _for_the_log(text: str) -> str:
    """Return a text whole where it names a folder of the server; what else somebody typed is no line of the log."""
    return text if _for_visitors(text) != text else "…"


def show_unexpected(error: Exception) -> bool:
    """Show any other error without its details, which go to the server's log."""
    if isinstance(error, MnistLabError):
        show_error(error)
        return True
    _log(error)
    st.error(
        t("Something went wrong on this page. Nothing you trained is lost. Reload the page to go on."),
        icon=":material/error:",
    )
    return True


@lru_cache(maxsize=256)  # a page that asks again and again says it once
def _say_whole(sentence: str) -> None:
    complain(f"Shown to a visitor: {sentence}")


def _log(error: Exception) -> None:
    """Write an error into the log: its traceback the first time at its place, one line from then on.

    A visitor can send what no control offers, a thousand times a second and of any length.
    """
    ERRORS.add("page")
    trace = traceback.TracebackException.from_exception(error)
    place = trace.stack[-1] if trace.stack else None
    where = f"{place.filename}:{place.lineno}" if place else "an unknown place"
    if is_new := _is_new(type(error).__name__, where):
        lines = [line for part in trace.format() for line in part.splitlines()]
    else:
        lines = [f"{type(error).__name__} again at {where}: {one_line(str(error)[:_MOST_LINE])}"]
    lines = [line[:_MOST_LINE] for line in lines[-_MOST_LINES:]]
    tell_error(error, "A page failed.", lines=lines, brief=not is_new, session=session_mark())


def _is_new(kind: str, where: str) -> bool:
    if (kind, where) in _told or len(_told) >= _MOST_TOLD:
        return False
    _told.add((kind, where))
    return True

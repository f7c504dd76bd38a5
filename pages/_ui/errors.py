"""Errors in words: the only place where pages show them."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from mnist_core.errors import MnistLabError
from mnist_core.store import RunError
from mnist_core.text import plain
from pages._ui.i18n import t


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
    st.error(_in_words(error), icon=":material/error:")


def show_run_error(error: RunError) -> None:
    """Show why a run failed, with the details folded away."""
    st.error(_in_words(error), icon=":material/error:")
    if error.traceback:
        with st.expander(t("Details for developers")):
            st.code(error.traceback, language=None)


def _in_words(error: MnistLabError | RunError) -> str:
    """Return the sentence; what fills it was typed or sent by somebody, and means itself."""
    values = {name: plain(value) if isinstance(value, str) else value for name, value in error.values.items()}
    return t(error.template, **values)


def show_unexpected(error: Exception) -> bool:
    """Show any other error without its details, which go to the server's log."""
    if isinstance(error, MnistLabError):
        show_error(error)
        return True
    traceback.print_exception(error)
    st.error(
        t("Something went wrong on this page. Nothing you trained is lost. Reload the page to go on."),
        icon=":material/error:",
    )
    return True

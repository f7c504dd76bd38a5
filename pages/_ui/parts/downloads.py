"""Files that are made when somebody clicks, and the numbers behind a figure among them."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import wraps
from typing import Any

import pandas as pd
import streamlit as st

from mnist_core.engine import download_pace
from mnist_core.errors import MnistLabError
from pages._ui.parts.components import for_ears
from pages._ui.shell import access, session
from pages._ui.shell.i18n import t


def download_button(words: str, make: Callable[[], bytes | str], *, of: Sequence[str], **how: Any) -> None:
    """Show a button that downloads a file; it is made when somebody clicks.

    Parameters
    ----------
    words : str
        Translated.
    make : callable
        Gives the content. It runs outside the page's script and must show nothing.
    of : sequence of str
        Ids of the runs that it is about. A page may be older than the wish to keep a run private, so it is looked again
        at the click whether the visitor may see them all.
    **how
        For `st.download_button`.
    """
    visitor = session.visitor()  # at the click there is no page to ask

    @wraps(make)
    def made() -> bytes | str:
        access.look_up_all(of, visitor)
        download_pace().take(visitor.id or "", visitor.address)
        return make()

    st.download_button(words, made, on_click="ignore", **how)


def csv_button(
    table: Callable[[], pd.DataFrame | Mapping[str, Sequence[Any]]], name: str, *, of: Sequence[str]
) -> None:
    """Show a small button that downloads a table, which is the same in every language: programs read it.

    Parameters
    ----------
    table : callable
        Gives the table, or its columns by name: ``test_accuracy``, as in code. Values are English too, classes and
        settings among them; only runs are called what the page calls them. It runs outside the page's script and must
        show nothing.
    name : str
        Name of the file without its suffix; also the button's key.
    of : sequence of str
        As for `download_button`; empty where the numbers are a dataset's own.
    """
    download_button(
        for_ears(t("Download as CSV"), name.replace("_", " ")),
        lambda: as_csv(table()),
        of=of,
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"csv_{name}",
        type="tertiary",
        icon=":material/download:",
        help=t("Download as CSV"),
    )


def as_csv(table: pd.DataFrame | Mapping[str, Sequence[Any]]) -> str:
    """Return a table as CSV. A spreadsheet shows what people typed and takes none of it for a formula."""
    frame = pd.DataFrame(table)
    words = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name].dtype)]
    content: str = frame.assign(**{str(name): frame[name].map(_harmless) for name in words}).to_csv(index=False)
    return content


def _harmless(value: Any) -> Any:
    """Return a cell; a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if not isinstance(value, str) or not value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return value
    with suppress(ValueError):
        float(value)
        return value
    return f"'{value}"


def _in_one_line(entry: logging.LogRecord) -> bool:
    """Log a download that was refused on purpose in one line: whoever clicks again must not fill the log."""
    error = entry.exc_info[1] if entry.exc_info else None
    if isinstance(error, MnistLabError):
        entry.msg, entry.args, entry.exc_info = "A download was refused: %s", (str(error),), None
    return True


logging.getLogger("streamlit.runtime.backend_operation_handler").addFilter(_in_one_line)

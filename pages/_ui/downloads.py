"""The numbers behind a figure, as a file."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.components import for_ears
from pages._ui.i18n import t


def csv_button(table: Callable[[], pd.DataFrame | Mapping[str, Sequence[Any]]], name: str) -> None:
    """Show a small button that downloads a table; it is made when somebody clicks.

    Parameters
    ----------
    table : callable
        Gives the table, or its columns by name. It runs outside the page's script and must show nothing.
    name : str
        Name of the file without its suffix; also the button's key.
    """
    st.download_button(
        for_ears(t("Download as CSV"), name.replace("_", " ")),
        lambda: as_csv(table()),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"csv_{name}",
        type="tertiary",
        icon=":material/download:",
        help=t("Download as CSV"),
        on_click="ignore",
    )


def as_csv(table: pd.DataFrame | Mapping[str, Sequence[Any]]) -> str:
    """Return a table as CSV. A spreadsheet shows what people typed and takes none of it for a formula."""
    frame = pd.DataFrame(table)
    words = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name].dtype)]
    return frame.assign(**{str(name): frame[name].map(_harmless) for name in words}).to_csv(index=False)


def _harmless(value: Any) -> Any:
    """Return a cell; a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if not isinstance(value, str) or not value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return value
    with suppress(ValueError):
        float(value)
        return value
    return f"'{value}"

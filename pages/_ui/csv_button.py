"""The data of a figure, to take away."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.i18n import t


def csv_button(columns: Mapping[str, Sequence[Any]], file_name: str, key: str) -> None:
    """Show a button that downloads a table.

    Parameters
    ----------
    columns : mapping of name to values
        All of one length.
    file_name : str
        Without its ending.
    key : str
    """
    st.download_button(
        t("Download as CSV"),
        pd.DataFrame(columns).to_csv(index=False),
        f"{file_name}.csv",
        "text/csv",
        key=key,
        icon=":material/download:",
        on_click="ignore",
    )

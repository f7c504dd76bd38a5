"""The numbers behind a figure, as a file."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from pages._ui.i18n import t


def csv_button(table: Callable[[], pd.DataFrame], name: str) -> None:
    """Show a button that downloads a table; it is made when somebody clicks.

    Parameters
    ----------
    table : callable
        Gives the table. It runs outside the page's script and must show nothing.
    name : str
        Name of the file without its suffix; also the button's key.
    """
    st.download_button(
        t("Download as CSV"),
        lambda: table().to_csv(index=False),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"csv_{name}",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
    )

"""Maps over an image: tiles in two colours, what the colours mean, and their numbers."""

from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from mnist_core.figures.theme import SPEAKS_AGAINST, SPEAKS_FOR
from pages._ui.parts.downloads import csv_button


def legend(positive: str, negative: str = "") -> None:
    """Say in words what orange and, where it occurs, blue mean (both translated)."""
    items = "".join(
        f'<span><i style="background:{color}"></i>{escape(words)}</span>'
        for color, words in ((SPEAKS_FOR, positive), (SPEAKS_AGAINST, negative))
        if words
    )
    st.html(f'<div class="lab-legend">{items}</div>')


def map_csv(values: npt.NDArray[np.floating[Any]], name: str, run_id: str) -> None:
    """Show a button that downloads a run's maps of shape (n, h, w) or one of shape (h, w), one row a pixel."""

    def table() -> pd.DataFrame:
        axes = ("map", "row", "column")[-values.ndim :]
        places = dict(zip(axes, (place.ravel() for place in np.indices(values.shape)), strict=True))
        return pd.DataFrame({**places, "value": values.ravel()})

    csv_button(table, name, of=[run_id])

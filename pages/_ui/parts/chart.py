"""Plotly charts in the dashboard's own look."""

from typing import Any

import streamlit as st

from pages._ui.shell import i18n


def chart(figure: Any, *, key: str, alt: str) -> None:
    """Show a figure that stays as it is; one that changes while one looks at it is a `live_plot`.

    Parameters
    ----------
    figure : plotly figure
    key : str
    alt : str
        One sentence for screen readers.
    """
    st.plotly_chart(spoken(figure), key=key, theme=None, config={"displayModeBar": False}, alt=alt)


def clickable_chart(figure: Any, *, key: str, alt: str) -> Any:
    """Show a figure and return its state, whose ``selection.points`` holds the point that was clicked."""
    return st.plotly_chart(
        spoken(figure),
        key=key,
        theme=None,
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False},
        alt=alt,
    )


def spoken(figure: Any) -> Any:
    """Return a figure that writes the numbers of its axes and hover texts with the signs of the visitor's language."""
    figure["layout"]["separators"] = i18n.current().separators
    return figure

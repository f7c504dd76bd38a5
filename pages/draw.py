"""Draw something and let networks read it."""

import streamlit as st

from pages._ui import runs
from pages._ui.components import empty_state
from pages._ui.draw_board import board
from pages._ui.i18n import t
from pages._ui.photo_view import choose_source, photo_board
from pages._ui.teach_view import teach_view

# One row, so that the canvas is in sight at once.
with st.container(horizontal=True, vertical_alignment="center", key="draw_head"):
    st.title(t("Draw"), anchor=False, width="content")
    ways = st.container(width="content")
    with st.container(key="draw_run_box"):
        record = runs.pick("draw_run", compact=True)
if record is None:
    empty_state(
        ":material/draw:",
        t("There is no network yet that could read your drawing"),
        t("Train one first. The small convolutional network reads handwriting best."),
        "home.py",
        t("Choose a recipe"),
    )
else:
    with ways:
        source = choose_source()
    if source == "draw":
        board(record)
    else:
        photo_board(source, record)
    teach_view(record)

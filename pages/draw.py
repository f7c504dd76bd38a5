"""Draw something and let networks read it."""

import streamlit as st

from pages._ui.draw.board import board
from pages._ui.draw.photo import choose_source, photo_board
from pages._ui.draw.teach import teach_view
from pages._ui.one_run import runs
from pages._ui.parts.components import empty_state
from pages._ui.shell.i18n import t

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

"""Draw something and let networks read it."""

import streamlit as st

from mnist_core.datasets import get_spec
from pages._ui import runs
from pages._ui.components import empty_state, page_header
from pages._ui.draw_board import board
from pages._ui.i18n import t
from pages._ui.photo_view import choose_source, photo_board
from pages._ui.teach_view import teach_view

page_header(t("Draw"), t("Draw with the mouse, a finger or a pen. The network answers when you lift it."))
record = runs.pick("draw_run")
if record is None:
    empty_state(
        ":material/draw:",
        t("There is no network yet that could read your drawing"),
        t("Train one first. The small convolutional network reads handwriting best."),
        "home.py",
        t("Choose a recipe"),
    )
else:
    source = choose_source()
    if source == "draw" and get_spec(record.config.data.dataset).kind == "clothes":
        st.info(
            t(
                "This network learned from photos of clothes: grey, filled shapes. Outlines it has never seen, so fill "
                "your shapes. Trousers, dresses, bags and shoes (toe to the left) can be read by their shape. T-shirt, "
                "pullover, coat and shirt differ by cloth and buttons, which a drawing hardly shows: take those "
                "answers with a smile."
            ),
            icon=":material/checkroom:",
        )
    if source == "draw":
        board(record)
    else:
        photo_board(source, record)
    teach_view(record)

"""What one can take away from a run: each part is a view of its own."""

from collections.abc import Callable

import streamlit as st

from mnist_core.store import RunRecord
from mnist_core.text import Sentence
from pages._ui.one_run.tensorboard import tensorboard_part
from pages._ui.parts.code_view import code_part
from pages._ui.parts.components import switch
from pages._ui.parts.link_view import link_part
from pages._ui.runs.bundle import bundle_part
from pages._ui.runs.card import card_part
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t

PARTS: dict[str, tuple[str, Callable[[RunRecord], None]]] = {
    "bundle": (Sentence("Bundle"), bundle_part),
    "link": (Sentence("Link"), link_part),
    "code": (Sentence("Code"), code_part),
    "card": (Sentence("Model card"), card_part),
    "tensorboard": ("TensorBoard", tensorboard_part),
}


def take_away(record: RunRecord) -> None:
    """Show what can be taken away from a run that has a model; only the chosen part is made."""
    st.subheader(t("Take it away"), anchor=False, divider="gray")
    titles = {key: title for key, (title, _) in PARTS.items()}
    chosen = switch(t("Take it away"), titles, "take_away", label_visibility="collapsed")
    with errors_in_words():
        PARTS[chosen][1](record)

"""What one can take away from a run: each part is a view of its own."""

from collections.abc import Callable

import streamlit as st

from mnist_core.store import RunRecord
from pages._ui.errors import errors_in_words
from pages._ui.i18n import t

# In the order in which they are shown.
PARTS: tuple[Callable[[RunRecord], None], ...] = ()


def take_away(record: RunRecord) -> None:
    """Show all that can be taken away from a run that has a model."""
    if not PARTS:
        return
    st.subheader(t("Take it away"), anchor=False, divider="gray")
    for part in PARTS:
        with errors_in_words():  # what one part misses hides no other
            part(record)

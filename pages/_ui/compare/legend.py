"""What each run looks like, above all charts."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from pages._ui.compare.choice import Compared


def legend(compared: Sequence[Compared]) -> None:
    """Show which colour and symbol is whose."""
    items = "".join(
        f'<span><b style="--mark:{run.style.color}" aria-hidden="true">{run.style.glyph}</b>{escape(run.name)}</span>'
        for run in compared
    )
    st.html(f'<div class="lab-legend">{items}</div>')

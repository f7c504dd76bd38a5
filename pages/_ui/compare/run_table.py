"""A table with a row for each run, marked by its colour and symbol; read by screen readers as a table."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Literal

import streamlit as st

from mnist_core.figures.run_style import RunStyle
from pages._ui.shell.i18n import t

Kind = Literal["words", "number", "long"]


def run_table(
    label: str,
    runs: Sequence[tuple[str, RunStyle | None]],
    columns: Mapping[str, tuple[Kind, Sequence[str]]],
    best: Mapping[str, int | None] | None = None,
) -> None:
    """Show a table; on a phone it scrolls sideways under the names.

    Parameters
    ----------
    label : str
        Translated; what a screen reader calls it.
    runs : sequence of (str, RunStyle or None)
        Names; without a look a run has no mark.
    columns : mapping of translated head to (kind, a text for each run)
        Long texts are wrapped, numbers stand to the right.
    best : mapping of head to int or None, optional
        Row of the best value, which is printed bold where no other reads the same.
    """
    heads = "".join(f'<th scope="col" class="{kind}">{escape(head)}</th>' for head, (kind, _) in columns.items())
    rows = []
    for index, (name, style) in enumerate(runs):
        mark = f'<b style="--mark:{style.color}" aria-hidden="true">{style.glyph}</b>' if style else ""
        cells = []
        for head, (kind, texts) in columns.items():
            words = escape(texts[index])
            if (best or {}).get(head) == index and texts.count(texts[index]) == 1:
                words = f"<strong>{words}</strong>"
            cells.append(f'<td class="{kind}">{words}</td>')
        rows.append(f'<tr><th scope="row">{mark}{escape(name)}</th>{"".join(cells)}</tr>')
    st.html(
        f'<div class="lab-table" tabindex="0" role="region" aria-label="{escape(label)}"><table><thead><tr>'
        f'<th scope="col">{escape(t("Run"))}</th>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )

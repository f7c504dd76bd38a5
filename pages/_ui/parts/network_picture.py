"""The network as a picture: one component draws it wherever it stands, with the same in words and as a table."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.config import RunConfig
from mnist_core.diagram import BlockWords, Diagram, diagram_of, picture_svg, words_of
from mnist_core.models.speed import resolved
from mnist_core.settings import get_settings
from pages._ui.shell import i18n
from pages._ui.shell.i18n import t

_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_HTML = (
    '<div class="lab-network"><div class="way"></div><div class="about"></div>'
    '<details><summary></summary><div class="lab-table"></div></details></div>'
)


def network_picture(config: RunConfig, key: str, *, image: npt.NDArray[np.uint8] | None = None) -> Diagram:
    """Show the network of a configuration, and return what is drawn; raises `ConfigError` where layers don't fit.

    Parameters
    ----------
    config : RunConfig
    key : str
        Names the picture on its page.
    image : ndarray of shape (28, 28), uint8, optional
        What it is shown with.
    """
    diagram = diagram_of(resolved(config, get_settings()))
    _mount(
        diagram,
        key,
        svg=picture_svg(diagram, i18n.current(), image=image, stops=True),
        hint=t("Point at a layer, or go along the layers with the arrow keys, to see what it is."),
    )
    return diagram


def _mount(diagram: Diagram, key: str, **more: Any) -> Any:
    component = st.components.v2.component("network_picture", html=_HTML, js=_JS, isolate_styles=False)
    blocks = [words_of(block, i18n.current()) for block in diagram.blocks]
    told = [{"name": one.name, "facts": one.facts(i18n.current()), "code": one.code} for one in blocks]
    data = {"blocks": told, "table": t("The same as a table"), "rows": _table(blocks), **more}
    return component(key=key, data=data, on_chosen_change=_noticed).chosen


def _table(blocks: Sequence[BlockWords]) -> str:
    """Return what is told of all blocks as a table."""
    heads = (t("Layer"), t("Output"), t("Parameters"), t("Taken apart"), t("Keras code"))
    rows = (
        f"<tr><th scope='row'>{escape(block.name)}</th><td>{escape(block.shape)}</td>"
        f"<td class='number'>{block.parameters}</td><td>{escape(block.parts)}</td>"
        f"<td><code>{escape(block.code)}</code></td></tr>"
        for block in blocks
    )
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _noticed() -> None:
    """Do nothing: the page, or its part, runs again and knows what was chosen."""

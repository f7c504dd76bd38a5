"""The network as a picture: one component draws it wherever it stands, with the same in words and as a table."""

import hashlib
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.config import RunConfig
from mnist_core.diagram import (
    BlockWords,
    Chosen,
    Diagram,
    Flow,
    Trained,
    cell_words,
    diagram_of,
    flow_of,
    picture_svg,
    words_of,
)
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
        None,
        lambda: None,
        svg=picture_svg(diagram, i18n.current(), image=image, stops=True),
        hint=t("Point at a layer, or go along the layers with the arrow keys, to see what it is."),
    )
    return diagram


def network_at_work(
    trained: Trained,
    key: str,
    *,
    chosen: Chosen | None = None,
    alone: bool = False,
    take: Callable[[int, int], None] | None = None,
) -> None:
    """Show an image on its way through a trained network.

    Parameters
    ----------
    trained : Trained
    key : str
        Names the picture on its page.
    chosen : (int, int), optional
        Place of a block and number of one of its units, which gets a ring.
    alone : bool
        Whether only the chosen unit's connections are shown before and behind its layer.
    take : callable, optional
        Gets the number of the layer and that of its unit that somebody chose. It is a callback of the page.
    """
    diagram, words = trained.diagram, i18n.current()
    flow = flow_of(trained, chosen if alone else None)

    def taken() -> None:
        asked = st.session_state[key].chosen
        if take is not None and asked is not None and _is_drawn(asked, flow):
            take(diagram.blocks[asked[0]].number, asked[1])

    hint = t("Orange connections add to what a unit says, blue ones take away; the thicker, the more.")
    _mount(
        diagram,
        key,
        flow,
        taken,
        svg=picture_svg(diagram, words, flow=flow, chosen=chosen, stops=True),
        revision=hashlib.blake2b(trained.image.tobytes(), digest_size=8).hexdigest(),
        chosen=chosen,
        choosing=take is not None,
        hint=hint + " " + t("Choose a unit by a click, or by the arrow keys, to see its sum.") if take else hint,
    )


def _is_drawn(asked: Any, flow: Flow) -> bool:
    """Whether what a browser says is a unit of the picture."""
    match asked:
        case [int(place), int(unit)]:
            return place > 0 and place in flow.cells and unit in flow.cells[place].shown
    return False


def _mount(diagram: Diagram, key: str, flow: Flow | None, taken: Callable[[], None], **more: Any) -> None:
    component = st.components.v2.component("network_picture", html=_HTML, js=_JS, isolate_styles=False)
    words = i18n.current()
    blocks = [words_of(block, words) for block in diagram.blocks]
    told = [
        {
            "name": one.name,
            "facts": one.facts(words),
            "code": one.code,
            "says": cell_words(diagram, place, flow.cells[place], words) if flow and place in flow.cells else {},
        }
        for place, one in enumerate(blocks)
    ]
    data = {"blocks": told, "table": t("The same as a table"), "rows": _table(blocks), **more}
    component(key=key, data=data, on_chosen_change=taken)


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

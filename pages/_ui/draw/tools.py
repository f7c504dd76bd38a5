"""Draw: what one draws with, and drawings to start from."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_core.config.kinds import ImageKind
from mnist_core.drawing import Sample, samples
from mnist_core.text import Sentence
from pages._ui.canvas.steps import put_on_canvas
from pages._ui.parts.components import switch
from pages._ui.shell.i18n import t

USUAL_PEN = 18  # pixels
_TOOLS: dict[str, Sentence] = {"fill": "Filled shape", "pen": "Pen"}
SHADES: dict[int, Sentence] = {255: "White", 180: "Light grey", 96: "Dark grey", 0: "Black (erase)"}


@dataclass(frozen=True)
class Tools:
    """What the next stroke looks like: see `draw_canvas`."""

    pen: int = USUAL_PEN
    shade: int = 255
    fill: bool = False


def choose_tools(kind: ImageKind) -> tuple[Tools, DeltaGenerator]:
    """Show the tools for one kind of pictures; return the choice and the row of buttons, which has room for another."""
    shade, fill = 255, False
    if kind.filled:
        with st.container(horizontal=True):
            tool = switch(t("Tool"), _TOOLS, "draw_tool", persist_state="session")
            shade = st.selectbox(
                t("Shade"),
                list(SHADES),
                format_func=lambda shade: t(SHADES[shade]),
                key="draw_shade",
                persist_state="session",
                width=150,
            )
        fill = tool == "fill"
        if fill:
            st.caption(t("Go once around a shape: when you lift the pen, it is closed and filled."))
    row = st.container(horizontal=True, gap="small")
    with row, st.popover(t("Pen width"), icon=":material/line_weight:"):
        pen: int = st.slider(
            t("Pen width in pixels"), 8, 40, USUAL_PEN, step=2, key="draw_pen", persist_state="session", width=280
        )
        if kind.words.pen:
            st.caption(t(kind.words.pen))
    return Tools(pen, shade, fill), row


def about_drawings(kind: ImageKind) -> None:
    """Say what a network can't see in a drawing, where that is much."""
    if kind.words.limits:
        st.info(t(kind.words.limits), icon=":material/checkroom:")


def offer_samples(collection: str) -> None:
    """Show a way to begin with a drawing that is there already; nothing where there is none of these classes."""
    fitting = [sample for sample in samples() if sample.collection == collection]
    if not fitting:
        return
    with st.popover(t("Show me one"), icon=":material/auto_awesome:", key=f"draw_samples_{collection}"):
        st.caption(t("A drawing to start from. You can draw on it, or take it back with Undo."))
        for sample in fitting:
            _sample_button(sample)


def _sample_button(sample: Sample) -> None:
    st.button(
        t(sample.name),
        key=f"draw_sample_{sample.name}",
        on_click=put_on_canvas,
        args=(sample, USUAL_PEN),
        width="stretch",
    )

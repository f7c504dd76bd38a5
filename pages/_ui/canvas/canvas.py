"""The drawing canvas: the only place that knows the canvas library."""

from pathlib import Path

import streamlit as st

from mnist_core.datasets import DatasetSpec
from pages._ui.canvas.state import FINE, SIZE, Drawn, key_of, line_width, objects_of, read_drawn, state_of
from pages._ui.canvas.steps import clear_canvas, fill_new_stroke, redo_stroke, take, undo_stroke
from pages._ui.shell.i18n import t

_FRAME_JS = (Path(__file__).parent / "canvas_frame.js").read_text(encoding="utf-8")


def draw_canvas(pen: int, spec: DatasetSpec, *, shade: int = 255, fill: bool = False) -> Drawn | None:
    """Show the canvas with its buttons and return what is drawn on it; None while there is nothing on it.

    The drawing survives page switches: its strokes are kept in the session and put back when the
    canvas appears anew. A canvas that is changed from outside (clear, undo, redo, filling) gets a new key.
    How large it is shown is the style sheet's business (``style.css``): the drawing is the same at every size.

    Parameters
    ----------
    pen : int
        Diameter, where the canvas is `SIZE` wide.
    spec : DatasetSpec
        What is drawn: its collection has the drawing, and its kind says how it is read.
    shade : int
        Grey value of what is drawn next, 0 to 255.
    fill : bool
        Fill what the next stroke goes around.

    Returns
    -------
    Drawn or None
        The same object for as long as nothing changes.
    """
    # Imported here: outside a running page the library can't be imported.
    from streamlit_drawable_canvas import st_canvas

    if fill:
        fill_new_stroke(spec.collection)
    state = state_of(spec.collection)
    key = key_of(spec.collection)
    if key not in st.session_state:  # the canvas is mounted now: give it what it had
        state["initial"] = state["content"]
    with st.container(key="canvas_frame", gap=None):
        result = st_canvas(
            stroke_width=line_width(pen, fill=fill),
            stroke_color=f"#{shade:02X}{shade:02X}{shade:02X}",
            background_color="#000000",
            height=FINE * SIZE,
            width=FINE * SIZE,
            drawing_mode="freedraw",
            initial_drawing=state["initial"],
            key=key,
        )
        _frame()
    take(result.json_data, state)  # until the first stroke, what it was given
    _canvas_buttons(spec.collection)  # before anything that may go wrong with the drawing
    return read_drawn(state, spec.kind.reader)


def _frame() -> None:
    """Let the canvas fill its frame, have a name, and be drawn on with the keyboard."""
    component = st.components.v2.component("canvas_frame", html="<span></span>", js=_FRAME_JS, isolate_styles=False)
    words = {
        "name": t("Canvas to draw on"),
        "help": t(
            "Arrow keys move the pen, with Shift in small steps. Space puts it down and lifts it; the network answers "
            "when it is lifted."
        ),
        "down": t("Pen down, {x}% from the left, {y}% from the top"),
        "up": t("Pen lifted"),
        "at": t("{x}% from the left, {y}% from the top"),
    }
    component(key="canvas_help", data=words)


def _canvas_buttons(collection: str) -> None:
    """Show the buttons undo, redo and clear."""
    state = state_of(collection)
    buttons = (
        (t("Undo"), "draw_undo", ":material/undo:", undo_stroke, state["before"]),
        (t("Redo"), "draw_redo", ":material/redo:", redo_stroke, state["undone"]),
        (t("Clear"), "draw_clear", ":material/ink_eraser:", clear_canvas, objects_of(state["content"])),
    )
    with st.container(horizontal=True, gap="small"):
        for words, key, icon, act, useful in buttons:
            st.button(words, key=key, icon=icon, on_click=act, args=(collection,), disabled=not useful)

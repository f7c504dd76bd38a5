"""The drawing canvas: the only place that knows the canvas library."""

from typing import Any

import streamlit as st

from mnist_core.drawing import Drawing, read_canvas
from pages._ui.i18n import t

SIZE = 280  # pixels: ten for each pixel of an MNIST image, and it fits a phone


def draw_canvas(pen: int) -> Drawing | None:
    """Show the canvas with its buttons and return what is drawn on it; None while it is empty.

    The drawing survives page switches: its strokes are kept in the session and put back when the
    canvas appears anew. A canvas that is changed from outside (clear, undo, redo) gets a new key.
    """
    # Imported here: outside a running page the library can't be imported.
    from streamlit_drawable_canvas import st_canvas

    state = _state()
    key = f"canvas_{state['generation']}"
    if key not in st.session_state:  # the canvas is mounted now: give it what it had
        state["initial"] = state["content"]
    with st.container(border=True, width="content"):
        result = st_canvas(
            stroke_width=pen,
            stroke_color="#FFFFFF",
            background_color="#000000",
            height=SIZE,
            width=SIZE,
            drawing_mode="freedraw",
            initial_drawing=state["initial"],
            key=key,
        )
    content = result.json_data  # until the first stroke, what it was given
    if len(_objects(content)) > len(_objects(state["content"])):
        state["undone"] = []  # a new stroke: what was taken back is forgotten
    state["content"] = content
    _canvas_buttons()  # before anything that may go wrong with the drawing
    drawing = read_canvas(content, SIZE) if _objects(content) else None
    return drawing if drawing and drawing.strokes else None


def clear_canvas() -> None:
    """Begin with an empty canvas."""
    _replace([], [])


def undo_stroke() -> None:
    """Take the last stroke back."""
    state = _state()
    *kept, last = _objects(state["content"]) or [None]
    if last is not None:
        _replace(kept, [*state["undone"], last])


def redo_stroke() -> None:
    """Draw the stroke again that was taken back last."""
    state = _state()
    *left, last = state["undone"] or [None]
    if last is not None:
        _replace([*_objects(state["content"]), last], left)


def _canvas_buttons() -> None:
    """Show the buttons undo, redo and clear."""
    state = _state()
    drawn, undone = bool(_objects(state["content"])), bool(state["undone"])
    with st.container(horizontal=True, gap="small"):
        st.button(t("Undo"), key="draw_undo", icon=":material/undo:", on_click=undo_stroke, disabled=not drawn)
        st.button(t("Redo"), key="draw_redo", icon=":material/redo:", on_click=redo_stroke, disabled=not undone)
        st.button(t("Clear"), key="draw_clear", icon=":material/ink_eraser:", on_click=clear_canvas)


def _replace(objects: list[Any], undone: list[Any]) -> None:
    content = (_state()["content"] or {}) | {"objects": objects} if objects else None
    generation = _state()["generation"] + 1
    st.session_state["canvas"] = {"generation": generation, "content": content, "initial": content, "undone": undone}


def _objects(content: Any) -> list[Any]:
    objects = content.get("objects") if isinstance(content, dict) else None
    return objects if isinstance(objects, list) else []


def _state() -> dict[str, Any]:
    if "canvas" not in st.session_state:
        st.session_state["canvas"] = {"generation": 0, "content": None, "initial": None, "undone": []}
    state: dict[str, Any] = st.session_state["canvas"]
    return state

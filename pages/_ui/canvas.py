"""The drawing canvas: the only place that knows the canvas library.

Digits and clothes have a drawing each, so that a change of the network never reads a digit as a shoe.
"""

from typing import Any

import streamlit as st

from mnist_core.drawing import Drawing, fill_outline, read_canvas
from pages._ui.i18n import t

SIZE = 280  # pixels: ten for each pixel of an MNIST image, and it fits a phone
_NAMES = {"digits": "canvas", "clothes": "clothes"}
_OUTLINE = 4  # pixels: a filled shape is as large as its outline


def draw_canvas(pen: int, kind: str = "digits", *, shade: int = 255, fill: bool = False) -> Drawing | None:
    """Show the canvas with its buttons and return what is drawn on it; None while it is empty.

    The drawing survives page switches: its strokes are kept in the session and put back when the
    canvas appears anew. A canvas that is changed from outside (clear, undo, redo, filling) gets a new key.

    Parameters
    ----------
    pen : int
        Diameter in pixels.
    kind : {"digits", "clothes"}
    shade : int
        Grey value of what is drawn next, 0 to 255.
    fill : bool
        Fill what the next stroke goes around.
    """
    # Imported here: outside a running page the library can't be imported.
    from streamlit_drawable_canvas import st_canvas

    if fill:
        _fill_new_stroke(kind)
    state = _state(kind)
    key = _key(kind)
    if key not in st.session_state:  # the canvas is mounted now: give it what it had
        state["initial"] = state["content"]
    with st.container(border=True, width="content"):
        result = st_canvas(
            stroke_width=_OUTLINE if fill else pen,
            stroke_color=f"#{shade:02X}{shade:02X}{shade:02X}",
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
    _canvas_buttons(kind)  # before anything that may go wrong with the drawing
    drawing = read_canvas(content, SIZE) if _objects(content) else None
    return drawing if drawing and drawing.strokes else None


def clear_canvas(kind: str = "digits") -> None:
    """Begin with an empty canvas."""
    _replace(kind, [], [])


def put_on_canvas(content: dict[str, Any], kind: str) -> None:
    """Begin with a drawing as the canvas writes it."""
    _replace(kind, content["objects"], [])


def undo_stroke(kind: str = "digits") -> None:
    """Take the last stroke back."""
    state = _state(kind)
    *kept, last = _objects(state["content"]) or [None]
    if last is not None:
        _replace(kind, kept, [*state["undone"], last])


def redo_stroke(kind: str = "digits") -> None:
    """Draw the stroke again that was taken back last."""
    state = _state(kind)
    *left, last = state["undone"] or [None]
    if last is not None:
        _replace(kind, [*_objects(state["content"]), last], left)


def _fill_new_stroke(kind: str) -> None:
    """Fill what the stroke goes around that the canvas has just sent."""
    sent = st.session_state.get(_key(kind))
    drawing = sent.get("drawing") if sent is not None else None
    objects = _objects(drawing.get("raw") if drawing else None)
    if len(objects) > len(_objects(_state(kind)["content"])) and isinstance(objects[-1], dict):
        _replace(kind, [*objects[:-1], fill_outline(objects[-1])], [])


def _canvas_buttons(kind: str) -> None:
    """Show the buttons undo, redo and clear."""
    state = _state(kind)
    drawn, undone = bool(_objects(state["content"])), bool(state["undone"])
    with st.container(horizontal=True, gap="small"):
        st.button(
            t("Undo"), key="draw_undo", icon=":material/undo:", on_click=undo_stroke, args=(kind,), disabled=not drawn
        )
        st.button(
            t("Redo"), key="draw_redo", icon=":material/redo:", on_click=redo_stroke, args=(kind,), disabled=not undone
        )
        st.button(t("Clear"), key="draw_clear", icon=":material/ink_eraser:", on_click=clear_canvas, args=(kind,))


def _replace(kind: str, objects: list[Any], undone: list[Any]) -> None:
    content = (_state(kind)["content"] or {}) | {"objects": objects} if objects else None
    generation = _state(kind)["generation"] + 1
    st.session_state[_NAMES[kind]] = {
        "generation": generation,
        "content": content,
        "initial": content,
        "undone": undone,
    }


def _objects(content: Any) -> list[Any]:
    objects = content.get("objects") if isinstance(content, dict) else None
    return objects if isinstance(objects, list) else []


def _key(kind: str) -> str:
    return f"{_NAMES[kind]}_{_state(kind)['generation']}"


def _state(kind: str) -> dict[str, Any]:
    if _NAMES[kind] not in st.session_state:
        st.session_state[_NAMES[kind]] = {"generation": 0, "content": None, "initial": None, "undone": []}
    state: dict[str, Any] = st.session_state[_NAMES[kind]]
    return state

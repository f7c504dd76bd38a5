"""The drawing canvas: the only place that knows the canvas library."""

from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

SIZE = 280  # pixels: ten for each pixel of an MNIST image, and it fits a phone


def draw_canvas(pen: int) -> npt.NDArray[np.uint8] | None:
    """Show the canvas and return its picture, shape (280, 280, 4), RGBA; None while it is empty.

    The drawing survives page switches: its strokes are kept in the session and put back when the
    canvas appears anew. A cleared canvas gets a new key.
    """
    # Imported here: outside a running page the library can't be imported.
    from streamlit_drawable_canvas import st_canvas

    state = _state()
    key = f"canvas_{state['generation']}"
    if key not in st.session_state:  # the canvas is mounted now: give it what it had
        state["initial"] = state["strokes"]
    with st.container(border=True, width="content"):
        result = st_canvas(
            stroke_width=pen,
            stroke_color="#FFFFFF",
            background_color="#000000",
            height=SIZE,
            width=SIZE,
            drawing_mode="freedraw",
            initial_drawing=state["initial"],
            return_image_data=True,
            key=key,
        )
    if result.json_data is not None and result.image_data is not None:
        state["strokes"] = result.json_data
        state["image"] = result.image_data if result.json_data.get("objects") else None
    image: npt.NDArray[np.uint8] | None = state["image"]
    return image


def clear_canvas() -> None:
    """Begin with an empty canvas."""
    generation = _state()["generation"] + 1
    st.session_state["canvas"] = _empty(generation)


def _state() -> dict[str, Any]:
    if "canvas" not in st.session_state:
        st.session_state["canvas"] = _empty(0)
    state: dict[str, Any] = st.session_state["canvas"]
    return state


def _empty(generation: int) -> dict[str, Any]:
    return {"generation": generation, "strokes": None, "initial": None, "image": None}

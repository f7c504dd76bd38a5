"""What is on a canvas of this session.

Datasets with other classes have a drawing each, so that a change of the network never reads a digit as a shoe.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import streamlit as st

from mnist_core.drawing import Drawing, Part, prepare_parts, read_canvas
from mnist_core.errors import EmptyImageError

SIZE = 280  # side of a drawing: ten units for each pixel of an MNIST image
_OUTLINE = 4  # units: a filled shape is as large as its outline
FINE = 2  # pixels of the canvas for each unit, so that lines are crisp where the canvas is shown large


@dataclass(frozen=True)
class Drawn:
    """What is on a canvas.

    Attributes
    ----------
    drawing : Drawing
        On a canvas of `SIZE` units.
    parts : tuple of Part
        Its digits from left to right, or one thing, made ready for a network.
    """

    drawing: Drawing
    parts: tuple[Part, ...]


def read_drawn(state: dict[str, Any], reader: str) -> Drawn | None:
    """Return what is on the canvas, read and prepared once for each change of it; None where all of it is erased."""
    objects = objects_of(state["content"])
    if state["read"] is None or state["read"][0] is not objects:
        state["read"] = (objects, read_objects(objects, reader) if objects else None)
    read: Drawn | None = state["read"][1]
    return read


def read_objects(objects: list[Any], reader: str) -> Drawn | None:
    """Return what the canvas's objects show, prepared; None where they leave no ink. Raises `ImageError`."""
    drawing = read_canvas({"objects": objects}, FINE * SIZE).scaled(1 / FINE)
    with suppress(EmptyImageError):
        return Drawn(drawing, prepare_parts(drawing, SIZE, reader))
    return None


def line_width(pen: int, *, fill: bool) -> int:
    """Return how wide the canvas draws with a pen, in its own pixels; an outline to be filled is thin."""
    return FINE * (_OUTLINE if fill else pen)


def state_of(collection: str) -> dict[str, Any]:
    """Return what the session knows of the canvas for a collection, see `DatasetSpec`.

    ``before`` and ``undone`` hold the drawings of the steps that undo and redo go to, the next one last; they share
    their strokes. ``read`` is what was read last, with the strokes that it was read from.
    """
    state: dict[str, Any] = st.session_state.setdefault(f"canvas_{collection}", {})
    empty: dict[str, Any] = {
        "generation": 0,
        "content": None,
        "initial": None,
        "before": [],
        "undone": [],
        "read": None,
    }
    for name, value in empty.items():
        state.setdefault(name, value)
    return state


def objects_of(content: Any) -> list[Any]:
    objects = content.get("objects") if isinstance(content, dict) else None
    return objects if isinstance(objects, list) else []


def key_of(collection: str) -> str:
    return f"canvas_{collection}_{state_of(collection)['generation']}"

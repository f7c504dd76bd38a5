"""The steps that undo and redo take on a canvas of this session."""

from contextlib import suppress
from typing import Any

import streamlit as st

from mnist_core.drawing import Sample, fill_outline, read_canvas
from mnist_core.errors import ImageError
from pages._ui.canvas.state import FINE, SIZE, key_of, objects_of, state_of

_MOST_STEPS = 50  # so many can be taken back
_MOST_HELD = 15_000  # commands of all their strokes together: two of the longest drawings, several megabytes


def clear_canvas(collection: str) -> None:
    """Begin with an empty canvas; what was on it comes back with undo."""
    _put(collection, [])


def put_on_canvas(sample: Sample, pen: int) -> None:
    """Begin with a drawing that is there already; what was on the canvas comes back with undo."""
    _put(sample.collection, sample.on_canvas(pen, scale=FINE)["objects"])


def undo_stroke(collection: str) -> None:
    """Take the last step back: a stroke, or whatever replaced the drawing."""
    state = state_of(collection)
    if state["before"]:
        *before, last = state["before"]
        _replace(collection, last, before, [*state["undone"], objects_of(state["content"])])


def redo_stroke(collection: str) -> None:
    """Do the step again that was taken back last."""
    state = state_of(collection)
    if state["undone"]:
        *left, last = state["undone"]
        _replace(collection, last, [*state["before"], objects_of(state["content"])], left)


def fill_new_stroke(collection: str) -> None:
    """Fill what the stroke goes around that the canvas has just sent."""
    sent = st.session_state.get(key_of(collection))
    drawing = sent.get("drawing") if sent is not None else None
    objects = objects_of(drawing.get("raw") if drawing else None)
    if len(objects) > len(objects_of(state_of(collection)["content"])) and isinstance(objects[-1], dict):
        _put(collection, [*objects[:-1], fill_outline(objects[-1])])


def take(content: Any, state: dict[str, Any]) -> None:
    """Remember what the canvas sent; each stroke that came is a step that can be taken back."""
    known, now = objects_of(state["content"]), objects_of(content)
    if now == known:
        return
    if len(now) > len(known):
        now = [*known, *now[len(known) :]]  # the steps share their strokes, so that they cost nothing
        several = len(now) > len(known) + 1
        steps = [now[:n] for n in range(len(known) + 1, len(now))] if several and _is_readable(now) else []
        state["before"] = _latest([*state["before"], *_worth_keeping(state), *steps])
        state["undone"] = []  # what was taken back is forgotten
    state["content"] = content | {"objects": now}


def _put(collection: str, objects: list[Any]) -> None:
    """Replace the drawing, which is a step that can be taken back."""
    state = state_of(collection)
    if objects or objects_of(state["content"]):
        _replace(collection, objects, _latest([*state["before"], *_worth_keeping(state)]), [])


def _is_readable(objects: list[Any]) -> bool:
    with suppress(ImageError):
        read_canvas({"objects": objects}, FINE * SIZE)
        return True
    return False


def _worth_keeping(state: dict[str, Any]) -> list[list[Any]]:
    """Return what is on the canvas as a step to go back to; no step where it could not be read, as it may be huge."""
    objects = objects_of(state["content"])
    readable = not objects or (state["read"] is not None and state["read"][0] is objects)
    return [objects] if readable else []


def _latest(steps: list[list[Any]]) -> list[list[Any]]:
    """Return the latest steps, as many as may be held; a stroke that several of them share counts once."""
    kept: list[list[Any]] = []
    seen: dict[int, int] = {}
    for step in reversed(steps[-_MOST_STEPS:]):
        seen |= {id(stroke): len(stroke["path"]) for stroke in step}
        if sum(seen.values()) > _MOST_HELD:
            break
        kept.append(step)
    return kept[::-1]


def _replace(collection: str, objects: list[Any], before: list[list[Any]], undone: list[list[Any]]) -> None:
    state = state_of(collection)
    content = (state["content"] or {}) | {"objects": objects} if objects else None
    state |= {
        "generation": state["generation"] + 1,
        "content": content,
        "initial": content,
        "before": before,
        "undone": undone,
    }

"""The wall: one tile a pupil, all at one glance."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from mnist_core.classroom import WallTile
from mnist_core.lessons import Lesson, lessons
from mnist_core.settings import get_settings
from mnist_core.store import RunState
from mnist_core.text import Sentence
from pages._ui.one_run.badges import STATE_NAMES
from pages._ui.shell import i18n
from pages._ui.shell.i18n import name_of, t

ORDERS: Mapping[str, Sentence] = {
    "joined": Sentence("As they came"),
    "name": Sentence("By name"),
    "accuracy": Sentence("By accuracy"),
    "step": Sentence("By step of the lesson"),
}
_KEYS: Mapping[str, Callable[[WallTile], Any]] = {
    "name": lambda tile: tile.pupil.nickname.casefold(),
    "accuracy": lambda tile: -(tile.accuracy or 0.0),
}
_NO_RUN = "none"
_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def known_lessons() -> dict[str, Lesson]:
    """Return the lessons by their ids, in the visitor's language."""
    found, _ = lessons(i18n.current().language, get_settings())
    return {lesson.id: lesson for lesson in found}


def show_tiles(tiles: Sequence[WallTile], order: str, known: Mapping[str, Lesson], *, named: bool) -> None:
    """Show the tiles in an order of `ORDERS`; they change in place.

    Where names shall not be seen, pupils have numbers: as they came, so that each keeps theirs in any order.
    """
    component = st.components.v2.component(
        "wall", html='<ul class="lab-wall" role="list"></ul>', js=_JS, isolate_styles=False
    )
    numbered = list(enumerate(tiles, start=1))
    if order == "step":
        numbered.sort(key=lambda one: _place(one[1], known), reverse=True)
    elif order in _KEYS and (named or order != "name"):  # the alphabet would tell who is who
        numbered.sort(key=lambda one: _KEYS[order](one[1]))
    shown = [
        {"number": number} | _shown(tile, tile.pupil.nickname if named else t("Pupil {number}", number=number), known)
        for number, tile in numbered
    ]
    component(key="classroom_wall", data={"tiles": shown, "name": t("The wall")})


def _shown(tile: WallTile, name: str, known: Mapping[str, Lesson]) -> dict[str, Any]:
    """Return a tile in words; nothing else of a pupil reaches the browser."""
    run = tile.run
    return {
        "name": name,
        "kind": _NO_RUN if run is None else run.state.value,
        "state": t("Nothing trained yet") if run is None else _state_words(tile, run.state),
        "curve": tile.curve,
        "accuracy": "" if tile.accuracy is None else t.number(tile.accuracy, ".1%"),
        "run": "" if run is None else name_of(run),
        "link": f"train?run={run.id}" if run is not None and run.shared else "",
        "step": _step_words(tile, known),
    }


def _state_words(tile: WallTile, state: RunState) -> str:
    if tile.is_replay:
        return t("Watches a replay")
    words = t(STATE_NAMES[state])
    if state in (RunState.RUNNING, RunState.PAUSED):
        return f"{words} · {t.number(tile.fraction, '.0%')}"
    return words


def _step_words(tile: WallTile, known: Mapping[str, Lesson]) -> str:
    lesson = known.get(tile.lesson or "")
    if lesson is None:
        return ""
    return t(
        "Lesson {lesson}: step {number} of {steps}",
        lesson=lesson.number,
        number=_at(tile, lesson),
        steps=len(lesson.steps),
    )


def _at(tile: WallTile, lesson: Lesson) -> int:
    ids = [step.id for step in lesson.steps]
    return ids.index(tile.step) + 1 if tile.step in ids else 1


def _place(tile: WallTile, known: Mapping[str, Lesson]) -> tuple[int, int]:
    lesson = known.get(tile.lesson or "")
    return (0, 0) if lesson is None else (lesson.number, _at(tile, lesson))

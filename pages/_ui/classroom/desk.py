"""The teacher's desk: the code for the projector, the wall, what is said to all, and the end."""

from collections.abc import Callable, Mapping

import streamlit as st

from mnist_core.classroom import WallTile, wall
from mnist_core.store import Classroom, shared_store
from mnist_core.text import plain
from pages._ui.classroom.nicknames import nicknames
from pages._ui.classroom.settings_and_end import settings_and_end
from pages._ui.classroom.tiles import ORDERS, known_lessons, show_tiles
from pages._ui.classroom.voice import voice
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.offered_link import base_address, offer_link, reach_note
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t

_LOOK = 2.0  # seconds between two looks at the wall


def desk(taught: Mapping[str, Classroom]) -> None:
    """Show the desk of a classroom that is taught here, by their secrets; the last one to begin with."""
    places = list(taught)
    at = len(places) - 1
    if len(places) > 1:
        at = st.selectbox(
            t("Class"),
            range(len(places)),
            index=at,
            format_func=lambda place: taught[places[place]].name,
            key=f"classroom_taught_{len(places)}",
            width=320,
        )
    secret, classroom = places[at], taught[places[at]]
    views: Mapping[str, tuple[str, Callable[[str, Classroom], None]]] = {
        "code": (t("The code"), _code),
        "wall": (t("The wall"), _wall),
        "pupils": (t("The pupils"), nicknames),
        "settings": (t("Settings and end"), settings_and_end),
    }
    st.header(plain(classroom.name), anchor=False)
    chosen = st.segmented_control(
        t("Show"),
        list(views),
        default="code",
        required=True,
        format_func=lambda view: views[view][0],
        key="classroom_view",
        label_visibility="collapsed",
        persist_state="session",
    )
    views[chosen][1](secret, classroom)


def _code(secret: str, classroom: Classroom) -> None:
    """Show what pupils need, as large as the room wants it."""
    address = f"{base_address()}/classroom"
    with st.container(border=True, key="classroom_code_card"):
        st.markdown(t("Open **{address}** and type:", address=plain(address)))
        st.html(f'<p class="lab-code">{"".join(f"<span>{word}</span> " for word in classroom.code.split("-"))}</p>')
        st.caption(t("Or send this link, which has the code:"))
        offer_link(f"{address}?code={classroom.code}", "classroom_link", t("Join a class"))
        reach_note()

    @st.fragment(run_every=_LOOK)
    @errors_in_words()
    def joined() -> None:
        n = len(shared_store().classrooms.pupils(secret))
        st.markdown(t.plural("**{n:,}** pupil has joined.", "**{n:,}** pupils have joined.", n))

    joined()


def _wall(secret: str, classroom: Classroom) -> None:
    voice(secret, classroom)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order = st.selectbox(
            t("Order"), list(ORDERS), format_func=lambda key: t(ORDERS[key]), key="classroom_order", width=240
        )
        named = st.toggle(t("Show names"), True, key="classroom_named")
    known = known_lessons()

    @st.fragment(run_every=_LOOK)
    @errors_in_words()
    def body() -> None:
        tiles = wall(shared_store(), secret)
        if not tiles and shared_store().classrooms.of_secret(secret) is None:
            st.rerun()  # it was deleted elsewhere
        if not tiles:
            st.markdown(t("Nobody has joined yet. The code is under “The code”."))
            return
        show_tiles(tiles, order, known, named=named)

    body()
    csv_button(lambda: _table(wall(shared_store(), secret)), "classroom", of=[])


def _table(tiles: list[WallTile]) -> dict[str, list[object]]:
    """Return the wall as columns, to keep beyond the class."""
    return {
        "pupil": [tile.pupil.nickname for tile in tiles],
        "run": [None if tile.run is None else tile.run.name for tile in tiles],
        "state": [None if tile.run is None else tile.run.state.value for tile in tiles],
        "accuracy": [tile.accuracy for tile in tiles],
        "lesson": [tile.lesson for tile in tiles],
        "step": [tile.step for tile in tiles],
    }

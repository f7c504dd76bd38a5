"""The classroom that a visitor is in: what every page shows of it."""

import time
from contextlib import suppress

import streamlit as st

from mnist_core.errors import StorageError
from mnist_core.store import Classroom, Pupil, shared_store
from mnist_core.text import plain
from pages._ui.shell import identity
from pages._ui.shell.i18n import t

TEACHES = "teaches"  # the secrets of the classes that are taught from this browser
_KNOWN, _NAMES, _KNOWN_SECONDS = "classroom_known", "classroom_names", 5.0
_LOOK = 3.0  # seconds between two looks whether the teacher says something
Place = tuple[Classroom, Pupil]


def own_place(*, now: bool = False) -> Place | None:
    """Return the classroom that the visitor is in, and the visitor as its pupil; as it was up to 5 s ago, or `now`."""
    owner = identity.owner()
    known: tuple[str, float, Place | None] | None = st.session_state.get(_KNOWN)
    if now or known is None or known[0] != owner or time.monotonic() > known[1]:
        known = owner, time.monotonic() + _KNOWN_SECONDS, shared_store().classrooms.of_pupil(owner)
        st.session_state[_KNOWN] = known
    return known[2]


def forget_place() -> None:
    """Ask again at once: the visitor joined, or left."""
    st.session_state.pop(_KNOWN, None)


def taught_names() -> dict[str, str]:
    """Return the nicknames of the pupils who are taught from this browser, by the owners of runs; kept for 5 s."""
    secrets: list[str] = st.session_state.get(TEACHES, [])
    known: tuple[list[str], float, dict[str, str]] | None = st.session_state.get(_NAMES)
    if known is None or known[0] != secrets or time.monotonic() > known[1]:
        classrooms = shared_store().classrooms
        names = {pupil.owner: pupil.nickname for secret in secrets for pupil in classrooms.pupils(secret)}
        known = secrets, time.monotonic() + _KNOWN_SECONDS, names
        st.session_state[_NAMES] = known
    return known[2]


def classroom_notice() -> None:
    """Show pupils what their teacher says, on every page and as soon as it is said."""
    with st.container(key="classroom_notice"), suppress(StorageError):  # the page below says what is wrong
        if own_place() is None:
            return

        @st.fragment(run_every=_LOOK)
        def body() -> None:
            with suppress(StorageError):
                _say(own_place(now=True))

        body()


def _say(place: Place | None) -> None:
    if place is None:
        return
    classroom, _ = place
    if classroom.message:
        st.warning(f"**{plain(classroom.message)}**", icon=":material/campaign:")
    if classroom.paused:
        st.info(t("Your teacher has paused all trainings. They go on later."), icon=":material/pause_circle:")

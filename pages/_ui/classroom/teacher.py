"""The teacher's secrets: a browser that opened a class, or a teacher's link, keeps them and tells the page."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from mnist_core.store import Classroom, shared_store
from pages._ui.shell.membership import TEACHES

_TO_KEEP = "teaches_to_keep"
_MOST, _MOST_LETTERS = 20, 100  # classes that one browser teaches, and letters of a secret
# The browser keeps them, not a cookie: no request carries them, and nobody who gets at a cookie teaches. In a link it
# is behind the "#", which browsers send to no server, and it is gone from the address at once: that is on the
# projector. Nobody guesses 256 random bits, so nobody who tries has to wait, and none who teaches is kept waiting.
_JS = """
export default function ({ data, setTriggerValue }) {
  const name = 'mnist-lab-teaches';
  let kept = [];
  try {
    if (data.keep) localStorage.setItem(name, JSON.stringify(data.keep));
    kept = JSON.parse(localStorage.getItem(name) ?? '[]');
  } catch { /* a frame without storage: until the page is closed */ }
  const look = () => {
    const opened = new URLSearchParams(location.hash.slice(1)).get('teach');
    if (opened !== null) {
      history.replaceState(history.state, '', location.pathname + location.search);
      setTriggerValue('secrets', [...kept, opened]);
    } else if (!data.has && kept.length) {
      setTriggerValue('secrets', kept);
    }
  };
  look();
  window.addEventListener('hashchange', look);
  return () => window.removeEventListener('hashchange', look);
}
"""


def taught_here() -> dict[str, Classroom]:
    """Return the classes that are taught from this browser by their secrets, the one to show last."""
    before: list[str] = st.session_state.get(TEACHES, [])
    taught = _open_ones(before)
    if list(taught) != before:  # one is over
        _set(list(taught))
    component = st.components.v2.component("teacher", html="<span></span>", js=_JS, isolate_styles=False)
    with st.container(key="teacher"):
        told = component(
            key="teacher_component",
            data={"has": bool(taught), "keep": st.session_state.pop(_TO_KEEP, None)},
            on_secrets_change=_noticed,
            height=1,
        )
    if (found := _secrets_of(told.secrets)) is not None:
        _set([*taught, *_open_ones(found)])
        st.rerun()  # for the browser to keep them
    return taught


def teach(secret: str) -> None:
    """Teach the classroom with this secret too from now on, and show it."""
    _set([*st.session_state.get(TEACHES, []), secret])


def forget(secret: str) -> None:
    """Teach the classroom with this secret in this browser no more."""
    _set([other for other in st.session_state.get(TEACHES, []) if other != secret])


def _set(secrets: Sequence[str]) -> None:
    # What comes last is shown, so of one that is there twice the later place counts.
    latest = list(dict.fromkeys(reversed(secrets)))[:_MOST]
    st.session_state[TEACHES] = st.session_state[_TO_KEEP] = latest[::-1]


def _secrets_of(told: Any) -> list[str] | None:
    """Return what the browser told; None where it told nothing, or what it never would."""
    if not isinstance(told, list) or not told:
        return None
    return [one for one in told[-_MOST:] if isinstance(one, str) and len(one) <= _MOST_LETTERS]


def _noticed() -> None:
    """Do nothing: the page runs again, and has the secrets."""


def _open_ones(secrets: Sequence[str]) -> dict[str, Classroom]:
    """Return the classes that secrets open, without those that open nothing, or nothing any more."""
    found = {secret: shared_store().classrooms.of_secret(secret) for secret in secrets}
    return {secret: classroom for secret, classroom in found.items() if classroom is not None}

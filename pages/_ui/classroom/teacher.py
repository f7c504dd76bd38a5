"""The teacher's secret: the browser that opened a classroom, or its teacher's link, keeps it and tells the page."""

import streamlit as st

from mnist_core.gateway import ADDRESS_HEADER, Tries
from mnist_core.store import shared_store

_SECRET, _LOOKED_AT, _TO_KEEP, _GONE = "teaches", "teaches_looked_at", "teaches_to_keep", "teaches_gone"
# Nobody guesses 256 random bits; out-of-date links of a staff room keep nobody out.
_tries = Tries(of_address=(1.0, 60.0), of_all=(20.0, 2000.0))
# The browser keeps it, not a cookie: no request carries it, and nobody who gets at a cookie teaches. In a link it is
# behind the "#", which browsers send to no server, and it is gone from the address at once: that is on the projector.
_JS = """
export default function ({ data, setTriggerValue }) {
  const kept = 'mnist-lab-teaches';
  let store = null;
  try { store = window.localStorage; } catch { /* a frame without storage: until the page is closed */ }
  if (data.keep) store?.setItem(kept, data.keep);
  if (data.forget) store?.removeItem(kept);
  const look = () => {
    const opened = new URLSearchParams(location.hash.slice(1)).get('teach');
    if (opened !== null) {
      history.replaceState(history.state, '', location.pathname + location.search);
      setTriggerValue('secret', opened);
    } else if (!data.has && !data.forget && store?.getItem(kept)) {
      setTriggerValue('secret', store.getItem(kept));
    }
  };
  look();
  window.addEventListener('hashchange', look);
  return () => window.removeEventListener('hashchange', look);
}
"""


def teacher_secret() -> str | None:
    """Return the secret of the classroom that is taught from this browser; None where none is, or not any more."""
    secret: str | None = st.session_state.get(_SECRET)
    component = st.components.v2.component("teacher", html="<span></span>", js=_JS, isolate_styles=False)
    with st.container(key="teacher"):
        told = component(
            key="teacher_component",
            data={
                "has": secret is not None,
                "keep": st.session_state.pop(_TO_KEEP, None),
                "forget": st.session_state.pop(_GONE, False),
            },
            on_secret_change=_noticed,
            height=1,
        )
    if isinstance(told.secret, str) and told.secret != secret and _opens(told.secret):
        secret = told.secret
        keep(secret)
    if secret is not None and shared_store().classrooms.of_secret(secret) is None:
        forget()  # it is over
        return None
    return secret


def keep(secret: str) -> None:
    """Teach the classroom with this secret from now on, in this browser."""
    st.session_state[_SECRET] = st.session_state[_TO_KEEP] = secret


def forget() -> None:
    """Teach nothing in this browser any more."""
    for key in (_SECRET, _TO_KEEP):
        st.session_state.pop(key, None)
    st.session_state[_GONE] = True


def _noticed() -> None:
    """Do nothing: the page runs again, and has the secret."""


def _opens(secret: str) -> bool:
    """Return whether there is a classroom with this secret; the same one counts once, however often its page runs."""
    last, answer = st.session_state.get(_LOOKED_AT, (None, False))
    if last != secret:
        address = str(st.context.headers.get(ADDRESS_HEADER, ""))
        answer, _ = _tries.check(address, lambda: shared_store().classrooms.of_secret(secret) is not None)
        st.session_state[_LOOKED_AT] = (secret, answer)
        if not answer:
            st.session_state[_GONE] = True
    return bool(answer)

"""Who this browser is: itself by its cookie, or the visitor whose personal link was opened in it."""

import hashlib
import secrets
import time

import streamlit as st

from mnist_core.errors import StorageError
from mnist_core.gateway import VISITOR_COOKIE
from mnist_core.store import shared_store

_SECRET, _KNOWN_AS, _KNOWN_SECONDS = "session_secret", "known_as", 5.0


def browser() -> str:
    """Return what this browser is known as by itself: a hash of its cookie, or of this session where it keeps none."""
    secret = st.context.cookies.get(VISITOR_COOKIE)
    if secret is None:
        secret = st.session_state.setdefault(_SECRET, secrets.token_urlsafe(24))
    return hashlib.sha256(secret.encode()).hexdigest()[:32]


def owner() -> str:
    """Return the visitor's id: this browser's, or that of the visitor whose personal link was opened in it."""
    browser_id, now = browser(), time.monotonic()
    known: tuple[str, str, float] | None = st.session_state.get(_KNOWN_AS)
    if known is None or known[0] != browser_id or now > known[2]:
        # Asked again soon: the link may be switched off in another browser.
        try:
            known = browser_id, shared_store().links.known_as(browser_id), now + _KNOWN_SECONDS
        except StorageError:  # a database that is away makes nobody of a visitor
            if known is None or known[0] != browser_id:
                raise
        st.session_state[_KNOWN_AS] = known
    return known[1]


def is_joined() -> bool:
    """Whether this browser came by a personal link, so that its visitor is another one than by its own cookie."""
    return owner() != browser()


def begin_anew() -> None:
    """Forget all that this session holds, since its visitor is another one from now on; for a button's callback."""
    secret = st.session_state.get(_SECRET)
    st.session_state.clear()
    if secret is not None:
        st.session_state[_SECRET] = secret

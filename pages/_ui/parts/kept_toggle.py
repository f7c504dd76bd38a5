"""A switch for something that is kept elsewhere, where another tab may change it too."""

from collections.abc import Callable

import streamlit as st

from pages._ui.shell.errors import errors_in_words


def kept_toggle(words: str, value: bool, key: str, change: Callable[[bool], None], *, explanation: str) -> None:
    """Show a switch, and keep what a click makes of it at once.

    What is kept may change under an open page; there is another switch then. The one that is there is never set: what
    the page says of it may reach the browser after a click, and would take that back.

    Parameters
    ----------
    words, explanation : str
        Translated.
    value : bool
        As it is kept now.
    key : str
        Names the switch; each further one has a number too.
    change : callable
        Keeps what was chosen. What it raises is shown in words.
    """
    known, number = st.session_state.get(f"{key}_known", (value, 0))
    if known != value:
        number += 1
    st.session_state[f"{key}_known"] = (value, number)
    name = f"{key}_{number}" if number else key
    st.toggle(words, value, key=name, help=explanation, on_change=_clicked, args=(key, number, name, change))


def _clicked(key: str, number: int, name: str, change: Callable[[bool], None]) -> None:
    wanted = st.session_state[name]
    st.session_state[f"{key}_known"] = (wanted, number)  # where it can't be kept, another switch will say so
    with errors_in_words():
        change(wanted)

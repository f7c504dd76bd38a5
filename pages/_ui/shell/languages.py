"""The switch to another language, at the head of every page."""

from functools import lru_cache

import streamlit as st

from mnist_core.text import languages
from pages._ui.shell import i18n
from pages._ui.shell.i18n import t


def language_switch() -> None:
    """Offer the other languages, each by its own name."""
    others = [code for code in languages() if code != i18n.current().language]
    if not others:
        return
    with st.container(key="languages"):
        if len(others) == 1:
            _button(others[0])
            return
        with st.popover(t("Language"), icon=":material/language:", type="tertiary"):
            for code in others:
                _button(code)


def _button(code: str) -> None:
    st.button(_name(code), key=f"language_{code}", type="tertiary", on_click=i18n.choose, args=(code,))


@lru_cache(maxsize=16)
def _name(code: str) -> str:
    """Return what a language calls itself: ``Deutsch``."""
    from babel import Locale

    return (Locale.parse(code).get_display_name() or code).capitalize()

"""The one way by which words reach the screen."""

from typing import Any

import streamlit as st

from mnist_core.text import Translator, translator


def current() -> Translator:
    """Return the visitor's translator: ``?lang=`` first, then the browser's language."""
    code = st.query_params.get("lang") or st.session_state.get("lang") or (st.context.locale or "en")
    st.session_state["lang"] = code
    return translator(code[:2].lower())


def t(sentence: str, /, **values: Any) -> str:
    """Return a sentence in the visitor's language with its placeholders filled in."""
    return current()(sentence, **values)


def term(term_id: str, sentence: str = "") -> str:
    """Return a help text: a sentence of its own, then the glossary's one about the term."""
    from mnist_core.text import glossary

    entry = glossary()[term_id]
    return " ".join(
        part for part in (t(sentence) if sentence else "", f"**{t(entry.title)}:** {t(entry.short)}") if part
    )

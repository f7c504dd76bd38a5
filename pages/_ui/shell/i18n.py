"""The one way by which words reach the screen.

Streamlit's own words (1.67) are English, and nothing sets them: of file uploaders ("Upload", "10MB per file") and the
camera, of boxes that list choices ("Select all", "No results"; what an empty box says is our `placeholder`), "Press
Enter to apply", the toolbars and menus of tables and pictures, "Running..." and "Connecting". What its buttons without
words are called, `pages._ui.shell.frame` says. Its forms of numbers and dates follow the browser's languages, those in
the style of C none: see `number_format`. A field for a number takes and shows a point.
"""

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

from mnist_core.config.wording import run_name
from mnist_core.gateway import LANGUAGE_COOKIE
from mnist_core.store import RunRecord
from mnist_core.store.listing import RunRow
from mnist_core.text import SOURCE_LANGUAGE, Sentence, Translator, Words, translator

_CHOSEN, _MOST_LETTERS = "lang", 40


class _Asked(threading.local):
    """For which page a thread was asked last, and the answer."""

    by: ScriptRunContext | None = None
    address = ""
    found: Translator | None = None


_last = _Asked()


def current() -> Translator:
    """Return the visitor's translator: ``?lang=`` first, then what was chosen, then the browser's language.

    A page asks for it with every sentence, so a thread remembers it for the address of the page that it runs.
    """
    context = get_script_run_ctx(suppress_warning=True)
    address = "" if context is None else context.query_string
    if context is not None and _last.by is context and _last.address == address and _last.found is not None:
        return _last.found
    if "lang" in st.query_params:
        st.session_state[_CHOSEN] = st.query_params["lang"][:_MOST_LETTERS]
    found = translator(chosen() or st.context.cookies.get(LANGUAGE_COOKIE) or st.context.locale or SOURCE_LANGUAGE)
    _last.by, _last.address, _last.found = context, address, found
    return found


def chosen() -> str | None:
    """Return the language that was asked for in this session, by the switch or ``?lang=``; None where none was."""
    return st.session_state.get(_CHOSEN)


def choose(language: str) -> None:
    """Say everything in another language from now on; for a button's callback."""
    st.query_params.pop("lang", None)
    st.session_state[_CHOSEN] = language
    _last.found = None


class _Words:
    """The visitor's translator, asked anew each time: `mnist_core.text.Translator` says what its methods do."""

    def __call__(self, words: Words, /, **values: Any) -> str:
        return current()(words, **values)

    def plural(self, one: Sentence, many: Sentence, n: int, /, **values: Any) -> str:
        return current().plural(one, many, n, **values)

    def number(self, value: float, spec: str = ",d") -> str:
        return current().number(value, spec)

    def all_of(self, parts: Sequence[str]) -> str:
        return current().all_of(parts)

    def duration(self, seconds: float) -> str:
        return current().duration(seconds)

    def size(self, n_bytes: int) -> str:
        return current().size(n_bytes)

    def moment(self, when: datetime) -> str:
        return current().moment(when)


t = _Words()


def number_format(english: str, elsewhere: str = "localized") -> str:
    """Return how Streamlit writes a number or a date in a table or at a slider.

    Parameters
    ----------
    english : str
        In the style of C or of moment.js: the same in every browser, so it is for English.
    elsewhere : str
        One of Streamlit's forms. They follow the languages of the browser, which are the page's unless ``?lang=`` is
        another, and ``step`` would cut digits off instead of rounding.
    """
    return english if current().language == SOURCE_LANGUAGE else elsewhere


def name_of(run: RunRecord | RunRow) -> str:
    """Return what a run is called, in the visitor's language where the program gave it its name."""
    return run_name(run.name, run.recipe, bool(run.shipped), current())


def class_words(names: Iterable[Sentence]) -> tuple[str, ...]:
    """Return what classes are called in the visitor's language; files that are taken away have the English names."""
    return tuple(map(current(), names))


def term(term_id: str, sentence: Sentence = "") -> str:
    """Return a help text: a sentence of its own, then the glossary's one about the term."""
    from mnist_core.text import glossary

    entry = glossary()[term_id]
    return " ".join(
        part for part in (t(sentence) if sentence else "", f"**{t(entry.title)}:** {t(entry.short)}") if part
    )

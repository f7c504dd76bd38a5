"""Every term, explained."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import streamlit as st

from mnist_core.text import Term, Translator, glossary, languages, translator
from pages._ui.parts.components import page_header
from pages._ui.shell import i18n
from pages._ui.shell.i18n import t


@dataclass(frozen=True)
class Entry:
    """What is looked through of one term, and what is shown of it.

    Attributes
    ----------
    names : frozenset of str
        What it is called in all languages.
    text : str
        Its names, and all words about it in the visitor's language.
    markdown : str
        What is shown.
    """

    names: frozenset[str]
    text: str
    markdown: str

    def fits(self, words: list[str]) -> tuple[bool, int]:
        """Return how well words name the term, the best first: by one of its names, by how many words of them."""
        elsewhere = sum(not any(word in name for name in self.names) for word in words)
        return " ".join(words) not in self.names, elsewhere


@lru_cache(maxsize=8)
def entries(t: Translator) -> tuple[Entry, ...]:
    """Return all terms in a language, sorted by their titles there; they never change."""
    found = []
    for term in sorted(glossary().values(), key=lambda term: t(term.title).casefold()):
        called = frozenset(names(term))
        text = " ".join((*called, t(term.short), t(term.long))).casefold()
        found.append(Entry(called, text, "\n\n".join(parts(term, t))))
    return tuple(found)


def names(term: Term) -> Iterator[str]:
    """Yield what a term is called in every language, also without blanks and hyphens, which not everybody writes."""
    for words in map(translator, languages()):
        said = f"{words(term.title)}, {words(term.also) if term.also else ''}"
        for name in filter(None, (part.strip().casefold() for part in re.split("[`(),]", said))):
            yield name
            yield re.sub(r"[\s-]", "", name)


def parts(term: Term, t: Translator) -> Iterator[str]:
    """Yield what is shown of a term, each a block of Markdown."""
    yield f'<h2 data-anchor="{term.id}">{escape(t(term.title))}</h2>'
    if term.also:
        yield f":small[:gray[{t('Also called: {names}', names=t(term.also))}]]"
    yield f"**{t(term.short)}** {t(term.long)}"
    if term.formula:
        yield f"$$\n{term.formula}\n$$"
    if term.picture:
        named = f'<svg role="img" aria-label="{escape(t(term.alt))}"'
        yield f'<div class="lab-term">{term.svg.replace("<svg", named, 1)}</div>'
    if term.see_also:
        links = ", ".join(f"[{t(glossary()[other].title)}](#{other})" for other in term.see_also)
        yield f":small[{t('See also: {links}', links=links)}]"


page_header(t("Glossary"), t("Every word on these pages that you may not know, in plain language."))
wanted = st.text_input(t("Search"), key="glossary_search", placeholder=t("for example: dropout")).casefold().split()
found = [entry for entry in entries(i18n.current()) if all(word in entry.text for word in wanted)]
if found:
    found.sort(key=lambda entry: entry.fits(wanted))
    # One message, whose headings are HTML to have names of their own for links.
    st.markdown("\n\n".join(entry.markdown for entry in found), unsafe_allow_html=True)
else:
    st.info(t("No entry has these words. Try a shorter one."), icon=":material/search_off:")

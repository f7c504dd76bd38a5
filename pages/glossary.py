"""Every term, explained."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape

import streamlit as st

from mnist_core.text import Translator, glossary, languages, translator
from pages._ui.parts.components import page_header
from pages._ui.shell import i18n
from pages._ui.shell.i18n import t


@dataclass(frozen=True, order=True)
class Entry:
    """What is looked through, the title first, in whatever language, and what is shown of one term."""

    text: str
    markdown: str


@lru_cache(maxsize=8)
def entries(t: Translator) -> tuple[Entry, ...]:
    """Return all terms in a language; they never change."""
    terms = glossary()
    found = []
    for term in terms.values():
        title, short, long = t(term.title), t(term.short), t(term.long)
        markdown = f'<h2 data-anchor="{term.id}">{escape(title)}</h2>\n\n**{short}** {long}'
        if term.see_also:
            links = ", ".join(f"[{t(terms[other].title)}](#{other})" for other in term.see_also)
            markdown += f"\n\n:small[{t('See also: {links}', links=links)}]"
        elsewhere = (translator(language)(term.title) for language in languages())
        found.append(Entry(" ".join((title, short, long, *elsewhere)).casefold(), markdown))
    return tuple(sorted(found))


page_header(t("Glossary"), t("Every word on these pages that you may not know, in plain language."))
wanted = st.text_input(t("Search"), key="glossary_search", placeholder=t("for example: dropout")).casefold().split()
found = [entry for entry in entries(i18n.current()) if all(word in entry.text for word in wanted)]
if found:
    # One message, whose headings are HTML to have names of their own for links.
    st.markdown("\n\n".join(entry.markdown for entry in found), unsafe_allow_html=True)
else:
    st.info(t("No entry has these words. Try a shorter one."), icon=":material/search_off:")

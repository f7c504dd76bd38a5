"""Every term, explained."""

import streamlit as st

from mnist_core.text import Term, glossary
from pages._ui.parts.components import page_header
from pages._ui.shell.i18n import t


def matches(term: Term, wanted: str) -> bool:
    """Whether a term or its explanation contains the words looked for."""
    text = f"{t(term.title)} {t(term.short)} {t(term.long)}".casefold()
    return all(word in text for word in wanted.casefold().split())


page_header(t("Glossary"), t("Every word on these pages that you may not know, in plain language."))
wanted = st.text_input(t("Search"), key="glossary_search", placeholder=t("for example: dropout"))
terms = glossary()
found = [term for term in terms.values() if matches(term, wanted)]
if not found:
    st.info(t("No entry has these words. Try a shorter one."), icon=":material/search_off:")
for term in found:
    st.header(t(term.title), anchor=term.id)
    st.markdown(f"**{t(term.short)}** {t(term.long)}")
    if term.see_also:
        links = ", ".join(f"[{t(terms[other].title)}](#{other})" for other in term.see_also)
        st.caption(t("See also: {links}", links=links))

"""The glossary: every term, found by its words and by its address."""

from collections.abc import Callable
from html import escape

from streamlit.testing.v1 import AppTest

from mnist_core.text import glossary

OpenPage = Callable[..., AppTest]


def test_every_term_stands_under_a_heading_that_links_lead_to(open_page: OpenPage) -> None:
    text = open_page("glossary.py").markdown[-1].value
    for term in glossary().values():
        assert f'<h2 data-anchor="{term.id}">{escape(term.title)}</h2>' in text
        assert f"**{term.short}** {term.long}" in text
        assert all(f"](#{other})" in text for other in term.see_also)


def test_a_search_finds_terms_by_all_their_words(open_page: OpenPage) -> None:
    app = open_page("glossary.py")
    app.text_input(key="glossary_search").set_value("SWITCHES random").run()
    assert 'data-anchor="dropout"' in app.markdown[-1].value
    assert 'data-anchor="accuracy"' not in app.markdown[-1].value
    app.text_input(key="glossary_search").set_value("no such word").run()
    assert "No entry has these words" in app.info[0].value

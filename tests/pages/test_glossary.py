"""The glossary: every term, found by its words and by its address."""

import re
from collections.abc import Callable
from html import escape

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.text import glossary, languages

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


def found(app: AppTest, words: str) -> list[str]:
    """Return the ids of the terms that a search shows, first to last."""
    app.text_input(key="glossary_search").set_value(words).run()
    return re.findall(r'data-anchor="(\w+)"', app.markdown[-1].value)


def test_other_names_formula_and_picture_stand_below_the_heading(open_page: OpenPage) -> None:
    app = open_page("glossary.py")
    assert "neuron" in app.markdown[-1].value
    assert found(app, "perceptron threshold unit")[0] == "perceptron"
    blocks = app.markdown[-1].value.split("\n\n")
    term = glossary()["perceptron"]
    assert blocks[1] == f":small[:gray[Also called: {term.also}]]"
    assert blocks[3] == f"$$\n{term.formula}\n$$"
    assert blocks[4].startswith(f'<div class="lab-term"><svg role="img" aria-label="{escape(term.alt)}" xmlns=')
    assert blocks[4].endswith("</svg></div>")


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("neuron", "unit"),
        ("batch size", "batch"),
        ("mini-batch", "batch"),
        ("minibatch", "batch"),
        ("data point", "sample"),
        ("fully connected", "dense"),
        ("categorical_crossentropy", "cross_entropy"),
        ("binary_crossentropy", "binary_cross_entropy"),
        ("reshape", "reshape"),
        ("dtype", "data_type"),
        ("skip connection", "residual_connection"),
        ("overfitting", "overfitting"),
    ],
)
def test_what_is_called_so_is_found_first(words: str, first: str, open_page: OpenPage) -> None:
    assert found(open_page("glossary.py"), words)[0] == first


@pytest.mark.skipif("ko" not in languages(), reason="there is no Korean catalogue")
@pytest.mark.parametrize("words", ["바이어스", "편향", "절편", "bias", "intercept"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_term_is_found_by_its_names_in_every_language(words: str, language: str, open_page: OpenPage) -> None:
    assert found(open_page("glossary.py", lang=language), words)[0] == "bias"


@pytest.mark.skipif("ko" not in languages(), reason="there is no Korean catalogue")
def test_blanks_that_not_everybody_writes_do_not_matter(open_page: OpenPage) -> None:
    app = open_page("glossary.py", lang="ko")
    assert found(app, "경사하강법") == found(app, "경사 하강법")
    assert found(app, "경사하강법")[0] == "gradient_descent"
    assert found(app, "원핫인코딩") == ["one_hot"]

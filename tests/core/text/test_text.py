"""The glossary is complete, and every catalogue fits its sentences."""

import ast
import re
import string
from pathlib import Path

import pytest

from mnist_core.text import Translator, glossary, languages, translator

ROOT = Path(__file__).parents[3]


def test_every_term_is_short_enough_and_its_links_exist() -> None:
    terms = glossary()
    for term in terms.values():
        assert len(term.short) <= 160, term.id
        assert set(term.see_also) <= set(terms), term.id
        assert term.id not in term.see_also


def test_terms_are_sorted_by_title() -> None:
    titles = [term.title.casefold() for term in glossary().values()]
    assert titles == sorted(titles)


def test_every_term_that_a_page_names_is_in_the_glossary() -> None:
    used = set()
    for path in (ROOT / "pages").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "term" and node.args:
                used |= {arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)}
    assert used
    assert used <= set(glossary())


def test_placeholders_are_filled_in() -> None:
    assert Translator("en")("{n} images", n=3) == "3 images"


def test_a_sentence_is_translated_before_it_is_filled_in() -> None:
    assert Translator("xx", {"{n} images": "{n} Bilder"})("{n} images", n=3) == "3 Bilder"


def test_a_missing_sentence_stays_english() -> None:
    assert Translator("xx", {})("Train") == "Train"


def test_an_unknown_language_is_english() -> None:
    assert translator("qq").language == "en"
    assert languages()[0] == "en"


@pytest.mark.parametrize("language", [code for code in languages() if code != "en"] or [None])
def test_translations_have_the_placeholders_of_their_sentences(language: str | None) -> None:
    catalogue = translator(language).catalogue if language else {}

    def names(text: str) -> set[str | None]:
        return {field for _, field, _, _ in string.Formatter().parse(re.sub(r"%\{[^}]*\}", "", text)) if field}

    for sentence, translated in catalogue.items():
        assert names(sentence) == names(translated), sentence
    assert bool(catalogue) == bool(language)

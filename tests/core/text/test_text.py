"""The glossary is complete."""

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mnist_core.text import Term, glossary, languages, translator
from mnist_core.text.glossary import PICTURES

ROOT = Path(__file__).parents[3]


def test_every_term_is_short_enough_and_its_links_exist() -> None:
    terms = glossary()
    for term in terms.values():
        assert len(term.short) <= 160, term.id
        assert set(term.see_also) <= set(terms), term.id
        assert term.id not in term.see_also


@pytest.mark.parametrize("language", languages())
def test_each_name_belongs_to_one_term(language: str) -> None:
    t = translator(language)
    names = [
        name.casefold()
        for term in glossary().values()
        for name in (t(term.title), *(t(term.also).split(", ") if term.also else ()))
    ]
    assert all(name.strip() == name != "" for name in names)
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_texts_have_no_sign_that_begins_a_formula_or_html() -> None:
    for language in languages():
        t = translator(language)
        for term in glossary().values():
            said = " ".join(t(text) for text in (term.title, term.also, term.short, term.long, term.alt) if text)
            assert not re.search(r"[$<>]", said), said


@pytest.mark.parametrize("term", [term for term in glossary().values() if term.formula], ids=lambda term: term.id)
def test_a_formula_is_whole_and_has_no_words(term: Term) -> None:
    depth = 0
    for bracket in re.findall(r"(?<!\\)[{}]", term.formula):
        depth += 1 if bracket == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert re.findall(r"\\begin\{(\w+)\}", term.formula) == re.findall(r"\\end\{(\w+)\}", term.formula)
    assert not re.search(r"[$\n]", term.formula)
    written = re.sub(r"\\(begin|end)\{\w+\}|\\[A-Za-z]+", " ", term.formula)
    assert set(re.findall(r"[A-Za-z]{2,}", written)) <= {"TP", "FP", "FN", "ReLU"}, "words would have to be translated"


def test_every_picture_is_shown_and_said_in_words() -> None:
    terms = glossary().values()
    assert {term.picture for term in terms if term.picture} == {path.stem for path in PICTURES.glob("*.svg")}
    for term in terms:
        assert bool(term.picture) == bool(term.alt) == bool(term.svg), term.id


@pytest.mark.parametrize("path", sorted(PICTURES.glob("*.svg")), ids=lambda path: path.stem)
def test_a_picture_fits_a_phone_follows_the_theme_and_has_no_words(path: Path) -> None:
    source = path.read_text()
    picture = ElementTree.fromstring(source)
    assert picture.get("viewBox") == f"0 0 {picture.get('width')} {picture.get('height')}"
    assert int(picture.attrib["width"]) <= 360
    assert "\n\n" not in source, "an empty line would end the HTML in the Markdown"
    colours = re.sub(r"light-dark\([^)]+\)|currentColor|none", "", source)
    assert not re.search(r"(fill|stroke)(=\"|: )[#a-z]", colours), "a colour that is the same in both themes"
    said = [text for text in picture.itertext() if text.strip()]
    assert not any(re.search(r"[^\W\d_]{2,}", text) for text in said), "words would have to be translated"


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

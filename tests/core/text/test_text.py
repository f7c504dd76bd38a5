"""The glossary is complete."""

import ast
from pathlib import Path

from mnist_core.text import glossary

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

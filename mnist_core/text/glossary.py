"""The glossary: every term that a beginner may not know."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mnist_core.text.sentences import Sentence

PICTURES = Path(__file__).parent / "pictures"


@dataclass(frozen=True, kw_only=True)
class Term:
    """One entry.

    Attributes
    ----------
    id, title : str
        Key, and the name on the screen.
    also : str
        Other names of the same thing, with commas between them. They are one sentence for translators, because each
        language has other names, and more or fewer of them.
    short : str
        One plain sentence for a tooltip, at most 160 characters.
    long : str
        A paragraph in Markdown. It says what the formula's letters are.
    formula : str
        In TeX, the same in every language: it has no words.
    picture, alt : str
        Name of a file in `PICTURES` without its suffix, and what is seen there in words.
    see_also : tuple of str
        Ids of related terms.
    """

    id: str
    title: str
    short: str
    long: str
    also: Sentence = ""
    formula: str = ""
    picture: str = ""
    alt: Sentence = ""
    see_also: tuple[str, ...] = ()

    @property
    def svg(self) -> str:
        """Return the picture as SVG on lines of its own, which takes its colours from the page; "" where none is."""
        return (PICTURES / f"{self.picture}.svg").read_text(encoding="utf-8").strip() if self.picture else ""


@lru_cache(maxsize=1)
def glossary() -> dict[str, Term]:
    """Return all terms by id, in alphabetical order of their titles."""
    with (Path(__file__).parent / "glossary.toml").open("rb") as stream:
        entries = tomllib.load(stream)
    terms = [Term(id=key, **{**entry, "see_also": tuple(entry.get("see_also", ()))}) for key, entry in entries.items()]
    return {term.id: term for term in sorted(terms, key=lambda term: term.title.casefold())}

"""The glossary: every term that a beginner may not know."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Term:
    """One entry.

    Attributes
    ----------
    id, title : str
        Key, and the name on the screen.
    short : str
        One plain sentence for a tooltip, at most 160 characters.
    long : str
        A paragraph in Markdown.
    see_also : tuple of str
        Ids of related terms.
    """

    id: str
    title: str
    short: str
    long: str
    see_also: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def glossary() -> dict[str, Term]:
    """Return all terms by id, in alphabetical order of their titles."""
    with (Path(__file__).parent / "glossary.toml").open("rb") as stream:
        entries = tomllib.load(stream)
    terms = [Term(id=key, **{**entry, "see_also": tuple(entry.get("see_also", ()))}) for key, entry in entries.items()]
    return {term.id: term for term in sorted(terms, key=lambda term: term.title.casefold())}

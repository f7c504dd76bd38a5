"""Translation of visible sentences. English is the source text.

A catalogue is a TOML file ``catalogues/<language>.toml`` whose keys are the English sentences.
A sentence that is missing there stays English.
"""

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

SOURCE_LANGUAGE = "en"
_FOLDER = Path(__file__).parent / "catalogues"


@dataclass(frozen=True)
class Translator:
    """Turns English sentences into those of one language.

    Parameters
    ----------
    language : str
        Two-letter code.
    catalogue : dict of str to str
        Translated sentence for each English one.
    """

    language: str
    catalogue: dict[str, str] = field(default_factory=dict)

    def __call__(self, sentence: str, /, **values: Any) -> str:
        """Return the translated sentence with its ``{name}`` placeholders filled in."""
        translated = self.catalogue.get(sentence, sentence)
        return translated.format(**values) if values else translated


def languages() -> tuple[str, ...]:
    """Return the codes of all languages, the source language first."""
    return (SOURCE_LANGUAGE, *sorted(path.stem for path in _FOLDER.glob("*.toml")))


@lru_cache(maxsize=16)
def translator(language: str) -> Translator:
    """Return the translator of a language; of English where there is no catalogue for it."""
    if language == SOURCE_LANGUAGE or language not in languages():
        return Translator(SOURCE_LANGUAGE)
    with (_FOLDER / f"{language}.toml").open("rb") as stream:
        return Translator(language, tomllib.load(stream))

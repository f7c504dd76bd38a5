"""Codes by which pupils join: four words that one can read out, see from the last row, and type on a phone."""

import re
import secrets
import unicodedata
from functools import cache
from pathlib import Path

WORDS = 4  # of about 200: more than a billion codes, and whoever tries them has to wait (`mnist_core.gateway.Tries`)
_BETWEEN = re.compile(r"[^\w]+|_+")


def new_code(language: str) -> str:
    """Return a code of random words, with hyphens between them: ``river-lamp-goat-piano``.

    Parameters
    ----------
    language : str
        Of the teacher; where there are no words in it, they are English.
    """
    words = code_words(language)
    return "-".join(secrets.choice(words) for _ in range(WORDS))


def read_code(text: str) -> str:
    """Return what somebody typed as a code is written: small letters, whatever stands between the words."""
    letters = unicodedata.normalize("NFC", text).casefold()
    return "-".join(part for part in _BETWEEN.split(letters) if part)


@cache
def code_words(language: str) -> tuple[str, ...]:
    """Return the words that codes are made of."""
    folder = Path(__file__).parent
    path = folder / f"words_{language}.txt"
    return tuple((path if path.is_file() else folder / "words_en.txt").read_text(encoding="utf-8").split())

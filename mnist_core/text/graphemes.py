"""What a reader takes for one character: letters with their accents, joined emoji, flags, Hangul syllables.

The rules are those of Unicode's Standard Annex 29, from the categories that Python knows, and never split more than
these: where they differ, two characters stay together.
"""

from collections.abc import Callable
from unicodedata import category, combining

JOINERS = "\u200c\u200d"
_ZWJ = "\u200d"
_VIRAMA = 9  # combining class of the signs that join two consonants of an Indic script
# Numbers' and verses' signs that stand before what they belong to, in Arabic, Syriac and Kaithi.
_PREPENDED = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
# Vowels of Thai and Lao, and marks of half-width kana, that count as letters elsewhere.
_FOLLOWING = frozenset("\u0e33\u0eb3\uff9e\uff9f")
# Which parts of a Hangul syllable follow which; see `_hangul`.
_HANGUL_AFTER = {"L": ("L", "V", "LV", "LVT"), "V": ("V", "T"), "LV": ("V", "T"), "T": ("T",), "LVT": ("T",)}


def graphemes(text: str) -> list[str]:
    """Return the characters of a text as a reader counts them."""
    found: list[str] = []
    for letter in text:
        if found and _joins(found[-1], letter):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def shortened(text: str, longest: int, end: int = 0, gap: str = "…") -> str:
    """Return a text of at most so many characters, `gap` in place of what is left out.

    Parameters
    ----------
    longest : int
        As a reader counts them.
    end : int
        How many of the last ones stay.
    """
    if len(text) <= longest:
        return text
    parts = graphemes(text)
    if len(parts) <= longest:
        return text
    start = longest - end - len(gap)
    return "".join(parts[:start]).rstrip() + gap + ("".join(parts[-end:]).lstrip() if end else "")


def cut(text: str, most: int, size: Callable[[str], int] = len) -> str:
    """Return the beginning of a text, of whole characters; `size` counts what may be `most`, code points by itself."""
    if size(text) <= most:
        return text
    kept, used = [], 0
    for part in graphemes(text):
        used += size(part)
        if used > most:
            break
        kept.append(part)
    return "".join(kept)


def _joins(before: str, letter: str) -> bool:
    """Whether a letter belongs to the character before it."""
    last = before[-1]
    if category(letter) in ("Mn", "Me", "Mc") or letter in JOINERS or letter in _FOLLOWING or _is_added(letter):
        return True
    if last == _ZWJ or last in _PREPENDED or (combining(last) == _VIRAMA and category(letter) == "Lo"):
        return True
    if _is_flag_letter(letter):
        return len(before) == 1 and _is_flag_letter(before)
    return _hangul(letter) in _HANGUL_AFTER.get(_hangul(last), ())


def _is_added(letter: str) -> bool:
    """Whether it changes an emoji: the colour of a skin, or a tag of a flag."""
    return "\U0001f3fb" <= letter <= "\U0001f3ff" or "\U000e0020" <= letter <= "\U000e007f"


def _is_flag_letter(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _hangul(letter: str) -> str:
    """Return whether a letter is a leading consonant (L), a vowel (V), a final consonant (T), or whole syllables."""
    if "\uac00" <= letter <= "\ud7a3":
        return "LVT" if (ord(letter) - 0xAC00) % 28 else "LV"
    if "\u1100" <= letter <= "\u115f" or "\ua960" <= letter <= "\ua97c":
        return "L"
    if "\u1160" <= letter <= "\u11a7" or "\ud7b0" <= letter <= "\ud7c6":
        return "V"
    return "T" if "\u11a8" <= letter <= "\u11ff" or "\ud7cb" <= letter <= "\ud7fb" else ""

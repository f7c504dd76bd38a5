"""Korean particles behind words that are filled in: 은 after a consonant, 는 after a vowel.

A catalogue writes both, ``{name}은(는)``, and the last sound of what stands there at the end decides: of Korean
syllables by their final consonant, of digits by how they are read in Korean, of Latin letters by a guess at how the
word, or its last letter, is said. Behind anything else both stay, as Koreans write where they can't know.
"""

import re
from collections.abc import Callable
from typing import NamedTuple


class _Forms(NamedTuple):
    """A particle as catalogues write it, and after a consonant, a vowel, and ㄹ."""

    both: str
    consonant: str
    vowel: str
    liquid: str


PARTICLES = tuple(
    _Forms(both, consonant, vowel, vowel if both == "(으)로" else consonant)
    for both, consonant, vowel in (
        ("은(는)", "은", "는"),
        ("이(가)", "이", "가"),
        ("을(를)", "을", "를"),
        ("과(와)", "과", "와"),
        ("아(야)", "아", "야"),
        ("(으)로", "으로", "로"),
        ("(이)라고", "이라고", "라고"),
        ("(이)라며", "이라며", "라며"),
        ("(이)에요", "이에요", "예요"),
        ("(이)나", "이나", "나"),
        ("(이)고", "이고", "고"),
        ("(이)면", "이면", "면"),
        ("(이)며", "이며", "며"),
    )
)
_HEARD = 200  # letters at the end of a text that say how it ends: a visitor's may have any length
_SOUNDS = "consonant", "vowel", "liquid"
# Where a particle was, while the rest is filled in: characters that no text has (Unicode's "noncharacters").
_MARKS = {chr(0xFDD0 + number): forms for number, forms in enumerate(PARTICLES)}
_MARK_OF = {forms.both: mark for mark, forms in _MARKS.items()}
_MARK = re.compile(f"[{''.join(_MARKS)}]")
# Only behind something that is filled in: between them quotes, brackets and Markdown's signs at most.
_PARTICLE = re.compile(r"(?<=[}*`\"'”’)\]」』_])(" + "|".join(re.escape(forms.both) for forms in PARTICLES) + ")")
_SILENT = re.compile(r"(\s*\([^()]*\))+$|[\s*`_\"'“”‘’)\]」』>.,:;!?…]+$")
_FIRST_SYLLABLE, _LAST_SYLLABLE, _FINALS, _RIEUL = 0xAC00, 0xD7A3, 28, 8
# How digits end in Korean: 영 일 이 삼 사 오 육 칠 팔 구. Zeros behind others are ten, hundred, thousand: 십 백 천 만.
_DIGITS = dict(zip("0123456789", "clvcvvcllv", strict=True))
_SIGNS = {"%": "vowel", "°": "consonant"}
# Letters that are said one by one: 엘 and 알, 엠 and 엔; all others end in a vowel.
_LETTERS = {"L": "liquid", "R": "liquid", "M": "consonant", "N": "consonant"}
# Ends of English words as Korean writes them: 파일 (file), 베이스라인 (baseline), 맵 (map).
_ENDINGS = (
    (re.compile(r"(l|le)$"), "liquid"),
    (re.compile(r"(m|n|ng|[^aeiou]?[aeiou][mn]e)$"), "consonant"),
    (re.compile(r"([^aeiou]|^)[aeiou](p|t|k|ck|c|b)$|(ou|oo)[tkp]$"), "consonant"),
    (re.compile(r"[a-z]$"), "vowel"),
)


def filled(sentence: str, fill: Callable[[str], str]) -> str:
    """Return a Korean sentence with its placeholders filled in, and of each particle the form that goes with them.

    Parameters
    ----------
    sentence : str
        From the catalogue, such as ``"{name}을(를) 지웠어요."``.
    fill : callable
        Fills the placeholders of a sentence.
    """
    text = fill(_PARTICLE.sub(lambda found: _MARK_OF[found[0]], sentence))
    if not (marked := _MARK.search(text)):
        return text
    parts: list[str] = []
    done = 0
    while marked:
        forms = _MARKS[marked[0]]
        sound = last_sound("".join(parts) + text[done : marked.start()])
        parts += [text[done : marked.start()], forms.both if sound is None else getattr(forms, sound)]
        done = marked.end()
        marked = _MARK.search(text, done)
    return "".join(parts) + text[done:]


def last_sound(text: str) -> str | None:
    """Return how a text ends when it is read in Korean.

    Returns
    -------
    {"consonant", "vowel", "liquid"} or None
        ``liquid`` is ㄹ, behind which 로 stands and not 으로. None where one can't know.
    """
    text = _said(text[-_HEARD:])
    if not text:
        return None
    last = text[-1]
    if _FIRST_SYLLABLE <= ord(last) <= _LAST_SYLLABLE:
        final = (ord(last) - _FIRST_SYLLABLE) % _FINALS
        return "vowel" if final == 0 else "liquid" if final == _RIEUL else "consonant"
    if last in _DIGITS:
        return next(sound for sound in _SOUNDS if sound.startswith(_DIGITS[last]))
    if last in _SIGNS:
        return _SIGNS[last]
    word = re.search(r"[A-Za-z]*$", text)
    return _latin(word[0]) if word and word[0] else None


def _said(text: str) -> str:
    """Return a text without what is not said at its end: quotes, marks, and words in brackets behind others."""
    while True:
        shorter = _SILENT.sub("", text)
        if not shorter:
            return re.sub(r"[\W_]+$", "", text)
        if shorter == text:
            return text
        text = shorter


def _latin(word: str) -> str:
    if word.isupper():
        return _LETTERS.get(word[-1], "vowel")
    return next(sound for ending, sound in _ENDINGS if ending.search(word.lower()))

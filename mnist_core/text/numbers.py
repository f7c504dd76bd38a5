"""Numbers as people type them and as they are shown, without losing a digit."""

import math
import re
import string
from collections.abc import Mapping
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

SOURCE_LANGUAGE = "en"

_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d{1,4})?", re.ASCII | re.IGNORECASE)
# 1,000 is a thousand for some and 1 for others; 0,001 can only mean one thing.
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
_WRITTEN = re.compile(r"(?P<sign>\+?)(?P<whole>-?[\d,]+)(\.(?P<decimals>\d+))?(?P<percent>%?)", re.ASCII)


def read_number(text: str) -> float | None:
    """Return the number that somebody typed, or None where it is none, or could mean two.

    With a point or a comma before its decimals, with or without an exponent: ``0.001``, ``0,001``, ``1e-3``, ``.5``.
    """
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    if not _NUMBER.fullmatch(text) or _AMBIGUOUS.fullmatch(text):
        return None
    number = float(text.replace(",", "."))
    return number if math.isfinite(number) else None


def exact(number: float) -> str:
    """Return a number with as many digits as it takes to read back the same, in the form that is shorter to read.

    ``0.001``, ``0.000005``, ``1e-7``, ``1200``.
    """
    text = repr(float(number))
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return text.removesuffix(".0")
    if int(exponent) < -6 or int(exponent) > 0:
        return f"{mantissa}e{int(exponent)}"
    sign, digits = ("-" if number < 0 else ""), mantissa.lstrip("-").replace(".", "")
    return f"{sign}0.{'0' * (-int(exponent) - 1)}{digits}"


def percent(share: float) -> str:
    """Return a share, 0 to 1, in per cent with all its digits, without the sign: ``12.5``."""
    return exact(float(Decimal(repr(float(share))) * 100))


def written(number: float | Real, form: str, language: str = SOURCE_LANGUAGE) -> str:
    """Return a number with the signs of a language.

    Parameters
    ----------
    number : float
        Whole ones and NumPy's numbers too.
    form : str
        One of Python's, such as ``.1%`` or ``,``. Two of them keep all digits that a number has: the empty one, and
        ``%`` for a share, 0 to 1.
    language : str
    """
    if form == "%":
        text = f"{percent(float(number))}%"
    elif form == "" and not isinstance(number, Integral):
        text = exact(float(number))
    else:
        text = format(number, form)
    return text if language == SOURCE_LANGUAGE else in_language(text, language)


def filled(sentence: str, values: Mapping[str, Any], language: str = SOURCE_LANGUAGE) -> str:
    """Return a sentence with its placeholders filled in; the form of a number stands in them: ``{share:.1%}``."""
    return _Filling(language).vformat(sentence, (), values)


class _Filling(string.Formatter):
    """Fills placeholders as `str.format` does, and writes numbers as readers of a language do."""

    def __init__(self, language: str) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        return written(value, format_spec, self._language) if isinstance(value, Real) else format(value, format_spec)


def in_language(text: str, language: str) -> str:
    """Return a number that Python wrote (``1,234.50``, ``12.5%``) as readers of a language write it: ``1.234,50``.

    It is rounded already, so every language shows the same digits.
    """
    from babel import Locale
    from babel.numbers import format_decimal, format_percent, get_decimal_symbol

    written = _WRITTEN.fullmatch(text)
    if written is None:  # 1e-7, nan
        return text.replace(".", get_decimal_symbol(language))
    locale, decimals = Locale.parse(language), written["decimals"] or ""
    number = Decimal(f"{written['whole'].replace(',', '')}.{decimals}")
    usual = (locale.percent_formats if written["percent"] else locale.decimal_formats)[None].pattern
    pattern = re.sub(r"0(\.[0#]+)?", "0" + ("." + "0" * len(decimals) if decimals else ""), usual, count=1)
    if written["percent"]:
        return written["sign"] + format_percent(number / 100, pattern, locale)
    return written["sign"] + format_decimal(number, pattern, locale, group_separator="," in written["whole"])

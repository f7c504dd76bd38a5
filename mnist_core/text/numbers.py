"""Numbers as people type them and as they are shown, without losing a digit."""

import math
import re
import string
from collections.abc import Callable, Mapping
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d{1,4})?", re.ASCII | re.IGNORECASE)
# 1,000 is a thousand for some and 1 for others; 0,001 can only mean one thing.
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)


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


def significant(number: float, digits: int) -> float:
    """Return a number of so many digits, wherever its point is."""
    return float(f"{number:.{digits}g}")


def percent(share: float) -> str:
    """Return a share, 0 to 1, in per cent with all its digits, without the sign: ``12.5``."""
    return exact(float(Decimal(repr(float(share))) * 100))


def written(number: float | Real, form: str) -> str:
    """Return a number in English.

    Parameters
    ----------
    number : float
        Whole ones and NumPy's numbers too.
    form : str
        One of Python's, such as ``.1%`` or ``,``. Two of them keep all digits that a number has: the empty one, and
        ``%`` for a share, 0 to 1.
    """
    if form == "%":
        return f"{percent(float(number))}%"
    if form == "" and not isinstance(number, Integral):
        return exact(float(number))
    return format(number, form)


def filled(sentence: str, values: Mapping[str, Any], write: Callable[[Any, str], str] = written) -> str:
    """Return a sentence with its placeholders filled in; the form of a number stands in them: ``{share:.1%}``."""
    return _Filling(write).vformat(sentence, (), values)


class _Filling(string.Formatter):
    """Fills placeholders as `str.format` does, and writes numbers in a way of its own."""

    def __init__(self, write: Callable[[Any, str], str]) -> None:
        self._write = write

    def format_field(self, value: Any, format_spec: str) -> str:
        return self._write(value, format_spec) if isinstance(value, Real) else format(value, format_spec)

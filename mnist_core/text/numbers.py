"""Numbers as people type them and as they are shown, without losing a digit."""

import math
import re
from decimal import Decimal

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


def percent(share: float) -> str:
    """Return a share, 0 to 1, in per cent with all its digits, without the sign: ``12.5``."""
    return exact(float(Decimal(repr(float(share))) * 100))

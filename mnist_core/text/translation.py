"""Translation of visible sentences, and numbers and dates as readers of a language write them.

English is the source text. A language is one file, ``locale/<language>/LC_MESSAGES/mnist_lab.po``, made from the
template ``locale/messages.pot`` and compiled when somebody reads that language for the first time. A sentence that is
missing there stays English. What to extract from which source is known to `mnist_core.text.extraction`.
"""

import gettext
import io
import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from mnist_core.text import particles
from mnist_core.text.numbers import written
from mnist_core.text.sentences import English

SOURCE_LANGUAGE = English.language
DOMAIN = "mnist_lab"
FOLDER = Path(__file__).parent / "locale"
_MOST_PARTS = 3  # of a code: language, script, region
_WRITTEN = re.compile(r"(?P<sign>\+?)(?P<whole>-?[\d,]+)(\.(?P<decimals>\d+))?(?P<percent>%?)", re.ASCII)


@dataclass(frozen=True)
class Translator(English):
    """Turns English sentences into those of one language.

    Parameters
    ----------
    language : str
        Code such as ``de`` or ``pt_BR``.
    catalogue : gettext.NullTranslations
        Translated sentences and the language's rule for plurals.
    """

    language: str = field()  # without the default that English has
    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)

    def filled(self, sentence: str, values: dict[str, Any]) -> str:
        """Return a translated sentence with its placeholders filled in, in Korean with the particles that follow."""
        if self.language.partition("_")[0] != "ko":
            return super().filled(sentence, values)
        return particles.filled(sentence, lambda marked: super(Translator, self).filled(marked, values))

    def number(self, value: float, spec: str = ",d") -> str:
        """Return a number in one of the forms of `mnist_core.text.numbers.written`, with the signs of the language."""
        text = written(value, spec)
        return text if self.language == SOURCE_LANGUAGE else in_language(text, self.language)

    @property
    def separators(self) -> str:
        """What stands before decimals and what between thousands, as Plotly wants them: ``.,``."""
        if self.language == SOURCE_LANGUAGE:
            return ".,"
        from babel.numbers import get_decimal_symbol, get_group_symbol

        return get_decimal_symbol(self.language) + get_group_symbol(self.language)

    def moment(self, when: datetime) -> str:
        """Return day and time of the year in few words: ``Nov 28, 14:05``."""
        if self.language == SOURCE_LANGUAGE:
            return f"{when:%b %d, %H:%M}"
        from babel.dates import format_skeleton, format_time, get_datetime_format

        day = format_skeleton("MMMd", when, locale=self.language)
        time = format_time(when, "short", locale=self.language)
        return str(get_datetime_format("medium", locale=self.language)).replace("{1}", day).replace("{0}", time)


def languages() -> tuple[str, ...]:
    """Return the codes of all languages, the source language first."""
    return (SOURCE_LANGUAGE, *sorted(path.parents[1].name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po")))


@lru_cache(maxsize=16)
def translator(language: str) -> Translator:
    """Return the translator of a language, named as browsers do (``de``, ``pt-BR``); English where there is none.

    A region that has no catalogue of its own reads that of its language. Of each language there is one translator,
    however many names it has: what was made for one reader is found again for the next.
    """
    known = {code.casefold(): code for code in languages()}
    wanted = re.split(r"[^a-z]+", language.casefold())
    for length in range(min(len(wanted), _MOST_PARTS), 0, -1):
        code = known.get("_".join(wanted[:length]), SOURCE_LANGUAGE)
        if code != SOURCE_LANGUAGE:
            return _of(code)
    return _of(SOURCE_LANGUAGE)


@cache  # there are few, and visitors can't name others
def _of(code: str) -> Translator:
    return Translator(code) if code == SOURCE_LANGUAGE else Translator(code, _compiled(code))


def _compiled(language: str) -> gettext.GNUTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with (FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as stream:
        write_mo(compiled, read_po(stream, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def in_language(text: str, language: str) -> str:
    """Return a number that Python wrote (``1,234.50``, ``12.5%``) as readers of a language write it: ``1.234,50``.

    It is rounded already, so every language shows the same digits.
    """
    from babel import Locale
    from babel.numbers import format_decimal, format_percent, get_decimal_symbol

    parts = _WRITTEN.fullmatch(text)
    if parts is None:  # 1e-7, nan
        return text.replace(".", get_decimal_symbol(language))
    locale, decimals = Locale.parse(language), parts["decimals"] or ""
    number = Decimal(f"{parts['whole'].replace(',', '')}.{decimals}")
    usual = (locale.percent_formats if parts["percent"] else locale.decimal_formats)[None].pattern
    pattern = re.sub(r"0(\.[0#]+)?", "0" + ("." + "0" * len(decimals) if decimals else ""), usual, count=1)
    if parts["percent"]:
        return parts["sign"] + format_percent(number / 100, pattern, locale)
    return parts["sign"] + format_decimal(number, pattern, locale, group_separator="," in parts["whole"])

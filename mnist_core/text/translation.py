"""Translation of visible sentences, and numbers and dates as readers of a language write them.

English is the source text. A language is one file, ``locale/<language>/LC_MESSAGES/mnist_lab.po``, made from the
template ``locale/messages.pot`` and compiled when somebody reads that language for the first time. A sentence that is
missing there stays English. What to extract from which source is known to `mnist_core.text.extraction`.
"""

import gettext
import io
import math
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from mnist_core.text.numbers import SOURCE_LANGUAGE, filled, written

DOMAIN = "mnist_lab"
FOLDER = Path(__file__).parent / "locale"
_MOST_PARTS = 3  # of a code: language, script, region

# English words that are shown in the reader's language. What is marked with it, or lies in a table annotated with it,
# is extracted for translation.
Sentence: TypeAlias = str


class Plural(NamedTuple):
    """English words that go with a number, which stands in them as ``{n:,}``.

    Attributes
    ----------
    one, many : str
        For 1, and for any other number. A language may have more forms.
    """

    one: Sentence
    many: Sentence


Words: TypeAlias = Sentence | Plural


class Phrase:
    """Words that fill a placeholder of another sentence and are translated with it, such as the name of a setting.

    Parameters
    ----------
    words : str or Plural
        English.
    **values
        What fills their placeholders.
    """

    def __init__(self, words: Words, /, **values: Any) -> None:
        self.words = words
        self.values = values

    def __str__(self) -> str:
        return english(self.words, **self.values)


@dataclass(frozen=True)
class Translator:
    """Turns English sentences into those of one language.

    Parameters
    ----------
    language : str
        Code such as ``de`` or ``pt_BR``.
    catalogue : gettext.NullTranslations
        Translated sentences and the language's rule for plurals.
    """

    language: str
    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)

    def __call__(self, words: Words, /, **values: Any) -> str:
        """Return the translated sentence with its placeholders filled in.

        A number's form stands in the sentence, ``{share:.1%}``, and its signs are those of the language. Of a `Plural`
        the value ``n`` chooses the form, and a value that is a `Phrase` is translated too.
        """
        if isinstance(words, Plural):
            translated = self.catalogue.ngettext(
                words.one, words.many, math.ceil(values["n"])
            )  # it counts in whole ones
        else:
            translated = self.catalogue.gettext(words) if words else ""
        if not values:
            return translated
        said = {
            name: self(value.words, **value.values) if isinstance(value, Phrase) else value
            for name, value in values.items()
        }
        return filled(translated, said, self.language)

    def plural(self, one: Sentence, many: Sentence, n: int, /, **values: Any) -> str:
        """Return the form of a sentence that goes with `n`, the same as a `Plural` that stands where it is used."""
        return self(Plural(one, many), n=n, **values)

    def number(self, value: float, spec: str = ",d") -> str:
        """Return a number in one of the forms of `mnist_core.text.numbers.written`, with the signs of the language."""
        return written(value, spec, self.language)

    def duration(self, seconds: float) -> str:
        """Return a time in words: two digits are enough for a guess."""
        t = self
        if seconds < 10:
            return t("{n:.1f} s", n=seconds)
        if seconds < 120:
            return t("{n:.0f} s", n=seconds)
        if seconds < 7200:
            return t("{n:.0f} min", n=seconds / 60)
        return t("{n:.1f} h", n=seconds / 3600)

    def size(self, n_bytes: int) -> str:
        """Return the size of a file in words."""
        t = self
        return t("{n:,.1f} MB", n=n_bytes / 1e6) if n_bytes >= 100_000 else t("{n:,.0f} kB", n=n_bytes / 1e3)

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


english = Translator(SOURCE_LANGUAGE)


def languages() -> tuple[str, ...]:
    """Return the codes of all languages, the source language first."""
    return (SOURCE_LANGUAGE, *sorted(path.parents[1].name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po")))


@lru_cache(maxsize=16)
def translator(language: str) -> Translator:
    """Return the translator of a language, named as browsers do (``de``, ``pt-BR``); English where there is none.

    A region that has no catalogue of its own reads that of its language.
    """
    known = {code.casefold(): code for code in languages()}
    wanted = re.split(r"[^a-z]+", language.casefold())
    for length in range(min(len(wanted), _MOST_PARTS), 0, -1):
        code = known.get("_".join(wanted[:length]), SOURCE_LANGUAGE)
        if code != SOURCE_LANGUAGE:
            return Translator(code, _compiled(code))
    return Translator(SOURCE_LANGUAGE)


def _compiled(language: str) -> gettext.GNUTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with (FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as stream:
        write_mo(compiled, read_po(stream, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)

"""English words with placeholders, and what fills them in: all that errors need, and bundles, without catalogues.

A number's form stands in the sentence, ``{share:.1%}``.
"""

import gettext
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from mnist_core.text.numbers import filled, written

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


@dataclass(init=False, frozen=True)
class Phrase:
    """Words that fill a placeholder of another sentence and are translated with it, such as the name of a setting.

    Parameters
    ----------
    words : str or Plural
        English.
    **values
        What fills their placeholders.
    """

    words: Words
    values: dict[str, Any] = field(hash=False)

    def __init__(self, words: Words, /, **values: Any) -> None:
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "values", values)

    def __str__(self) -> str:
        return english(self.words, **self.values)


def listed(parts: Iterable[object], between: str = ", ") -> Phrase:
    """Return words one after the other, of which every `Phrase` is translated."""
    values = {f"part_{number}": part for number, part in enumerate(parts)}
    words: Sentence = between.join(f"{{{name}}}" for name in values)
    return Phrase(words, **values)


def told(words: Words | list[str], values: dict[str, Any]) -> Phrase:
    """Return a phrase as it was before JSON, which keeps a plural as a list, a phrase as a dict of words and values."""
    kept = {
        name: told(**value) if isinstance(value, dict) and value.keys() == {"words", "values"} else value
        for name, value in values.items()
    }
    return Phrase(Plural(*words) if isinstance(words, list) else words, **kept)


class English:
    """Says English sentences; `mnist_core.text.translation.Translator` says those of other languages too."""

    language = "en"
    catalogue = gettext.NullTranslations()

    def __call__(self, words: Words, /, **values: Any) -> str:
        """Return the translated sentence with its placeholders filled in.

        A number's form stands in the sentence, ``{share:.1%}``, and its signs are those of the language. Of a `Plural`
        the value ``n`` chooses the form, and a value that is a `Phrase` is translated too.
        """
        if isinstance(words, Plural):
            n = values["n"]  # catalogues count in whole ones, and 0.5 minutes are none
            translated = self.catalogue.ngettext(words.one, words.many, int(n) if n == int(n) else max(2, math.ceil(n)))
        else:
            translated = self.catalogue.gettext(words) if words else ""
        if not values:
            return translated
        said = {
            name: self(value.words, **value.values) if isinstance(value, Phrase) else value
            for name, value in values.items()
        }
        return self.filled(translated, said)

    def filled(self, sentence: str, values: dict[str, Any]) -> str:
        """Return a translated sentence with its placeholders filled in."""
        return filled(sentence, values, self.number)

    def plural(self, one: Sentence, many: Sentence, n: int, /, **values: Any) -> str:
        """Return the form of a sentence that goes with `n`, the same as a `Plural` that stands where it is used."""
        return self(Plural(one, many), n=n, **values)

    def number(self, value: float, spec: str = ",d") -> str:
        """Return a number in one of the forms of `mnist_core.text.numbers.written`, with the signs of the language."""
        return written(value, spec)

    def all_of(self, parts: Sequence[str]) -> str:
        """Return words, translated already, as a list within a sentence: ``a``, ``a and b``, ``a, b and c``."""
        t = self
        *others, last = parts or ("",)
        return t("{others} and {last}", others=", ".join(others), last=last) if others else last

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


english = English()

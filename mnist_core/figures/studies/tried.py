"""A setting that was tried as an axis: numbers, logarithms, or choices in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from mnist_core.config.study import Parameter
from mnist_core.config.study.words import parameter_title, value_words
from mnist_core.config.table import SETTINGS
from mnist_core.figures.parallel import number_words
from mnist_core.store.study_records import TrialRecord
from mnist_core.text import Translator
from mnist_core.text.numbers import significant

_FEW = 8  # ticks that find room on a phone


@dataclass(frozen=True)
class Tried:
    """What one setting was in each of several trials.

    Attributes
    ----------
    title : str
        Translated.
    words : tuple of str
        Of a choice: all that it may be, translated, in the order in which it was asked for; empty for a number.
    log : bool
        Whether a number is best drawn on a logarithmic axis.
    places : list of float, str or None
        Where each trial lies on the axis; None for one that has no value.
    ticks : dict of float to str
        Single values of a number with their words, where they are few.
    """

    title: str
    words: tuple[str, ...]
    log: bool
    places: list[Any]
    ticks: dict[float, str]

    @property
    def is_choice(self) -> bool:
        """Whether it is no number."""
        return bool(self.words)

    @classmethod
    def of(cls, parameter: Parameter, trials: Sequence[TrialRecord], t: Translator) -> "Tried":
        """Return what a setting was in these trials."""
        name = parameter.name
        title = parameter_title(name, t)
        values = [trial.values.get(name) for trial in trials]
        there = [name in trial.values for trial in trials]
        if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in parameter.values):
            words = {value: value_words(name, value, t) for value in dict.fromkeys((*parameter.values, *values))}
            places = [words[value] if has else None for value, has in zip(values, there, strict=True)]
            found = dict.fromkeys([words[value] for value in parameter.values] + [one for one in places if one])
            return cls(title, tuple(found), False, places, {})
        single = sorted(float(value) for value in parameter.values if isinstance(value, int | float))
        known = [value for value in values if value is not None]
        log = parameter.log or (bool(single) and name in SETTINGS and SETTINGS[name].spec.scale == "log")
        log = log and all(value > 0 for value in (*single, *known))
        ticks = {value: _short(value, t) for value in single} if len(single) <= _FEW else {}
        return cls(title, (), log, values, ticks)

    def axis(self) -> dict[str, Any]:
        """Return the axis for plotly."""
        title = {"title": {"text": self.title}, "zeroline": False}
        if self.is_choice:
            return {**title, "type": "category", "categoryorder": "array", "categoryarray": list(self.words)}
        if self.ticks:
            title |= {"tickvals": list(self.ticks), "ticktext": list(self.ticks.values())}
        elif self.log:
            title |= {"tickformat": "~g", "dtick": 1 if self._powers > 1.5 else "D2"}
        return {**title, "type": "log" if self.log else "linear"}

    @property
    def _powers(self) -> float:
        known = [value for value in self.places if value is not None]
        return log10(max(known) / min(known)) if known else 0.0


def _short(value: float, t: Translator) -> str:
    """Return a number in the few characters that an axis has room for, but never another number: 60k, 1,024."""
    return number_words(value, t) if significant(value, 3) == value else t.number(value, ",g")

"""One setting that a study tries: single values, or a range."""

import math
from typing import Any, Self

from pydantic import Field, model_validator

from mnist_core.config.checked import Checked
from mnist_core.errors import ConfigError
from mnist_core.text.numbers import significant

Value = bool | int | float | str | None


class Parameter(Checked):
    """A setting and what it may be: `values` one by one, or a range from `low` to `high`, both included.

    Attributes
    ----------
    name : str
        A setting by plain name (``learning_rate``); a field of layers, for all layers that have it (``units``) or for
        the n-th of them (``units_2``); or ``layers``, the number of hidden Dense layers.
    values : tuple
        What it may be, in this order; empty for a range.
    low, high : float or None
        Of a range.
    log : bool
        Whether equal factors count as equal steps: for what is best drawn on a logarithmic axis.
    whole : bool
        Whether a range has whole numbers only.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")
    values: tuple[Value, ...] = Field((), max_length=100)
    low: float | None = None
    high: float | None = None
    log: bool = False
    whole: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.values:
            if len({(type(value), value) for value in self.values}) < len(self.values):
                raise ConfigError("Each value of {name} is tried once. Leave out what is there twice.", name=self.name)
            return self
        if self.low is None or self.high is None:
            raise ConfigError("Say what {name} may be: single values, or a range.", name=self.name)
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ConfigError(
                "The range of {name} has to rise. Received: {low} to {high}",
                name=self.name,
                low=self.low,
                high=self.high,
            )
        if self.log and self.low <= 0:
            raise ConfigError(
                "On a logarithmic scale {name} has to begin above 0. Received: {low}", name=self.name, low=self.low
            )
        return self

    @classmethod
    def of(cls, name: str, **values: Any) -> Self:
        """Return what is tried, checked; raises `ConfigError`."""
        return cls.parse({"name": name, **values})

    @property
    def is_range(self) -> bool:
        """Whether it is a range, and not single values."""
        return not self.values

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest value of a range."""
        if self.low is None or self.high is None:
            raise TypeError(f"{self.name} is no range")
        return self.low, self.high

    def spread(self, n: int) -> tuple[Value, ...]:
        """Return single values to try: all of them, or `n` of a range in equal steps (factors where it is `log`)."""
        if not self.is_range:
            return self.values
        low, high = self.ends
        if self.log:
            low, high = math.log(low), math.log(high)
        points = [low + (high - low) * k / (n - 1) for k in range(n)] if n > 1 else [(low + high) / 2]
        found = [_rounded(math.exp(point) if self.log else point) for point in points]
        return tuple(dict.fromkeys(round(value) if self.whole else value for value in found))


def _rounded(value: float) -> float:
    """Return a number of three digits: what a person would write."""
    return significant(value, 3)

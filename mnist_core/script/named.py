"""Values of a configuration that are written as names: what a study tries is a variable in its script."""

import re
from collections.abc import Iterable
from typing import Any, Self

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.config.study import Parameter, applied
from mnist_core.config.study.variant import DEPTH, with_field
from mnist_core.config.table import SETTINGS
from mnist_core.errors import ConfigError

# Words that stand in no script, as they are Keras's defaults, and what is written in their place to be named.
_WRITTEN = {"activation": "relu", "padding": "same", "initializer": "he_normal", "precision": "mixed_bfloat16"}
_LEFT_OUT = ("loss", "pen_strokes", "habits")


class _Named:
    """A value whose code is a name; what is calculated from it is code, too."""

    code: str

    @classmethod
    def of(cls, value: Any, code: str) -> Self:
        """Return `value` under a name."""
        named = cls(value)  # type: ignore[call-arg]
        named.code = code
        return named

    def __repr__(self) -> str:
        return self.code

    __str__ = __repr__

    def __format__(self, form: str) -> str:
        return self.code

    def __neg__(self) -> "_Named":
        return _Number.of(1, f"-{self.code}")

    def __sub__(self, other: Any) -> "_Named":
        return _Number.of(1, f"({self.code} - {other})")

    def __rsub__(self, other: Any) -> "_Named":
        return _Number.of(1, f"({other} - {self.code})")

    def __rmul__(self, other: Any) -> "_Named":
        return _Number.of(1, f"{other:.4g} * {self.code}")


class _Whole(_Named, int):  # type: ignore[misc]
    pass


class _Number(_Named, float):  # type: ignore[misc]
    pass


class _Word(_Named, str):  # type: ignore[misc]
    # Code puts words into quotes: `unquoted` takes those away.
    def __repr__(self) -> str:
        return f'"<{self.code}>"'

    def __format__(self, form: str) -> str:
        return f"<{self.code}>"


def unquoted(line: str) -> str:
    """Return a line of code in which words that have a name are that name."""
    return re.sub(r'"<(\w+)>"', r"\1", line)


def named(config: RunConfig, over: Iterable[Parameter], *, each: bool = False) -> RunConfig:
    """Return a configuration in which all that is tried is written as a variable of its name.

    Optimizer and schedule are not: each of them has a code of its own. The network has all layers that any trial has.

    Parameters
    ----------
    config : RunConfig
    over : iterable of Parameter
    each : bool
        Whether each hidden layer has its own number of units; they are then ``units[0]``, ``units[1]`` ...

    Raises
    ------
    ConfigError
        If a setting can't be said in a script that is short.
    """
    parameters = {parameter.name: parameter for parameter in over}
    for name, parameter in parameters.items():
        if name in _LEFT_OUT or (name == "early_stopping" and None in parameter.values):
            raise ConfigError("The script of a study can't try {name}: that would be too long for it.", name=name)
    if DEPTH in parameters:
        config = applied(config, {DEPTH: deepest(parameters[DEPTH])})
    # What all layers have comes first, then what single ones have.
    for name, parameter in sorted(parameters.items(), key=lambda entry: entry[0][-1].isdigit()):
        if name in ("optimizer", "schedule", DEPTH):
            continue
        if name in SETTINGS:
            config = with_setting(config, name, _example(parameter, most=True))
        elif not (each and name == "units"):
            config = _with_layers(config, name, _example(parameter, most=False))
    if each:
        for number in range(deepest(parameters[DEPTH])):
            config = _with_layers(config, f"units_{number + 1}", _Whole.of(8, f"units[{number}]"))
    return config


def variable(config: RunConfig, name: str) -> RunConfig:
    """Return a configuration in which a number is written as a variable of its name."""
    return with_setting(config, name, _Number.of(1.0, name))


def with_setting(config: RunConfig, name: str, value: Any) -> RunConfig:
    """Return a configuration with another value, of which all others keep their names; it is not checked."""
    section = SETTINGS[name].section
    part = getattr(config, section).model_copy(update={name: value})
    return config.model_copy(update={section: part})


def deepest(parameter: Parameter) -> int:
    """Return the largest number that a parameter may be."""
    return int(max(value for value in (parameter.high, *parameter.values) if isinstance(value, int | float)))


def _with_layers(config: RunConfig, name: str, value: Any) -> RunConfig:
    assert isinstance(config.model, NetworkConfig)
    layers = with_field(list(config.model.layers), name, value)
    return config.model_copy(update={"model": config.model.model_copy(update={"layers": tuple(layers)})})


def _example(parameter: Parameter, *, most: bool) -> Any:
    """Return a value that a setting really has, large so that it is not off, or small so that layers fit."""
    name = parameter.name
    bare = name.rstrip("0123456789").rstrip("_")
    values = parameter.values or (parameter.low, parameter.high)
    if bare in _WRITTEN:
        return _Word.of(_WRITTEN[bare], name)
    numbers = [value for value in values if isinstance(value, int | float)]
    value = (max if most else min)(numbers, default=1)
    whole = isinstance(value, int) or parameter.whole
    return _Whole.of(max(1, int(value)), name) if whole else _Number.of(value or 0.1, name)

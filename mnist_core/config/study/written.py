"""What a study tries, as it is written on the command line."""

import json

from mnist_core.config.run import RunConfig
from mnist_core.config.study.parameter import Parameter, Value
from mnist_core.config.study.variant import check_known, usual_parameter
from mnist_core.errors import ConfigError


def read_over(text: str, base: RunConfig) -> Parameter:
    """Return what ``NAME``, ``NAME=A,B,C`` or ``NAME=LOW..HIGH`` says, the last one with ``:log`` perhaps.

    Numbers without a point make a range of whole numbers.

    Raises
    ------
    ConfigError
        If it can't be read, or a configuration has nothing of this name.
    """
    name, separator, rest = text.partition("=")
    name = name.strip()
    if not separator:
        return usual_parameter(name, base)
    check_known(name, base)
    if ".." not in rest:
        return Parameter.of(name, values=tuple(_value(part) for part in rest.split(",")))
    span, _, scale = rest.partition(":")
    low, _, high = span.partition("..")
    if scale not in ("", "log", "linear"):
        raise ConfigError("A range ends with :log or with nothing. Received: {text}", text=text)
    ends = [_number(low, text), _number(high, text)]
    whole = all(isinstance(end, int) for end in ends)
    return Parameter.of(name, low=ends[0], high=ends[1], log=scale == "log", whole=whole)


def _value(text: str) -> Value:
    try:
        value = json.loads(text)
    except ValueError:
        return text.strip()
    return value if isinstance(value, bool | int | float | None) else text.strip()


def _number(text: str, whole: str) -> int | float:
    value = _value(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError("A range is two numbers, such as 1e-5..1e-1. Received: {text}", text=whole)
    return value

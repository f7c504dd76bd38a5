"""Questions that begin with one click: what of a configuration is tried follows from the configuration."""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from mnist_core.config.run import RunConfig
from mnist_core.config.study.parameter import Parameter
from mnist_core.config.study.question import Question
from mnist_core.config.study.rate import rate_config
from mnist_core.config.study.variant import known_parameters, sizes, usual_parameter
from mnist_core.config.table import SETTINGS
from mnist_core.errors import ConfigError
from mnist_core.text.numbers import significant

_SEEDS = 2**32
_SEARCHED = ("learning_rate", "filters", "batch_size")  # what a search begins with; units where there are no filters


def three_rates(base: RunConfig, recipe: str | None = None) -> Question:
    """Ask which learning rate is best: that of `base`, a tenth of it, and ten times as much."""
    return _three(base, recipe, "learning_rate", base.effective_learning_rate, 10, float)


def three_batch_sizes(base: RunConfig, recipe: str | None = None) -> Question:
    """Ask which batch size is best: that of `base`, a quarter of it, and four times as many."""
    return _three(base, recipe, "batch_size", base.train.batch_size, 4, round)


def repetition(base: RunConfig, recipe: str | None = None, *, seeds: int = 5) -> Question:
    """Ask how much of a result is luck: the same settings with several seeds."""
    return Question.parse({"kind": "repeat", "base": base, "recipe": recipe, "trials": seeds})


def more_data(base: RunConfig, recipe: str | None = None, *, seeds: int = 3) -> Question:
    """Ask whether more images would help: rising training sizes, each with several seeds."""
    first = base.train.seed
    over = [
        Parameter.of("train_size", values=sizes(base)),
        Parameter.of("seed", values=tuple((first + k) % _SEEDS for k in range(seeds))),
    ]
    return _of_values("sizes", base, recipe, over)


def rate_test(base: RunConfig, recipe: str | None = None) -> Question:
    """Ask for the right learning rate by one short run; raises `ConfigError` where nothing is trained step by step."""
    rate_config(base)
    return Question.parse({"kind": "rate", "base": base, "recipe": recipe})


def trying(base: RunConfig, over: Sequence[Parameter], recipe: str | None = None) -> Question:
    """Ask which of some values is best, or which combination of two settings'; raises `ConfigError`."""
    return _of_values("try", base, recipe, over)


def search(base: RunConfig, names: Sequence[str], trials: int, recipe: str | None = None, **how: Any) -> Question:
    """Ask for the best values of some settings; `how` may name ``sampler`` and ``pruner``. Raises `ConfigError`."""
    over = [usual_parameter(name, base) for name in names]
    asked = {"kind": "search", "base": base, "recipe": recipe, "over": over, "trials": trials, **how}
    return Question.parse(asked)


def searchable(base: RunConfig) -> dict[str, Parameter]:
    """Return what a search, or a trial of values, may take without being told its bounds, by name."""
    found = {}
    for name in known_parameters(base):
        try:
            found[name] = usual_parameter(name, base)
        except ConfigError:
            continue  # it has no usual bounds
    return found


def usually_searched(known: Mapping[str, Parameter]) -> list[str]:
    """Return the names that a search begins with."""
    names = ("units" if name == "filters" and name not in known else name for name in _SEARCHED)
    return [name for name in names if name in known]


def _three(
    base: RunConfig, recipe: str | None, name: str, now: float, factor: int, form: Callable[[float], float]
) -> Question:
    """Ask for a value, a smaller and a larger one; for two smaller ones where none is larger."""
    if name not in known_parameters(base):
        raise ConfigError("There is no setting called {name}. Received: {name}={value}", name=name, value=now)
    least, most = (_limit(name, *ends) for ends in (("ge", "gt"), ("le", "lt")))
    powers = (0, 1, 2) if now / factor < (least or 0) else (-2, -1, 0) if most and now * factor > most else (-1, 0, 1)
    values = tuple(dict.fromkeys(form(significant(now * factor**power, 6)) for power in powers))
    return _of_values("try", base, recipe, [Parameter.of(name, values=values)])


def _limit(name: str, *ends: str) -> float | None:
    rules = SETTINGS[name].field.metadata
    return next((getattr(rule, end) for rule in rules for end in ends if hasattr(rule, end)), None)


def _of_values(kind: str, base: RunConfig, recipe: str | None, over: Sequence[Parameter]) -> Question:
    trials = prod(len(parameter.values) or 1 for parameter in over)
    return Question.parse({"kind": kind, "base": base, "recipe": recipe, "over": over, "trials": trials})

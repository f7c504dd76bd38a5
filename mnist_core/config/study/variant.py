"""From a base and the values of a trial to the configuration of its run."""

import re
from collections.abc import Mapping
from typing import Any

from mnist_core.config.layers import LAYERS, Dense, Layer
from mnist_core.config.run import RunConfig
from mnist_core.config.sections import NetworkConfig
from mnist_core.config.setting import Slider
from mnist_core.config.study.parameter import Parameter, Value
from mnist_core.config.table import SETTINGS, Setting
from mnist_core.errors import ConfigError

DEPTH = "layers"  # the number of hidden Dense layers
_MOST_LAYERS = 24
_OF_ONE_LAYER = re.compile(r"([a-z][a-z_]*?)_([1-9][0-9]?)")
_BATCHES = (16, 32, 64, 128, 256, 512)
# Where a search looks unless told otherwise: what is sensible for pictures of 28 x 28, not all that is possible.
_USUAL: Mapping[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        Parameter(name="learning_rate", low=1e-5, high=1e-1, log=True),
        Parameter(name="batch_size", values=_BATCHES),
        Parameter(name="epochs", low=1, high=20, whole=True),
        Parameter(name="momentum", low=0.0, high=0.99),
        Parameter(name="weight_decay", low=1e-6, high=1e-1, log=True),
        Parameter(name="label_smoothing", low=0.0, high=0.2),
        Parameter(name="gradient_clip", low=0.1, high=10.0, log=True),
        Parameter(name="initializer_spread", low=1e-3, high=1.0, log=True),
        Parameter(name="warmup_epochs", values=(0, 1, 2)),
        Parameter(name="folds", values=(3, 5, 10)),
        Parameter(name="seed", values=(0, 1, 2, 3, 4)),
        Parameter(name=DEPTH, low=0, high=3, whole=True),
        Parameter(name="units", low=8, high=512, log=True, whole=True),
        Parameter(name="filters", low=4, high=64, log=True, whole=True),
        Parameter(name="kernel_size", values=(3, 5, 7)),
        Parameter(name="pool_size", values=(2, 3)),
        Parameter(name="rate", low=0.0, high=0.6),
        Parameter(name="stddev", low=0.0, high=0.5),
    )
}
# No part of what a network is: other labels, other images to check with, or no effect at all.
_NOT_TRIED = frozenset({"dataset", "validation_split", "tensorboard", "copies", "rehearsal"})


def applied(base: RunConfig, values: Mapping[str, Any]) -> RunConfig:
    """Return the configuration of a trial.

    Parameters
    ----------
    base : RunConfig
    values : mapping of str to value
        By the names of `Parameter`. The number of layers is set first, then what all layers have, then single ones.

    Raises
    ------
    ConfigError
        If a name is unknown here, or a value out of bounds.
    """
    settings = {name: value for name, value in values.items() if name in SETTINGS}
    config = base.with_settings(settings) if settings else base
    inside = {name: value for name, value in values.items() if name not in SETTINGS}
    if not inside:
        return config
    if not isinstance(config.model, NetworkConfig):
        raise ConfigError("There is no setting called {name}. Received: {name}={value}", **_first(inside))
    layers = list(config.model.layers)
    if DEPTH in inside:
        layers = _of_depth(layers, inside.pop(DEPTH))
    for name, value in sorted(inside.items(), key=lambda entry: _OF_ONE_LAYER.fullmatch(entry[0]) is not None):
        layers = with_field(layers, name, value)
    return RunConfig.parse(
        config.model_dump() | {"model": {"kind": "network", "layers": [layer.model_dump() for layer in layers]}}
    )


def known_parameters(base: RunConfig) -> tuple[str, ...]:
    """Return the names that can be tried with a configuration: settings that have an effect, then those of layers."""
    given = base.given
    names = [name for name, setting in SETTINGS.items() if name not in _NOT_TRIED and setting.is_offered(given)]
    if isinstance(base.model, NetworkConfig):
        names.append(DEPTH)
        names += dict.fromkeys(
            name for layer in base.model.layers for name in type(layer).model_fields if name != "kind"
        )
    return tuple(names)


def usual_parameter(name: str, base: RunConfig) -> Parameter:
    """Return where a search looks for a setting unless told otherwise.

    Raises
    ------
    ConfigError
        If the name is unknown here, or what it may be can't be guessed.
    """
    bare = match[1] if (match := _OF_ONE_LAYER.fullmatch(name)) and name not in SETTINGS else name
    check_known(name, base)
    if name == "train_size":
        return Parameter(name=name, values=sizes(base))
    if bare in _USUAL:
        return _USUAL[bare].model_copy(update={"name": name})
    if name in SETTINGS:
        return _of_setting(SETTINGS[name])
    if bare in ("activation", "padding"):
        return Parameter(name=name, values=_choices(bare))
    raise ConfigError("Say what {name} may be: single values, or a range.", name=name)


def check_known(name: str, base: RunConfig) -> None:
    """Raise `ConfigError` where a configuration has nothing of this name to try."""
    known = known_parameters(base)
    bare = match[1] if (match := _OF_ONE_LAYER.fullmatch(name)) else name
    if name not in known and not (match and bare in known and bare not in SETTINGS):
        if name in ("units", *(f"units_{n}" for n in range(1, _MOST_LAYERS + 1))) and DEPTH in known:
            return  # of layers that the study adds
        raise ConfigError(
            "There is nothing called {name} to try. Choose of: {known}.", name=name, known=", ".join(known)
        )


def sizes(base: RunConfig) -> tuple[int, ...]:
    """Return training sizes for a learning curve: 100, 300, 1,000 ... and all that there are."""
    most = base.spec.n_train
    steps = [size for power in range(2, 6) for size in (10**power, 3 * 10**power)]
    return (*[size for size in steps if size < most], most)


def _of_setting(setting: Setting) -> Parameter:
    spec = setting.spec
    if spec.choices is not None:
        return Parameter(name=setting.name, values=tuple(spec.choices))
    if setting.field.annotation is bool:
        return Parameter(name=setting.name, values=(False, True))
    low, high = _bounds(setting)
    if low is None or high is None or not isinstance(spec.widget, Slider):
        raise ConfigError("Say what {name} may be: single values, or a range.", name=setting.name)
    return Parameter(name=setting.name, low=low, high=high)


def _bounds(setting: Setting) -> tuple[float | None, float | None]:
    low = high = None
    for limit in setting.field.metadata:
        low = getattr(limit, "ge", getattr(limit, "gt", low))
        high = getattr(limit, "le", getattr(limit, "lt", high))
    return low, high


def _choices(name: str) -> tuple[Value, ...]:
    from mnist_core.config.activations import ACTIVATIONS
    from mnist_core.config.choices import PADDINGS

    return tuple(ACTIVATIONS if name == "activation" else PADDINGS)


def _of_depth(layers: list[Layer], depth: Any) -> list[Layer]:
    """Return layers with so many of kind Dense: the last ones go, or the last one comes again, at the end."""
    if not isinstance(depth, int) or not 0 <= depth <= _MOST_LAYERS:
        raise ConfigError(
            "The number of layers is a whole number from 0 to {most}. Received: {value}", most=_MOST_LAYERS, value=depth
        )
    dense = [place for place, layer in enumerate(layers) if isinstance(layer, Dense)]
    if depth <= len(dense):
        gone = set(dense[depth:])
        return [layer for place, layer in enumerate(layers) if place not in gone]
    like = layers[dense[-1]] if dense else Dense(units=64)
    return [*layers, *[like] * (depth - len(dense))]


def with_field(layers: list[Layer], name: str, value: Any) -> list[Layer]:
    """Return layers with another value for a field of all that have it, or of the n-th of them (``units_2``)."""
    match = _OF_ONE_LAYER.fullmatch(name)
    field, number = (match[1], int(match[2])) if match else (name, None)
    having = [place for place, layer in enumerate(layers) if field in type(layer).model_fields and field != "kind"]
    chosen = having if number is None else having[number - 1 : number]
    if not chosen:
        if field in {found for kind in LAYERS.values() for found in kind.model_fields} and number is None:
            return layers  # none of the layers is left that has it
        raise ConfigError("There is no setting called {name}. Received: {name}={value}", name=name, value=value)
    return [layer.model_copy(update={field: value}) if place in chosen else layer for place, layer in enumerate(layers)]


def _first(values: Mapping[str, Any]) -> dict[str, Any]:
    name = next(iter(values))
    return {"name": name, "value": values[name]}

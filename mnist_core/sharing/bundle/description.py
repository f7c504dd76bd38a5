"""Whether Keras's description of a network, the ``config.json`` of a ``.keras`` file, is that of a configuration.

Every value is held against the configuration: what Keras would build of it is what the run's settings say, and costs
what they cost. Values that are left out are Keras's defaults, which are ours.
"""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.config.choices import OPTIMIZERS
from mnist_core.config.layers import Initial, Layer, Seed
from mnist_core.drawing.prepare import SIDE
from mnist_core.errors import BundleError
from mnist_core.models.summary import layer_rows
from mnist_core.sharing.bundle.archive import shown
from mnist_core.system.libraries import DATA_FORMAT, FLOATX

Fits = Callable[[Any], bool]
_MOST_TEXT = 100
_MOST_LIST = 10
_MOST_NUMBER = 1e9


def check_description(content: Mapping[str, Any], config: RunConfig, classes: int) -> None:
    """Raise `BundleError` where a value is none that this program lets Keras write for a configuration."""
    assert isinstance(config.model, NetworkConfig)
    rows = layer_rows(config.model, classes)
    inner = content.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else None
    if not isinstance(layers, list) or not all(isinstance(layer, dict) for layer in layers):
        raise BundleError("model.keras is no network of its settings: it has other layers.")
    if layers and layers[0].get("class_name") == "InputLayer":
        _check("InputLayer", layers.pop(0), _INPUT, build=[None, SIDE, SIDE])
    if [layer.get("class_name") for layer in layers] != [row.name for row in rows]:
        raise BundleError("model.keras is no network of its settings: it has other layers.")
    for row, layer in zip(rows, layers, strict=True):
        _check(row.name, layer, _COMMON | _values(row.layer), build=[None, *row.input_shape])
    sequential = _COMMON | {"layers": _is_list, "build_input_shape": _equal([None, SIDE, SIDE])}
    _check("Sequential", content, sequential, build=[None, SIDE, SIDE], compiled=_is_compiled(config))


def _check(
    name: str, found: Mapping[str, Any], values: Mapping[str, Fits], build: list[Any], compiled: Fits | None = None
) -> None:
    """Try an object: its values, and nothing beside them."""
    outer: dict[str, Fits] = {
        "module": _is_text,  # with the class's name it was looked up before
        "class_name": _equal(name),
        "registered_name": _is_nothing,
        "config": lambda value: isinstance(value, dict),
        "build_config": lambda value: isinstance(value, dict) and value.keys() <= {"input_shape"},
        **({"compile_config": compiled} if compiled else {}),
    }
    config = found.get("config")
    built = found.get("build_config")
    inner = built.get("input_shape", build) if isinstance(built, dict) else build
    for known, there in ((outer, found), (values, config if isinstance(config, dict) else {})):
        for key, value in there.items():
            if key not in known or not known[key](value):
                raise _other(name, key, value)
    if inner != build:
        raise _other(name, "input_shape", inner)


def _other(name: str, key: str, value: Any) -> BundleError:
    return BundleError(
        "model.keras is no network of its settings: its layer {layer} says {name} = {value}.",
        layer=shown(name),
        name=shown(str(key)),
        value=shown(repr(value)[:_MOST_TEXT]),
    )


def _values(layer: Layer) -> dict[str, Fits]:
    """Return what a layer's own values have to be."""
    order = {"data_format": DATA_FORMAT} if layer.ordered else {}
    return {name: _fitting(wanted) for name, wanted in (layer.description() | order).items()}


def _fitting(wanted: Any) -> Fits:
    match wanted:
        case None:
            return _is_nothing
        case Seed():
            return _is_seed
        case Initial():
            return _initializer(wanted.name)
    return _equal(wanted)


def _equal(wanted: Any) -> Fits:
    return lambda value: type(value) is type(wanted) and bool(value == wanted)


def _is_nothing(value: Any) -> bool:
    return value in (None, "")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _MOST_TEXT


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_seed(value: Any) -> bool:
    return value is None or (type(value) is int and 0 <= value < 2**32)


def _is_policy(value: Any) -> bool:
    if isinstance(value, dict) and value.get("class_name") == "DTypePolicy":
        return bool(value.get("config") == {"name": FLOATX})
    return bool(value == FLOATX)


def _initializer(name: str) -> Fits:
    def fits(value: Any) -> bool:
        if not isinstance(value, dict) or value.get("class_name") != name or not isinstance(value.get("config"), dict):
            return False
        return all(part is None or (key == "seed" and _is_seed(part)) for key, part in value["config"].items())

    return fits


def _is_compiled(config: RunConfig) -> Fits:
    """Return whether a value says how the network was trained; nobody here compiles it again."""

    def fits(value: Any) -> bool:
        if not isinstance(value, dict) or not _is_small(value):
            return False
        optimizer = value.get("optimizer")
        known = (OPTIMIZERS[config.train.optimizer].keras_class, "LossScaleOptimizer")
        if isinstance(optimizer, dict) and optimizer.get("class_name") not in known:
            return False
        return value.get("loss") in (None, config.train.loss)

    return fits


def _is_small(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_text(key) for key in value) and all(map(_is_small, value.values()))
    if isinstance(value, list):
        return len(value) <= _MOST_LIST and all(map(_is_small, value))
    if isinstance(value, int | float):
        return abs(value) <= _MOST_NUMBER and isfinite(value)
    return value is None or _is_text(value)


_COMMON: dict[str, Fits] = {
    "name": _is_text,
    "trainable": lambda value: isinstance(value, bool),
    "dtype": _is_policy,
}
_INPUT: dict[str, Fits] = _COMMON | {
    "batch_shape": _equal([None, SIDE, SIDE]),
    **dict.fromkeys(("sparse", "ragged", "optional"), _equal(False)),
}

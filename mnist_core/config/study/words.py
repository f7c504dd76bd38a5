"""What a study tries, in words: the names of settings and their values, wherever they are shown."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic.fields import FieldInfo

from mnist_core.config.choices import OneOf
from mnist_core.config.layers import LAYERS, Layer
from mnist_core.config.study.variant import DEPTH
from mnist_core.config.table import SETTINGS
from mnist_core.text import English
from mnist_core.text.numbers import significant

_OF_ONE_LAYER = re.compile(r"([a-z][a-z_]*?)_([1-9][0-9]?)")
DIGITS = 4  # a search draws numbers with sixteen, of which so many tell anything


def _found() -> Mapping[str, tuple[FieldInfo, list[type[Layer]]]]:
    fields: dict[str, tuple[FieldInfo, list[type[Layer]]]] = {}
    for kind in LAYERS.values():
        for name, field in kind.model_fields.items():
            if name != "kind":
                fields.setdefault(name, (field, []))[1].append(kind)
    return fields


_FIELDS = _found()  # of layers by name, with the kinds that have them


def parameter_title(name: str, t: English) -> str:
    """Return what the `Parameter` of a name is called on the screen, translated; a name that is unknown as it is."""
    if name in SETTINGS:
        return t(SETTINGS[name].title)
    if name == DEPTH:
        return t("Hidden layers")
    if name in _FIELDS:
        return _field_title(name, t)
    match = _OF_ONE_LAYER.fullmatch(name)
    if match and match[1] in _FIELDS:
        return t("{setting}, layer {number}", setting=_field_title(match[1], t), number=match[2])
    return name


def value_words(name: str, value: Any, t: English) -> str:
    """Return a value of the `Parameter` of a name in words, translated; of a long number its first digits."""
    if isinstance(value, float):
        value = significant(value, DIGITS)
    if name in SETTINGS:
        return SETTINGS[name].said(value, t)
    match = _OF_ONE_LAYER.fullmatch(name)
    field, _ = _FIELDS.get(name) or _FIELDS.get(match[1] if match else "") or (None, ())
    choices = next((one.choices for one in (field.metadata if field else ()) if isinstance(one, OneOf)), {})
    if value in choices:
        return t(choices[value].title)
    return t.number(value, "," if isinstance(value, int) else "") if isinstance(value, int | float) else str(value)


def _field_title(name: str, t: English) -> str:
    """Return the title of a layer's field, with the kind of layer where the title alone is vague, such as "Rate"."""
    field, kinds = _FIELDS[name]
    title = t(field.title or name)
    return f"{kinds[0].title}: {title}" if len(kinds) == 1 and not kinds[0].network else title

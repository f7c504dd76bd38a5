"""Configurations that come from outside: read with one sentence that says what is wrong with them."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import ValidationError

from mnist_core.config.base import Frozen
from mnist_core.config.layers import LAYERS
from mnist_core.config.sections import NetworkConfig
from mnist_core.config.table import SECTIONS
from mnist_core.errors import ConfigError
from mnist_core.text import Phrase, Sentence, reason


class Checked(Frozen):
    """A value that tells in words why it can't be made."""

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Self:
        """Check `values` and return what they describe.

        Raises
        ------
        ConfigError
            With one sentence that names the first setting out of bounds and what was received.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise _config_error(error) from error

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote; raises `ConfigError`."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise _config_error(error) from error


# What a setting is called on the screen, by its name in the configuration.
_MODELS: tuple[type[Frozen], ...] = (*SECTIONS.values(), NetworkConfig, *LAYERS.values())
_TITLES: Mapping[str, Sentence] = {
    name: field.title for model in _MODELS for name, field in model.model_fields.items() if field.title
}


def _config_error(error: ValidationError) -> ConfigError:
    first = error.errors(include_url=False)[0]
    why, path = reason(first), first["loc"]
    if not path:  # settings that don't go together
        return ConfigError(why.words, **why.values)
    name = str(path[-1])
    title = Phrase(_TITLES[name]) if name in _TITLES else name
    layer = next((part + 1 for part in path if isinstance(part, int)), None)  # counted from 1
    received = repr(first["input"])
    return ConfigError(
        "{title}: {reason}. Received: {name}={received}",
        title=title if layer is None else Phrase("Layer {number}, {title}", number=layer, title=title),
        reason=why,
        name=name,
        received=received if len(received) <= 60 else received[:57] + "...",
    )

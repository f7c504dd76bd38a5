"""The whole configuration as a short text for an address, and back.

A text is made of a version, a checksum and compressed JSON of what differs from the defaults. Reading one decides
nothing: it gives a checked `RunConfig`, or an error in one sentence.
"""

import base64
import binascii
import json
import re
import zlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import BaseModel

from mnist_core.config import LAYERS, LogisticConfig, NetworkConfig, RunConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.config.table import SECTIONS
from mnist_core.errors import ConfigError, LinkError

VERSION = "1"
"""First character of a text. A changed default needs another one: old links would mean other settings."""

CONFIG, RUN, STUDY = "config", "run", "study"  # what they are called in an address
PAGE, STUDIES = "train", "studies"  # the pages that settings and runs lead to, and studies

_MOST_TEXT = 4000  # characters; 24 layers with all settings changed take 500
_MOST_JSON = 20_000  # bytes after unpacking, so that a small text can't fill the memory
# All that names and numbers of settings need: errors quote them, and nobody shall write on another's page.
_LETTERS = re.compile(rb'[A-Za-z0-9_{}\[\]:,."+-]*')
# What a network is made of is written on its own; fine-tuning needs drawings, which are in no link.
_SECTIONS = tuple(name for name in SECTIONS if name not in ("model", "fine_tune"))
# Where JSON of ours is long: compression takes it for what came before. Part of the version, as the defaults are.
_USUAL = json.dumps(
    {
        "augment": {"elastic": 1.0, "rotation": 10.0, "scale": 0.1, "shear": 10.0, "shift": 1.0, "thickness": 0.5},
        "data": {"dataset": "fashion_mnist", "pen_strokes": True, "train_size": 10000, "validation_split": 0.1},
        "model": {
            "layers": [
                {"filters": 64, "kernel_size": 5, "kind": "conv2d", "padding": "same"},
                {"kind": "batch_normalization"},
                {"kind": "max_pooling2d"},
                {"kind": "dropout", "rate": 0.5},
                {"activation": "tanh", "kind": "dense", "units": 512},
            ]
        },
        "recipe": "first-network",
        "train": {
            "batch_size": 32,
            "early_stopping": 3,
            "epochs": 10,
            "learning_rate": 0.002,
            "loss": "sparse_categorical_crossentropy",
            "optimizer": "rmsprop",
            "precision": "mixed_bfloat16",
            "schedule": "cosine",
            "seed": 1,
        },
    },
    separators=(",", ":"),
).encode()


@dataclass(frozen=True)
class LinkedSettings:
    """What a link says.

    Attributes
    ----------
    config : RunConfig
        Checked, never fine-tuned.
    recipe : str or None
        Id of the recipe that the settings began with, where this version has it.
    """

    config: RunConfig
    recipe: str | None = None


def write_link(config: RunConfig, recipe: str | None = None) -> str:
    """Return settings as text of letters, digits, "-" and "_"; at most a few hundred of them.

    Fine-tuning is left out: it needs drawings, which belong to their owner and are in no link.
    """
    values = _differences(config)
    if recipe in RECIPES:
        values["recipe"] = recipe
    text = json.dumps(values, sort_keys=True, separators=(",", ":")).encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=_USUAL)
    packed = zlib.crc32(text).to_bytes(4, "big") + packer.compress(text) + packer.flush()
    return VERSION + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_link(text: str) -> LinkedSettings:
    """Return the settings of a text from `write_link`, or of a whole address that has one.

    Raises
    ------
    LinkError
        If it is none of ours, cut off or changed, too long, of a newer version, or names what this version
        does not know.
    ConfigError
        If a value is out of bounds, or settings contradict each other.
    """
    text = _text_of(text.strip())
    if len(text) > _MOST_TEXT:
        raise LinkError("This link is too long to be one of MNIST Lab's. Ask for it again.")
    if not re.fullmatch("[0-9][A-Za-z0-9_-]+", text):
        raise LinkError("This is no link to settings of MNIST Lab. Copy the whole link, from its beginning to its end.")
    if text[0] != VERSION:
        raise LinkError("This link comes from another version of MNIST Lab. Ask for a new one, or update MNIST Lab.")
    values = _json_of(_unpacked(text[1:]))
    recipe = values.pop("recipe", None)
    return LinkedSettings(_config_of(values), recipe if isinstance(recipe, str) and recipe in RECIPES else None)


def settings_address(base: str, config: RunConfig, recipe: str | None = None) -> str:
    """Return the address of a form with these settings, below `base` (``http://localhost:8501``)."""
    return f"{base.rstrip('/')}/{PAGE}?{urlencode({CONFIG: write_link(config, recipe)})}"


def run_address(base: str, run_id: str) -> str:
    """Return the address of a run itself, below `base`."""
    return f"{base.rstrip('/')}/{PAGE}?{urlencode({RUN: run_id})}"


def study_address(base: str, study_id: str) -> str:
    """Return the address of a study, below `base`."""
    return f"{base.rstrip('/')}/{STUDIES}?{urlencode({STUDY: study_id})}"


def _text_of(text: str) -> str:
    """Return the settings' part of an address, or the text itself if it is no address."""
    if not re.search("[?/:]", text):
        return text
    try:
        query = parse_qs(urlsplit(text).query, max_num_fields=20)
    except ValueError:
        query = {}
    if CONFIG in query:
        return query[CONFIG][0]
    if RUN in query:
        raise LinkError("This link leads to a run, not to settings. Open it in a browser to look at the run.")
    raise LinkError("This is no link to settings of MNIST Lab. Copy the whole link, from its beginning to its end.")


def _unpacked(text: str) -> bytes:
    damaged = LinkError("This link was cut off or changed on its way. Copy the whole link, or ask for it again.")
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj(-15, zdict=_USUAL)
        content = unpacker.decompress(packed[4:], _MOST_JSON)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise damaged from error
    whole = unpacker.eof and not unpacker.unused_data and not unpacker.unconsumed_tail
    if not whole or zlib.crc32(content).to_bytes(4, "big") != packed[:4]:
        raise damaged
    return content


def _json_of(content: bytes) -> dict[str, Any]:
    if not _LETTERS.fullmatch(content):
        raise LinkError("This link holds no settings. Ask for it again.")
    try:
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise LinkError("This link holds no settings. Ask for it again.") from error
    if not isinstance(values, dict):
        raise LinkError("This link holds no settings. Ask for it again.")
    return values


def _differences(config: RunConfig) -> dict[str, Any]:
    """Return the settings that are not the defaults, by section."""
    values = {name: _changed(getattr(config, name)) for name in _SECTIONS}
    if isinstance(config.model, NetworkConfig):
        values["model"] = {"layers": [_changed(layer) | {"kind": layer.kind} for layer in config.model.layers]}
    else:
        values["model"] = _changed(config.model) | {"kind": config.model.kind}
    return {name: value for name, value in values.items() if value and value != {"layers": []}}


def _changed(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json", exclude_defaults=True)


def _config_of(values: dict[str, Any]) -> RunConfig:
    _check_names(values)
    if "model" in values:
        values["model"].setdefault("kind", "network")
    return RunConfig.parse(values)


def _check_names(values: dict[str, Any]) -> None:
    """Raise `LinkError` where a link has settings that this version does not know, wherever they are."""
    known = {name: set(SECTIONS[name].model_fields) for name in _SECTIONS}
    known["model"] = {*NetworkConfig.model_fields, *LogisticConfig.model_fields}
    for section, settings in values.items():
        if section not in known:
            raise _unknown(section)
        if not isinstance(settings, dict):
            raise LinkError("This link holds no settings. Ask for it again.")
        for name in settings:
            if name not in known[section]:
                raise _unknown(name)
    for layer in _layers(values):
        kind = layer.get("kind")
        if not isinstance(kind, str) or kind not in LAYERS:
            raise _unknown(str(kind))
        for name in layer:
            if name not in LAYERS[kind].model_fields:
                raise _unknown(name)


def _layers(values: dict[str, Any]) -> list[dict[str, Any]]:
    layers = values.get("model", {}).get("layers", [])
    return [layer for layer in layers if isinstance(layer, dict)] if isinstance(layers, list) else []


def _unknown(name: str) -> ConfigError:
    return LinkError(
        "This link has a setting that this version of MNIST Lab does not know: {name}. Update MNIST Lab, or ask for "
        "another link.",
        name=re.sub(r"\W+", " ", name).strip()[:40],  # a page would make a link of an address
    )

"""A configuration in a few words, for lists of runs.

It takes configurations as they were written, without checking them: thousands are listed at once, and older ones lack
what came later.
"""

from collections.abc import Mapping
from typing import Any, Literal, get_args

from mnist_core.config.layers import LAYERS, Layer
from mnist_core.config.recipes import RECIPES
from mnist_core.config.sections import AugmentationConfig
from mnist_core.config.table import SETTINGS, given_in
from mnist_core.text import English, Sentence, cut, exact

ModelKind = Literal["softmax", "dense", "convolutional", "logistic"]
MODEL_KINDS: tuple[ModelKind, ...] = get_args(ModelKind)
MAX_NAME = 200  # characters of a run's name
KIND_TITLES: Mapping[ModelKind, Sentence] = {
    "dense": "Dense",
    "convolutional": "Convolutional",
    "softmax": "No hidden layer",
    "logistic": "Logistic regression",
}


def model_kind(settings: Mapping[str, Any]) -> ModelKind:
    """Return what kind of model a configuration describes.

    Parameters
    ----------
    settings : mapping
        In the form of `RunConfig.model_dump`.
    """
    model = settings.get("model", {})
    if model.get("kind") == "logistic_sgd":
        return "logistic"
    found = {spec.network for spec in _kinds(settings)}
    return "convolutional" if "convolutional" in found else "dense" if "dense" in found else "softmax"


def model_words(settings: Mapping[str, Any], t: English) -> str:
    """Return what kind of network it is, with the sizes of its layers.

    Parameters
    ----------
    settings : mapping
        In the form of `RunConfig.model_dump`.
    t : English
        Of the reader.
    """
    kind = model_kind(settings)
    if kind in ("softmax", "logistic"):
        return t(KIND_TITLES[kind])
    words = " · ".join(_listed(settings, spec, t) for spec in _kinds(settings) if spec.network)
    return words[:1].upper() + words[1:]


def setting_words(settings: Mapping[str, Any], t: English) -> list[str]:
    """Return the settings that one tells runs apart by, each in one or two words; `settings` as of `model_words`."""
    given = given_in(settings)
    shown = [setting for setting in SETTINGS.values() if setting.section != "augment"]
    shown.sort(key=lambda setting: not setting.spec.always_said)
    words = {setting.name: setting.short(given, t) for setting in shown}
    seed = words.pop("seed")  # tells least, so it comes last
    parts = [*words.values()]
    if given["kind"] == "network":
        parts += _against_overfitting(settings, t)
        if any(SETTINGS[name].is_used(given) for name in AugmentationConfig.model_fields):
            parts.append(t("augmentation"))
    if given["fine_tuned"]:
        parts.append(t("fine-tuned"))
    return [part for part in (*parts, seed) if part]


def run_name(name: str, recipe: str | None, shipped: bool, t: English) -> str:
    """Return what a run is called: a name that the program gave in the reader's language, a typed one as it is.

    Parameters
    ----------
    name : str
        As it is stored.
    recipe : str or None
        Id of the recipe that it began with.
    shipped : bool
        Whether it came with the program.
    t : English
        Of the reader.
    """
    given = shipped or (recipe in RECIPES and RECIPES[recipe].title == name)
    return t(name) if given else name


def variant_name(name: str, t: English) -> str:
    """Return the name of a run that begins with the settings of the one called `name`; a variant's is the same."""
    ending = t(", variant")
    return name if name.endswith(ending) else cut(name, MAX_NAME - len(ending)) + ending


def _kinds(settings: Mapping[str, Any]) -> list[type[Layer]]:
    """Return the kinds of a network's layers, each once, in the order of their first."""
    layers = settings.get("model", {}).get("layers", ())
    return list(dict.fromkeys(LAYERS[layer["kind"]] for layer in layers if layer["kind"] in LAYERS))


def _listed(settings: Mapping[str, Any], spec: type[Layer], t: English) -> str:
    """Return what a list says of all layers of a kind: each size, or each other value once."""
    own = [layer for layer in settings["model"]["layers"] if LAYERS.get(layer["kind"]) is spec]
    values = [exact(layer[spec.listed_by]) for layer in own if spec.listed_by]
    return t(spec.listed, values=", ".join(values if spec.network else dict.fromkeys(values)))


def _against_overfitting(settings: Mapping[str, Any], t: English) -> list[str]:
    kinds = sorted(_kinds(settings), key=list(LAYERS.values()).index)
    parts = [_listed(settings, spec, t) for spec in kinds if spec.listed and not spec.network]
    return parts

"""Which networks come with the program: names, words, and what they learned from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mnist_core.config import RunConfig
from mnist_core.config.recipes import get_recipe
from mnist_core.errors import ConfigError
from mnist_core.text import Sentence

_MNIST: Sentence = "MNIST (Yann LeCun, Corinna Cortes and Chris Burges), CC BY-SA 3.0"
_FASHION: Sentence = "Fashion-MNIST (Zalando SE), MIT"
_PEN: Sentence = (
    "Pen-Based Recognition of Handwritten Digits (E. Alpaydin and F. Alimoglu, UCI 1998), CC BY 4.0: "
    "the strokes of its 15 writers with even numbers"
)


@dataclass(frozen=True, kw_only=True)
class ShippedModel:
    """What is fixed about a shipped model; the rest is in its bundle.

    Parameters
    ----------
    name : str
        Name of its bundle, and what the command line calls it.
    run_id : str
        Under which it stands in the record, so that links to it stay right; their order is that of the lists.
    version : int
        To be raised whenever another model is packed under this name: a larger one replaces a smaller one.
    title, summary : str
        Name and sentence on the screen.
    sources : tuple of str
        What it learned from, each with its licence; English.
    recipe : str
        How it is trained.
    settings : mapping
        What differs from the recipe, by plain name.
    weight_bits : int
        Bits of each weight's mantissa that are kept, 1 to 23: float32 has 23, float16 has 10.
    """

    name: str
    run_id: str
    version: int
    title: str
    summary: str
    sources: tuple[Sentence, ...]
    recipe: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    weight_bits: int = 8

    @property
    def config(self) -> RunConfig:
        """Everything that it is trained with."""
        return get_recipe(self.recipe).config.with_settings(self.settings)


SHIPPED: dict[str, ShippedModel] = {
    model.name: model
    for model in (
        ShippedModel(
            name="handwriting",
            run_id="20260101-000000-00000001",
            version=3,
            title="Reads your handwriting",
            summary="It learned from MNIST and from the pen strokes of fifteen more people, who write in other ways.",
            sources=(_MNIST, _PEN),
            recipe="handwriting-cnn",
            # With real strokes at hand fewer need to be made up, and MNIST itself is read better.
            settings={"pen_strokes": True, "habits": 0.3, "epochs": 20},
        ),
        ShippedModel(
            name="mnist-only",
            run_id="20260101-000000-00000002",
            version=3,
            title="MNIST only",
            summary="It learned from nothing but MNIST, turned, bent and drawn anew in many ways.",
            sources=(_MNIST,),
            recipe="handwriting-cnn",
        ),
        ShippedModel(
            name="fashion",
            run_id="20260101-000000-00000003",
            version=3,
            title="Knows clothes",
            summary="It learned from the photos of Fashion-MNIST.",
            sources=(_FASHION,),
            recipe="best-fashion-cnn",
            weight_bits=7,  # four times the weights of the others
        ),
    )
}

DEFAULT = SHIPPED["handwriting"]
"""What Draw begins with."""


def find_shipped(name: str) -> ShippedModel:
    """Return a shipped model by its name; raises `ConfigError`."""
    try:
        return SHIPPED[name]
    except KeyError:
        raise ConfigError(
            "There is no shipped model called {name}. Choose one of {known}. Received: {name}",
            name=name,
            known=", ".join(SHIPPED),
        ) from None

"""What is told of a block in words: what a pointer, the keyboard, a table and a screen reader find."""

from collections.abc import Mapping
from dataclasses import dataclass

from mnist_core.config.layers import Shape
from mnist_core.diagram.blocks import Block, Diagram
from mnist_core.text import English, Sentence, english

_WEIGHTS: Mapping[str, Sentence] = {
    "kernel": "{shape} weights",
    "bias": "{shape} biases",
    "gamma": "{shape} factors",
    "beta": "{shape} shifts",
    "moving_mean": "{shape} running means",
    "moving_variance": "{shape} running variances",
}
"""What a layer's weights are called, by their names in Keras."""


@dataclass(frozen=True)
class BlockWords:
    """A block in words, all of them translated.

    Attributes
    ----------
    name : str
    shape : str
        Of what it passes on: ``26 × 26 × 32``.
    drawn : str
        How much of it is drawn: ``16 of 512``; empty where all is.
    parts : str
        Its parameters taken apart: ``784 × 512 weights + 512 biases``; empty where it has none.
    parameters : str
        How many they are: ``401,920``.
    code : str
        Its line of Keras code.
    """

    name: str
    shape: str
    drawn: str
    parts: str
    parameters: str
    code: str

    def facts(self, t: English = english) -> tuple[str, ...]:
        """Return all but name and code in a few words each."""
        numbers = t("{parts} = {n} parameters", parts=self.parts, n=self.parameters) if self.parts else ""
        drawn = t("{shown} are drawn", shown=self.drawn) if self.drawn else ""
        return tuple(filter(None, (t("passes on {shape}", shape=self.shape), drawn, numbers)))


def name_of(block: Block, t: English = english) -> str:
    """Return what a block is called: ``Dense``, ``Dropout 0.3``."""
    return f"{t(block.name)} {block.setting}".rstrip()


def words_of(block: Block, t: English = english) -> BlockWords:
    """Return what is told of a block."""
    shown = len(block.shown)
    parts = (t(_WEIGHTS.get(name, "{shape} numbers"), shape=sides(shape, t)) for name, shape in block.weights.items())
    return BlockWords(
        name_of(block, t),
        sides(block.output_shape, t),
        t("{shown} of {n:,}", shown=shown, n=block.units) if shown < block.units and block.form != "bar" else "",
        " + ".join(parts),
        t.number(block.parameters, ","),
        block.code,
    )


def in_a_line(block: Block, t: English = english) -> str:
    """Return all that is told of a block, one thing after the other."""
    words = words_of(block, t)
    return ". ".join(filter(None, (words.name, *words.facts(t), words.code)))


def sides(shape: Shape, t: English = english) -> str:
    """Return a shape as it is read: ``26 × 26 × 32``."""
    return " × ".join(t.number(side, ",") for side in shape)


def alt_of(diagram: Diagram, t: English = english) -> str:
    """Return the picture of a network in one sentence."""
    names = ", ".join(name_of(block, t) for block in diagram.blocks)
    return t("The network as a picture, {n:,} parameters in all: {names}.", n=diagram.parameters, names=names)

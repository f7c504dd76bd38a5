"""From a configuration to the blocks of its picture, by arithmetic alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Literal

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.config.activations import ACTIVATIONS, SOFTMAX
from mnist_core.config.layers import Output, Shape
from mnist_core.config.sections import ModelConfig
from mnist_core.drawing.prepare import SIDE
from mnist_core.models.summary import LayerRow, layer_rows
from mnist_core.models.weights import weight_shapes
from mnist_core.script.logistic import model_line
from mnist_core.script.network import layer_lines
from mnist_core.text import Sentence, exact

MOST_UNITS, MOST_MAPS = 16, 6
"""How many units or maps of a layer are drawn; the words below say of how many."""

Form = Literal["image", "maps", "units", "bar"]


@dataclass(frozen=True)
class Block:
    """One block of the picture: the image that goes in, or a layer.

    Attributes
    ----------
    number : int
        Its place in `mnist_core.models.layer_rows`; -1 for the image.
    name : str
        Its class in Keras.
    setting : str
        What tells it from others of its kind where nothing of it is drawn: ``0.3`` of a Dropout.
    form : {"image", "maps", "units", "bar"}
        How it is drawn: a picture, a stack of maps, a column of units, or a bar across the way for what has no
        connections of its own.
    input_shape, output_shape : tuple of int
        Without the batch dimension.
    weights : dict of str to tuple of int
        The shapes of its weights, by Keras's names and in Keras's order.
    code : str
        Its line of Keras code, as in the script of the same configuration.
    window : int
        Side of the square that each number is made from, in pixels; 0 where all numbers that come in are looked at.
    activation : str
        Title of what each unit does to its sum; empty where there is none.
    answers : bool
        Whether it is the last one.
    silent : bool
        Whether it only gives on, in another form at most, what comes in when the network answers.
    """

    number: int
    name: Sentence
    setting: str
    form: Form
    input_shape: Shape
    output_shape: Shape
    weights: Mapping[str, Shape]
    code: str
    window: int = 0
    activation: Sentence = ""
    answers: bool = False
    silent: bool = False

    @property
    def parameters(self) -> int:
        """Numbers that it holds, those that are not trained included."""
        return sum(map(prod, self.weights.values()))

    @property
    def units(self) -> int:
        """How many units or maps it has."""
        return self.output_shape[-1] if len(self.output_shape) != 2 else 1

    @property
    def shown(self) -> tuple[int, ...]:
        """Numbers of the units or maps that are drawn without a digit: the first and the last ones."""
        most = {"maps": MOST_MAPS, "units": MOST_UNITS}.get(self.form, 1)
        if self.units <= most:
            return tuple(range(self.units))
        first = most // 2
        return (*range(first), *range(self.units - (most - first), self.units))


@dataclass(frozen=True)
class Diagram:
    """A network from the image to its answer.

    Attributes
    ----------
    blocks : tuple of Block
        The image first, the answer last.
    class_names : tuple of str
        English.
    """

    blocks: tuple[Block, ...]
    class_names: tuple[Sentence, ...]

    @property
    def parameters(self) -> int:
        """Numbers that the whole network holds."""
        return sum(block.parameters for block in self.blocks)

    @property
    def links(self) -> tuple[tuple[int, int], ...]:
        """Places of the blocks that are connected: bars lie across the way."""
        ends = [place for place, block in enumerate(self.blocks) if block.form != "bar"]
        return tuple(zip(ends, ends[1:], strict=False))


def diagram_of(config: RunConfig) -> Diagram:
    """Return the blocks of a configuration's network, or of the baseline.

    Raises
    ------
    ConfigError
        If layers don't fit together.
    """
    spec = config.spec
    layers = _layers(config) if isinstance(config.model, NetworkConfig) else (_baseline(config, spec.num_classes),)
    line = layer_lines(config)[0] if isinstance(config.model, NetworkConfig) else ""
    name: Sentence = "Input image"
    image = Block(-1, name, "", "image", (SIDE, SIDE), (SIDE, SIDE), {}, line)
    return Diagram((image, *layers), spec.class_names)


def _layers(config: RunConfig) -> tuple[Block, ...]:
    assert isinstance(config.model, NetworkConfig)
    rows, lines = layer_rows(config.model, config.spec.num_classes), layer_lines(config)[1:]
    return tuple(_block(number, row, line) for number, (row, line) in enumerate(zip(rows, lines, strict=True)))


def _block(number: int, row: LayerRow, line: str) -> Block:
    form: Form = "bar"
    if "kernel" in row.weights or row.layer.work(row.input_shape).pooled:
        form = "maps" if len(row.output_shape) == 3 else "units"
    function = getattr(row.layer, "activation", "linear")
    return Block(
        number,
        row.name,
        exact(row.layer.call().args[0]) if form == "bar" and row.layer.random else "",
        form,
        row.input_shape,
        row.output_shape,
        row.weights,
        line,
        row.layer.window,
        "" if function == "linear" else (SOFTMAX if function == SOFTMAX.id else ACTIVATIONS[function]).title,
        isinstance(row.layer, Output),
        row.layer.silent,
    )


def _baseline(config: RunConfig, num_classes: int) -> Block:
    model: ModelConfig = config.model
    name: Sentence = "Logistic regression"
    return Block(
        0,
        name,
        "",
        "units",
        (SIDE, SIDE),
        (num_classes,),
        weight_shapes(model, num_classes),
        model_line(config),
        activation="Sigmoid",
        answers=True,
    )

"""What all kinds of layers have in common: everything that the program asks of one."""

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, Literal, NamedTuple

from mnist_core.config.base import Frozen
from mnist_core.errors import ConfigError
from mnist_core.onnx.graph import LayerWriter, Shape, Table
from mnist_core.text import English, exact


class Call(NamedTuple):
    """The arguments of a layer's class in Keras, those left out that are Keras's defaults."""

    args: tuple[Any, ...] = ()
    named: dict[str, Any] = {}

    @property
    def code(self) -> str:
        """The arguments as they stand in Keras code: ``32, 3, padding="same"``."""
        named = (f"{name}={_literal(value)}" for name, value in self.named.items())
        return ", ".join([*map(_literal, self.args), *named])


def _literal(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


@dataclass(frozen=True)
class Work:
    """What one image costs a layer when the network answers.

    Attributes
    ----------
    dense, conv : int
        Multiplications, by the two kinds of product that a computer does at speeds of their own.
    pooled : int
        Numbers that are compared or added up.
    normalized : int
        Numbers that are brought into a common range.
    """

    dense: int = 0
    conv: int = 0
    pooled: int = 0
    normalized: int = 0


class Step(NamedTuple):
    """How far the arrows of a number's field go."""

    size: int


class Layer(Frozen):
    """A hidden layer as it is configured. A subclass is all that the program knows about its kind.

    Its fields have the names of Keras's arguments; their limits, titles and descriptions make the form.

    Attributes
    ----------
    title : str
        Its class in `keras.layers`, which is its name on the screen too.
    help : str
        A learner's explanation, one sentence or two.
    takes : {"anything", "image", "list"}
        What goes in: a channel axis is added before the first that needs an image, and an image becomes a list of
        numbers (Flatten) before one that needs that.
    network : {"", "dense", "convolutional"}
        What a network with it is called, for layers that learn shapes.
    listed, listed_by : str
        How lists of runs tell of it: words, and the field whose values they give as ``{values}``.
    ordered : bool
        Whether Keras is told which axis of an image holds the channels.
    outputs_kept : int
        How many tables of its output's size training keeps until the backward pass.
    random : bool
        Whether it draws random numbers while the network learns.
    silent : bool
        Whether it only gives on, in another form at most, what comes in when the network answers.
    joins : bool
        Whether it may share the line of the layer before it where a script is long.
    exact : bool
        Whether it calculates with float32 whatever the precision of the training.
    """

    title: ClassVar[str]
    help: ClassVar[str]
    takes: ClassVar[Literal["anything", "image", "list"]] = "anything"
    network: ClassVar[str] = ""
    listed: ClassVar[str] = ""
    listed_by: ClassVar[str] = ""
    ordered: ClassVar[bool] = False
    outputs_kept: ClassVar[int] = 1
    random: ClassVar[bool] = False
    silent: ClassVar[bool] = False
    joins: ClassVar[bool] = False
    exact: ClassVar[bool] = False

    kind: str = ""

    def call(self) -> Call:
        """Return the arguments that Keras is given, by the program and in the code for learners alike."""
        return Call()

    def output_shape(self, shape: Shape, number: int) -> Shape:
        """Return what comes out of what comes in, both without the batch dimension.

        Raises
        ------
        ConfigError
            If it does not fit; `number` is its place among the hidden layers, from 1.
        """
        return shape

    def weights(self, shape: Shape) -> dict[str, Shape]:
        """Return the shapes of its weights for an input of `shape`, by Keras's names and in Keras's order."""
        return {}

    @property
    def window(self) -> int:
        """Side, in pixels, of the square that each number is made from; 0 for layers that look at no squares."""
        return 0

    def work(self, shape: Shape) -> Work:
        """Return what one image of `shape` costs."""
        return Work()

    def onnx(self, out: LayerWriter, table: Table) -> Table:
        """Write its operators into an ONNX graph, and return what they make of a table of numbers."""
        raise NotImplementedError(f"{self.title} has no ONNX operators")

    @classmethod
    def read(cls, description: dict[str, Any]) -> dict[str, Any]:
        """Return the settings that Keras's description of a layer tells; raises `KeyError` where one is missing."""
        values: dict[str, Any] = {"kind": cls.model_fields["kind"].default}
        for name in cls.model_fields.keys() - {"kind"}:
            value = description[name]
            values[name] = value[0] if isinstance(value, list) else value  # a square's sides: all are equal
        return values

    def brief(self) -> str:
        """Return its name and its first argument, for columns of figures: ``Conv2D 32``."""
        args = self.call().args
        return f"{self.title} {exact(args[0])}" if args else self.title

    def words(self, t: English) -> str:
        """Return it in a few words: its class in Keras and what was chosen."""
        return self.brief()

    def _too_small(self, number: int, side: int) -> ConfigError:
        return ConfigError(
            "Layer {number}, {name}, does not fit: only {side} x {side} pixels are left there. "
            "Remove a pooling layer before it or choose a smaller size.",
            number=number,
            name=self.title,
            side=side,
        )


def parameter_count(weights: dict[str, Shape]) -> int:
    """Return how many numbers weights of these shapes hold."""
    return sum(map(prod, weights.values()))

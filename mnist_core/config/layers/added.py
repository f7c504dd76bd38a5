"""Layers that nobody chooses: they bring images into shape and give the answer."""

from math import prod
from typing import Literal

from mnist_core.config.activations import SOFTMAX, Activation
from mnist_core.config.layers.layer import Call, Layer
from mnist_core.config.layers.weighted import Dense
from mnist_core.onnx.graph import LayerWriter, Shape, Table


class Reshape(Layer):
    """The channel axis for an image without one, `keras.layers.Reshape`."""

    title = "Reshape"
    help = "Adds an axis for the channels: an image has one, a filter's answer as many as there are filters."
    outputs_kept = 0
    silent = joins = True

    kind: Literal["reshape"] = "reshape"
    target_shape: tuple[int, int, int]

    def call(self) -> Call:
        return Call((self.target_shape,))

    def output_shape(self, shape: Shape, number: int) -> Shape:
        return self.target_shape

    def onnx(self, out: LayerWriter, table: Table) -> Table:
        # One channel may as well stand first: no numbers have to change their places.
        return out.given(out.graph.reshaped(out.graph.last(table), (1, *table.shape)), turned=True)


class Flatten(Layer):
    """Rows one after the other, `keras.layers.Flatten`."""

    title = "Flatten"
    help = "Lays the rows of an image one after the other, into one long list of numbers."
    outputs_kept = 0
    ordered = silent = True

    kind: Literal["flatten"] = "flatten"

    def output_shape(self, shape: Shape, number: int) -> Shape:
        return (prod(shape),)

    def onnx(self, out: LayerWriter, table: Table) -> Table:
        return out.given(out.graph.reshaped(out.graph.last(table), self.output_shape(table.shape, 0)))


class Output(Dense):
    """The last layer: a probability for each class."""

    network = ""  # a network without hidden layers has it too
    outputs_kept = 1
    exact = True  # with the 8 bits of bfloat16 probabilities would come in steps of almost 1 %

    activation: str = SOFTMAX.id

    @property
    def _activation(self) -> Activation:
        return SOFTMAX

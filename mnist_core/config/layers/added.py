"""Layers that nobody chooses: they bring images into shape and give the answer."""

from math import prod
from typing import Literal

from mnist_core.config.layers.layer import Call, Layer, Shape
from mnist_core.config.layers.weighted import Dense


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


class Flatten(Layer):
    """Rows one after the other, `keras.layers.Flatten`."""

    title = "Flatten"
    help = "Lays the rows of an image one after the other, into one long list of numbers."
    outputs_kept = 0
    ordered = silent = True

    kind: Literal["flatten"] = "flatten"

    def output_shape(self, shape: Shape, number: int) -> Shape:
        return (prod(shape),)


class Answer(Dense):
    """The last layer: a probability for each class."""

    network = ""  # a network without hidden layers has it too
    outputs_kept = 1
    exact = True  # with the 8 bits of bfloat16 probabilities would come in steps of almost 1 %

    activation: str = "softmax"

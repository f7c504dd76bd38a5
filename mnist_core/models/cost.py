"""What a network costs: arithmetic and memory, counted from its shapes without Keras."""

from dataclasses import dataclass
from math import prod

from mnist_core.config import NetworkConfig
from mnist_core.drawing.prepare import SIDE
from mnist_core.models.summary import layer_rows

# Multiplications and additions of a training step per multiplication of a prediction: one to
# predict, one for the gradient of the weights, one for that of the layer's input, two operations each.
_PASSES = 3


@dataclass(frozen=True)
class Cost:
    """What one image costs in one training step, and what the network holds.

    Attributes
    ----------
    dense_flops, conv_flops : int
        Floating point operations of dense and of convolutional layers, forward and backward.
    normalized : int
        Numbers that normalizations go through.
    activations : int
        Numbers that the layers put out, all kept until the backward pass.
    parameters : int
        Numbers that the network holds.
    """

    dense_flops: int
    conv_flops: int
    normalized: int
    activations: int
    parameters: int


def training_cost(model: NetworkConfig, num_classes: int = 10) -> Cost:
    """Return the cost of a network; raises `ConfigError` if its layers don't fit together."""
    dense = conv = normalized = activations = parameters = 0
    passes = _PASSES - 1  # nobody asks for the gradient of the image itself
    for row in layer_rows(model, num_classes):
        work = row.layer.work(row.input_shape)
        dense += 2 * passes * work.dense
        conv += 2 * passes * work.conv
        normalized += work.normalized
        if work.dense or work.conv:
            passes = _PASSES
        activations += prod(row.output_shape) * row.layer.outputs_kept
        parameters += row.parameters
    return Cost(dense, conv, normalized, activations, parameters)


@dataclass(frozen=True)
class PredictionCost:
    """What one image costs to predict.

    Attributes
    ----------
    operations : int
        Multiplications of dense and convolutional layers, and comparisons of pooling.
    numbers : int
        That the layers put out, image and probabilities included.
    """

    operations: int
    numbers: int


def prediction_cost(model: NetworkConfig, num_classes: int = 10) -> PredictionCost:
    """Return what a prediction costs; raises `ConfigError` if the layers don't fit together."""
    operations, numbers = 0, SIDE * SIDE
    for row in layer_rows(model, num_classes):
        work = row.layer.work(row.input_shape)
        operations += work.dense + work.conv + work.pooled
        numbers += prod(row.output_shape)
    return PredictionCost(operations, numbers)

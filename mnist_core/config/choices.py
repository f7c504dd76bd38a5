"""Registries of everything that a person can choose by name.

One table drives the widget, its help text, the validation and the documentation. This module
knows no Keras: it only names Keras's classes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic_core import core_schema


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One entry of a registry: its id, the name on the screen, and a learner's explanation."""

    id: str
    title: str
    help: str


@dataclass(frozen=True, kw_only=True)
class OptimizerChoice(Choice):
    """An optimizer with Keras's class name and Keras's default learning rate."""

    keras_class: str
    default_learning_rate: float


@dataclass(frozen=True)
class OneOf:
    """Says of a setting that its value is a key of a table: ``Annotated[str, OneOf(ACTIVATIONS)]``."""

    choices: Mapping[str, Choice]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        """Return the rule that pydantic checks a value by."""
        return core_schema.literal_schema(list(self.choices))


ChoiceT = TypeVar("ChoiceT", bound=Choice)


def _table(*choices: ChoiceT) -> dict[str, ChoiceT]:
    return {choice.id: choice for choice in choices}


OPTIMIZERS = _table(
    OptimizerChoice(
        id="sgd",
        title="SGD (with momentum)",
        help="The classic: one step downhill for each batch. Momentum keeps some of the last step's direction.",
        keras_class="SGD",
        default_learning_rate=0.01,
    ),
    OptimizerChoice(
        id="rmsprop",
        title="RMSprop",
        help="Gives every weight its own step size, from the size of its recent gradients.",
        keras_class="RMSprop",
        default_learning_rate=0.001,
    ),
    OptimizerChoice(
        id="adam",
        title="Adam",
        help="RMSprop plus momentum. A good first choice for almost everything.",
        keras_class="Adam",
        default_learning_rate=0.001,
    ),
    OptimizerChoice(
        id="adamw",
        title="AdamW",
        help="Adam that also pulls all weights gently towards zero, which can reduce overfitting.",
        keras_class="AdamW",
        default_learning_rate=0.001,
    ),
    OptimizerChoice(
        id="adagrad",
        title="Adagrad",
        help="Step sizes only ever shrink. Careful, and often slow.",
        keras_class="Adagrad",
        default_learning_rate=0.001,
    ),
    OptimizerChoice(
        id="nadam",
        title="Nadam",
        help="Adam with a look ahead: it steps first and corrects then.",
        keras_class="Nadam",
        default_learning_rate=0.001,
    ),
)

LOSSES = _table(
    Choice(
        id="categorical_crossentropy",
        title="Categorical cross-entropy",
        help="For one-hot labels: a 3 is written 0001000000.",
    ),
    Choice(
        id="sparse_categorical_crossentropy",
        title="Sparse categorical cross-entropy",
        help="The same loss for labels written as plain numbers: a 3 is written 3.",
    ),
)

# Their ids are the names that Keras knows them by.
ACTIVATIONS = _table(
    Choice(id="relu", title="ReLU", help="Keeps what is positive and sets the rest to 0. The usual choice."),
    Choice(id="sigmoid", title="Sigmoid", help="Squeezes every number into 0 to 1."),
    Choice(id="tanh", title="Tanh", help="Squeezes every number into -1 to 1."),
    Choice(id="elu", title="ELU", help="Like ReLU, but lets small negative numbers through."),
    Choice(id="selu", title="SELU", help="An ELU scaled so that deep dense networks stay balanced."),
    Choice(id="leaky_relu", title="Leaky ReLU", help="Like ReLU with a small slope for negatives."),
    Choice(id="softplus", title="Softplus", help="A ReLU with a rounded corner."),
    Choice(id="silu", title="SiLU (Swish)", help="The number times its own sigmoid: smooth, with a small dip below 0."),
    Choice(
        id="gelu", title="GELU", help="The number times the share of a bell curve below it. Usual in transformers."
    ),
    Choice(id="linear", title="None (linear)", help="Passes numbers on unchanged."),
)

PRECISIONS = _table(
    Choice(
        id="float32",
        title="Normal (float32)",
        help="Every number has about seven exact digits. What Keras does unless told otherwise.",
    ),
    Choice(
        id="mixed_bfloat16",
        title="Mixed (bfloat16)",
        help="Multiplies with short numbers of about three digits and keeps the weights exact. Much faster where the "
        "processor can do it, slower where it can't; the accuracy stays the same.",
    ),
)

SCHEDULES = _table(
    Choice(id="constant", title="Constant", help="The same size of step from the first to the last."),
    Choice(
        id="cosine",
        title="Falling to 0 (cosine)",
        help="Large steps first, then ever smaller ones, down to 0 with the last: the end is quiet and often better.",
    ),
)

PADDINGS = _table(
    Choice(id="valid", title="None (valid)", help="The filter stays inside the image, which shrinks a little."),
    Choice(id="same", title="Zeros (same)", help="A border of zeros keeps the image's size."),
)

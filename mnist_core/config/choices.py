"""Registries of everything that a person can choose by name.

One table drives the widget, its help text, the validation and the documentation. This module
knows no Keras: it only names Keras's classes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic_core import CoreSchema, core_schema

from mnist_core.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One entry of a registry: its id, the name on the screen, and a learner's explanation.

    Attributes
    ----------
    short : str
        One or two words for it in a list of runs; empty for what goes without saying.
    """

    id: str
    title: str
    help: str
    short: str = ""


@dataclass(frozen=True, kw_only=True)
class OptimizerChoice(Choice):
    """An optimizer with Keras's class name and Keras's default learning rate and weight decay."""

    keras_class: str
    default_learning_rate: float
    default_weight_decay: float = 0.0


@dataclass(frozen=True, kw_only=True)
class InitializerChoice(Choice):
    """A way to draw weights, with Keras's class name; `id` is Keras's name of it."""

    keras_class: str


@dataclass(frozen=True)
class OneOf:
    """Says of a setting that its value is a key of a table: ``Annotated[str, OneOf(ACTIVATIONS)]``."""

    choices: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        """Return the rule that pydantic checks a value by; it looks into the table each time."""
        return core_schema.no_info_after_validator_function(self._check, core_schema.str_schema())

    def _check(self, value: str) -> str:
        if value not in self.choices:
            *names, last = map(repr, self.choices)
            raise ConfigError("it should be {names} or {last}", names=", ".join(names), last=last)
        return value


ChoiceT = TypeVar("ChoiceT", bound=Choice)


def _table(*choices: ChoiceT) -> dict[str, ChoiceT]:
    return {choice.id: choice for choice in choices}


OPTIMIZERS = _table(
    OptimizerChoice(
        id="sgd",
        title="SGD (with momentum)",
        help="The classic: one step downhill for each batch. Momentum keeps some of the last step's direction.",
        short="SGD",
        keras_class="SGD",
        default_learning_rate=0.01,
    ),
    OptimizerChoice(
        id="rmsprop",
        title="RMSprop",
        help="Gives every weight its own step size, from the size of its recent gradients.",
        short="RMSprop",
        keras_class="RMSprop",
        default_learning_rate=0.001,
    ),
    OptimizerChoice(
        id="adam",
        title="Adam",
        help="RMSprop plus momentum. A good first choice for almost everything.",
        short="Adam",
        keras_class="Adam",
        default_learning_rate=0.001,
    ),
    OptimizerChoice(
        id="adamw",
        title="AdamW",
        help="Adam that also pulls all weights gently towards zero, which can reduce overfitting.",
        short="AdamW",
        keras_class="AdamW",
        default_learning_rate=0.001,
        default_weight_decay=0.004,
    ),
    OptimizerChoice(
        id="adagrad",
        title="Adagrad",
        help="Step sizes only ever shrink. Careful, and often slow.",
        short="Adagrad",
        keras_class="Adagrad",
        default_learning_rate=0.001,
    ),
    OptimizerChoice(
        id="nadam",
        title="Nadam",
        help="Adam with a look ahead: it steps first and corrects then.",
        short="Nadam",
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

AUTO = "auto"
"""The precision that is chosen as a run is created; see `mnist_core.models.speed.resolved`."""

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
        short="mixed precision",
    ),
    Choice(
        id=AUTO,
        title="Automatic",
        help="Whichever of the two trains this network faster on the computer that it is trained on: every computer "
        "is measured once. What it chose stands in the run.",
        short="fastest precision",
    ),
)

ONE_CYCLE = "one_cycle"
RISING = 30
"""Percent of all steps during which the learning rate of one cycle rises."""
RATE_TEST = "rising"

SCHEDULES = _table(
    Choice(id="constant", title="Constant", help="The same size of step from the first to the last."),
    Choice(
        id="cosine",
        title="Falling to 0 (cosine)",
        help="Large steps first, then ever smaller ones, down to 0 with the last: the end is quiet and often better.",
        short="falling learning rate",
    ),
    Choice(
        id="step",
        title="In steps (÷ 10, twice)",
        help="A tenth of it after half of the training, and a hundredth after three quarters. Often the loss drops at "
        "once.",
        short="stepwise learning rate",
    ),
    Choice(
        id=ONE_CYCLE,
        title="Up, then down to 0 (one cycle)",
        help="Rises from 0 during the first 30% of all steps, then falls to 0 with the last. The peak may be several "
        "times as high as a learning rate that has to do for the whole training: few epochs are then enough.",
        short="one-cycle learning rate",
    ),
    Choice(
        id=RATE_TEST,
        title="Rising, to find a rate",
        help="From 0.000001 to 10, by the same factor with each step. This is no way to train: the loss shows which "
        "learning rates are too small, right, or too large, and it ends by itself once the loss flies up.",
        short="learning rate test",
    ),
)

INITIALIZERS = _table(
    InitializerChoice(
        id="glorot_uniform",
        title="Glorot (uniform)",
        help="Small random numbers, the smaller the more connections a layer has: signals keep their size on the way. "
        "What Keras does unless told otherwise.",
        keras_class="GlorotUniform",
    ),
    InitializerChoice(
        id="he_normal",
        title="He (normal)",
        help="Made for ReLU, which drops half of all numbers: the weights are a little larger to make up for it.",
        short="He weights",
        keras_class="HeNormal",
    ),
    InitializerChoice(
        id="random_normal",
        title="Random (normal)",
        help="The same spread in every layer, which you choose. Too small, and signals die out on their way through "
        "many layers; too large, and they blow up.",
        short="random weights",
        keras_class="RandomNormal",
    ),
    InitializerChoice(
        id="zeros",
        title="All zeros",
        help="To see why nobody does it: all units of a layer then say and learn the very same, or nothing at all. "
        "Only the last layer's biases learn how frequent each class is.",
        short="zero weights",
        keras_class="Zeros",
    ),
)

PADDINGS = _table(
    Choice(id="valid", title="None (valid)", help="The filter stays inside the image, which shrinks a little."),
    Choice(id="same", title="Zeros (same)", help="A border of zeros keeps the image's size."),
)

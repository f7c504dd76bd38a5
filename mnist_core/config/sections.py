"""The parts of a configuration: the model, its data, its training, changes of its images, learning on.

A new setting is one field here, with its `Spec`; what trains with it and writes its code comes beside it.
"""

from typing import Annotated, Literal

from pydantic import Field

from mnist_core.config.base import Frozen
from mnist_core.config.choices import (
    INITIALIZERS,
    LOSSES,
    ONE_CYCLE,
    OPTIMIZERS,
    PRECISIONS,
    RATE_TEST,
    SCHEDULES,
    OneOf,
)
from mnist_core.config.datasets import DATASETS, MNIST
from mnist_core.config.layers import LayerConfig
from mnist_core.config.setting import (
    Decimal,
    Given,
    Select,
    Slider,
    Spec,
    Switch,
    Whole,
    Widget,
    always,
    never,
    of_networks,
)
from mnist_core.text import Plural


def _is_baseline(given: Given) -> bool:
    return bool(given["kind"] == "logistic_sgd")


def _is_fine_tuned(given: Given) -> bool:
    return bool(given["fine_tuned"])


def _uses_sgd(given: Given) -> bool:
    return of_networks(given) and given["optimizer"] == "sgd"


def _usual_learning_rate(given: Given) -> float | None:
    optimizer = OPTIMIZERS.get(str(given["optimizer"]))
    return optimizer.default_learning_rate if optimizer else None


def _usual_weight_decay(given: Given) -> float:
    optimizer = OPTIMIZERS.get(str(given["optimizer"]))
    return optimizer.default_weight_decay if optimizer else 0.0


def _takes_strokes(given: Given) -> bool:
    return of_networks(given) and DATASETS[given["dataset"]].takes_strokes


def _may_warm_up(given: Given) -> bool:
    return of_networks(given) and given["schedule"] not in (ONE_CYCLE, RATE_TEST)  # which rise by themselves


def _has_one_rate(given: Given) -> bool:
    return of_networks(given) and given["schedule"] != RATE_TEST  # which tries all of them


def _draws_weights(given: Given) -> bool:
    return of_networks(given) and not given["fine_tuned"]


class NetworkConfig(Frozen):
    """Hidden layers of a `keras.Sequential`; Dense(classes, softmax) always follows them."""

    kind: Literal["network"] = "network"
    layers: tuple[LayerConfig, ...] = Field(
        (), max_length=24, title="Layers", description="Hidden layers, first to last."
    )


class LogisticConfig(Frozen):
    """scikit-learn's ``SGDClassifier(loss="log_loss")``: the baseline.

    ``epochs`` and ``seed`` of `TrainConfig` are its ``max_iter`` and ``random_state``.
    """

    kind: Literal["logistic_sgd"] = "logistic_sgd"
    folds: Annotated[
        int,
        Spec(
            group="training",
            widget=Whole(),
            when=_is_baseline,
            first_version=True,
            short=Plural("{n:,} fold", "{n:,} folds"),
            always_said=True,
            scale="linear",
        ),
    ] = Field(5, ge=2, le=10, title="Folds", description="Parts of the training set in the cross-validation.")


ModelConfig = Annotated[NetworkConfig | LogisticConfig, Field(discriminator="kind")]


class DataConfig(Frozen):
    """Which images are learned from and which are held back."""

    dataset: Annotated[
        str, OneOf(DATASETS), Spec(group="dataset", widget=Select(), when=always, first_version=True)
    ] = Field(MNIST.id, title="Dataset", description="The images to learn from.")
    validation_split: Annotated[
        float,
        Spec(group="data", widget=Slider(format="percent"), first_version=True, off="none", scale=None),
    ] = Field(
        0.2,
        ge=0.0,
        le=0.5,
        title="Validation split",
        description="Share of the training images, from the end, that is only used to check. Keras does the same.",
    )
    pen_strokes: Annotated[
        bool,
        Spec(
            group="data",
            widget=Switch(),
            when=always,
            offered=_takes_strokes,
            short="pen strokes too",
        ),
    ] = Field(
        False,
        title="Pen strokes too",
        description="Also learn from digits that other people wrote with a pen on a tablet.",
    )
    train_size: Annotated[
        int | None,
        Spec(
            group="data",
            widget=Whole(step=1000, most="max_train_size"),
            when=always,
            first_version=True,
            off="all of them",
            short=Plural("{n:,} image", "{n:,} images"),
            scale="log",
        ),
    ] = Field(
        None,
        ge=100,
        le=max(spec.n_train for spec in DATASETS.values()),
        title="Training images",
        description="Use only the first so many training images. Empty means all of them.",
    )

    @property
    def n_used(self) -> int:
        """Number of training images that are used, those kept for validation included."""
        size = DATASETS[self.dataset].n_train
        return min(self.train_size or size, size)


class TrainConfig(Frozen):
    """How the weights are found."""

    optimizer: Annotated[
        str,
        Spec(group="training", widget=Select(), choices=OPTIMIZERS, first_version=True, always_said=True),
    ] = Field("adam", title="Optimizer", description="The rule that turns gradients into steps.")
    learning_rate: Annotated[
        float | None,
        Spec(
            group="training",
            widget=Decimal(),
            when=_has_one_rate,
            first_version=True,
            unset=_usual_learning_rate,
            short="learning rate {n}",
            scale="log",
        ),
    ] = Field(
        None,
        gt=0.0,
        le=10.0,
        title="Learning rate",
        description="Size of each step. Empty means the optimizer's default in Keras.",
    )
    schedule: Annotated[str, Spec(group="training", widget=Select(), choices=SCHEDULES)] = Field(
        "constant", title="Learning rate over time", description="How the learning rate changes from step to step."
    )
    momentum: Annotated[float, Spec(group="training", widget=Slider(), when=_uses_sgd, first_version=True)] = Field(
        0.9, ge=0.0, lt=1.0, title="Momentum", description="How much of the last step is kept (SGD only)."
    )
    nesterov: Annotated[
        bool,
        Spec(
            group="training",
            widget=Switch(),
            when=lambda given: _uses_sgd(given) and given["momentum"] > 0,
            short="Nesterov",
            term="nesterov",
        ),
    ] = Field(
        False,
        title="Nesterov momentum",
        description="Look where momentum is about to carry the weights, and correct the step there (SGD only).",
    )
    epochs: Annotated[
        int,
        Spec(
            group="training",
            widget=Whole(most="max_epochs"),
            when=always,
            first_version=True,
            short=Plural("{n:,} epoch", "{n:,} epochs"),
            always_said=True,
            scale="linear",
        ),
    ] = Field(5, ge=1, le=200, title="Epochs", description="How often all training images are gone through.")
    batch_size: Annotated[
        int,
        Spec(
            group="training",
            widget=Whole(step=16),
            first_version=True,
            short="batches of {n:,}",
            always_said=True,
            scale="log",
        ),
    ] = Field(128, ge=1, le=8192, title="Batch size", description="Images looked at before each step.")
    loss: Annotated[str, Spec(group="training", widget=Select(), choices=LOSSES, first_version=True, scale=None)] = (
        Field(
            "categorical_crossentropy",
            title="Loss",
            description="What training makes small: how surprised the network is by the right answer.",
        )
    )
    early_stopping: Annotated[
        int | None, Spec(group="training", widget=Whole(), first_version=True, off="off", short="early stopping")
    ] = Field(
        None,
        ge=1,
        le=50,
        title="Early stopping",
        description="Stop after so many epochs without a better validation loss, and keep the best weights.",
    )
    seed: Annotated[
        int, Spec(group="training", widget=Whole(), when=always, first_version=True, short="seed {n}", scale=None)
    ] = Field(
        0,
        ge=0,
        le=2**32 - 1,
        title="Seed",
        description="Starting point of all randomness: the same seed gives the same weights to begin with.",
    )
    precision: Annotated[
        str, Spec(group="training", widget=Select(), choices=PRECISIONS, training_only=True, scale=None)
    ] = Field("float32", title="Number precision", description="How exactly the network calculates while it trains.")
    initializer: Annotated[
        str,
        Spec(
            group="advanced", widget=Select(), choices=INITIALIZERS, when=_draws_weights, term="weight_initialization"
        ),
    ] = Field(
        "glorot_uniform",
        title="Initial weights",
        description="What the weights are before the first step, in hidden layers and in the last one.",
    )
    initializer_spread: Annotated[
        float,
        Spec(
            group="advanced",
            widget=Decimal(),
            when=lambda given: _draws_weights(given) and given["initializer"] == "random_normal",
            short="spread {n}",
            term="standard_deviation",
        ),
    ] = Field(
        0.05,
        gt=0.0,
        le=10.0,
        title="Spread of the weights",
        description="Standard deviation of the random numbers. Keras's own is 0.05.",
    )
    warmup_epochs: Annotated[
        int,
        Spec(
            group="advanced",
            widget=Whole(),
            when=_may_warm_up,
            off="off",
            short="warm-up",
            scale="linear",
            term="warm_up",
        ),
    ] = Field(
        0,
        ge=0,
        le=50,
        title="Warm-up epochs",
        description="Let the learning rate rise from 0 to its full size during the first so many epochs.",
    )
    label_smoothing: Annotated[
        float,
        Spec(
            group="advanced",
            widget=Slider(format="percent"),
            off="off",
            training_only=True,
            short="label smoothing {n:%}",
            scale="linear",
            term="label_smoothing",
        ),
    ] = Field(
        0.0,
        ge=0.0,
        le=0.5,
        title="Label smoothing",
        description="Share of each label that is spread evenly over all classes while it trains; 10% is usual. The "
        "curves show the loss of these labels. A finished run is judged by the plain ones, so that you can compare its "
        "test loss with any other's.",
    )
    weight_decay: Annotated[
        float,
        Spec(
            group="advanced",
            widget=Decimal(),
            unset=_usual_weight_decay,
            off="off",
            short="weight decay {n}",
            term="weight_decay",
        ),
    ] = Field(
        0.0,
        ge=0.0,
        le=1.0,
        title="Weight decay",
        description="How strongly all weights are pulled towards 0: in each step by this share of the learning rate. "
        "Empty means the optimizer's default in Keras, which is 0.004 for AdamW and none for all others.",
    )
    gradient_clip: Annotated[
        float,
        Spec(group="advanced", widget=Decimal(), off="off", short="clipped gradients", term="gradient_clipping"),
    ] = Field(
        0.0,
        ge=0.0,
        le=1000.0,
        title="Gradient clipping",
        description="How long the gradient of all weights together may be: a longer one is shortened. 1 is usual.",
    )
    tensorboard: Annotated[bool, Spec(group="code", widget=Switch(), when=never)] = Field(
        False,
        title="TensorBoard logs",
        description="Let the Keras code write TensorBoard logs too. Runs here always do.",
    )

    @property
    def warms_up(self) -> bool:
        """Whether the learning rate rises during some warm-up epochs; some schedules have a rise of their own."""
        return self.warmup_epochs > 0 and self.schedule not in (ONE_CYCLE, RATE_TEST)

    @property
    def finds_rate(self) -> bool:
        """Whether it is a test that finds a learning rate, and no training."""
        return self.schedule == RATE_TEST

    @property
    def one_hot(self) -> bool:
        """Whether labels are rows of numbers while it trains; a smoothed one can't be written as a single number."""
        return self.loss == "categorical_crossentropy" or self.label_smoothing > 0


def _change(name: str, widget: Widget) -> Spec:
    """Return what all changes of images have in common; the form asks only for those that fit the dataset."""
    return Spec(
        group="augmentation",
        widget=widget,
        offered=lambda given: name not in DATASETS[given["dataset"]].kind.unfit,
        off="off",
        scale="linear",
    )


class AugmentationConfig(Frozen):
    """How much training images are changed at random each time they are seen; everything is off by default.

    Amounts are limits: each image draws its own, evenly between minus and plus the limit.
    """

    rotation: Annotated[float, _change("rotation", Slider(1.0, "%g°"))] = Field(
        0.0, ge=0.0, le=45.0, title="Rotation", description="Turn by up to so many degrees, to either side."
    )
    shift: Annotated[float, _change("shift", Slider(0.5, "%g px"))] = Field(
        0.0, ge=0.0, le=8.0, title="Shift", description="Move by up to so many pixels, sideways and up or down."
    )
    scale: Annotated[float, _change("scale", Slider(0.01, "percent"))] = Field(
        0.0,
        ge=0.0,
        le=0.5,
        title="Scale",
        description="Make larger or smaller by up to this share, width and height each on its own.",
    )
    shear: Annotated[float, _change("shear", Slider(1.0, "%g°"))] = Field(
        0.0, ge=0.0, le=45.0, title="Shear", description="Slant by up to so many degrees, like italic writing."
    )
    elastic: Annotated[float, _change("elastic", Slider(0.1, "%g px"))] = Field(
        0.0,
        ge=0.0,
        le=3.0,
        title="Elastic",
        description="Bend as if drawn on rubber: how far places move, in pixels (standard deviation).",
    )
    thickness: Annotated[float, _change("thickness", Slider(0.05, "%.2f"))] = Field(
        0.0,
        ge=0.0,
        le=1.0,
        title="Stroke thickness",
        description="Make strokes thicker or thinner, at 1 by up to a pixel on each side.",
    )
    habits: Annotated[float, _change("habits", Slider(0.05, "percent"))] = Field(
        0.0,
        ge=0.0,
        le=1.0,
        title="Other people's habits",
        description="Give this share of the ones a flag, of the sevens a bar and of the nines a curl. For digits only.",
    )
    mirror: Annotated[bool, _change("mirror", Switch())] = Field(
        False,
        title="Mirror",
        description="Swap left and right in half of the images: right for clothes, wrong for digits.",
    )

    @property
    def moves(self) -> bool:
        """Whether pixels come from other places than their own."""
        return bool(self.mirror or self.rotation or self.shift or self.scale or self.shear or self.elastic)

    @property
    def is_active(self) -> bool:
        """Whether images are changed at all."""
        return self.moves or self.thickness > 0 or self.habits > 0


class FineTuneConfig(Frozen):
    """Learning on from the weights of another run, with a visitor's drawings.

    Weights and drawings lie in the run's own folder. They are named here because they decide its outcome; neither is
    a setting that one could choose.
    """

    base: str = Field(pattern=r"^[0-9a-f-]{1,40}$", title="Base", description="The run whose weights it begins with.")
    drawings: str = Field(
        pattern=r"^[0-9a-f]{16}$", title="Drawings", description="Hash of the drawings that it learns from."
    )
    copies: Annotated[
        int, Spec(group="fine_tuning", widget=Whole(), when=_is_fine_tuned, first_version=True, scale="log")
    ] = Field(1500, ge=1, le=20_000, title="Copies", description="How many varied images are made of the drawings.")
    rehearsal: Annotated[
        int, Spec(group="fine_tuning", widget=Whole(), when=_is_fine_tuned, first_version=True, scale="linear")
    ] = Field(
        3000,
        ge=0,
        le=60_000,
        title="Rehearsal",
        description="How many images of the base's training set are mixed in, so that nothing is forgotten.",
    )

    @property
    def size(self) -> int:
        """How many images an epoch has."""
        return self.copies + self.rehearsal

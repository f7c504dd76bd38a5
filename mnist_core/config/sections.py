"""The parts of a configuration: the model, its data, its training, changes of its images, learning on."""

from typing import Annotated, Literal

from pydantic import Field

from mnist_core.config.base import Frozen
from mnist_core.config.choices import OneOf
from mnist_core.config.datasets import DATASETS, MNIST
from mnist_core.config.layers import LayerConfig

OptimizerId = Literal["sgd", "rmsprop", "adam", "adamw", "adagrad", "nadam"]
LossId = Literal["categorical_crossentropy", "sparse_categorical_crossentropy"]
PrecisionId = Literal["float32", "mixed_bfloat16"]
ScheduleId = Literal["constant", "cosine"]


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
    folds: int = Field(5, ge=2, le=10, title="Folds", description="Parts of the training set in the cross-validation.")


ModelConfig = Annotated[NetworkConfig | LogisticConfig, Field(discriminator="kind")]


class DataConfig(Frozen):
    """Which images are learned from and which are held back."""

    dataset: Annotated[str, OneOf(DATASETS)] = Field(MNIST.id, title="Dataset", description="The images to learn from.")
    validation_split: float = Field(
        0.2,
        ge=0.0,
        le=0.5,
        title="Validation split",
        description="Share of the training images, from the end, that is only used to check. Keras does the same.",
    )
    train_size: int | None = Field(
        None,
        ge=100,
        le=60_000,
        title="Training images",
        description="Use only the first so many training images. Empty means all of them.",
    )
    pen_strokes: bool = Field(
        False,
        title="Pen strokes too",
        description="Also learn from digits that other people wrote with a pen on a tablet.",
    )


class TrainConfig(Frozen):
    """How the weights are found."""

    optimizer: OptimizerId = Field("adam", title="Optimizer", description="The rule that turns gradients into steps.")
    learning_rate: float | None = Field(
        None,
        gt=0.0,
        le=10.0,
        title="Learning rate",
        description="Size of each step. Empty means the optimizer's default in Keras.",
    )
    schedule: ScheduleId = Field(
        "constant", title="Learning rate over time", description="How the learning rate changes from step to step."
    )
    momentum: float = Field(
        0.9, ge=0.0, lt=1.0, title="Momentum", description="How much of the last step is kept (SGD only)."
    )
    loss: LossId = Field(
        "categorical_crossentropy",
        title="Loss",
        description="What training makes small: how surprised the network is by the right answer.",
    )
    batch_size: int = Field(128, ge=1, le=8192, title="Batch size", description="Images looked at before each step.")
    epochs: int = Field(5, ge=1, le=200, title="Epochs", description="How often all training images are gone through.")
    seed: int = Field(
        0,
        ge=0,
        le=2**32 - 1,
        title="Seed",
        description="Starting point of all randomness: the same seed gives the same weights to begin with.",
    )
    early_stopping: int | None = Field(
        None,
        ge=1,
        le=50,
        title="Early stopping",
        description="Stop after so many epochs without a better validation loss, and keep the best weights.",
    )
    precision: PrecisionId = Field(
        "float32", title="Number precision", description="How exactly the network calculates while it trains."
    )
    tensorboard: bool = Field(
        False,
        title="TensorBoard logs",
        description="Let the Keras code write TensorBoard logs too. Runs here always do.",
    )


class AugmentationConfig(Frozen):
    """How much training images are changed at random each time they are seen; everything is off by default.

    Amounts are limits: each image draws its own, evenly between minus and plus the limit.
    """

    rotation: float = Field(
        0.0, ge=0.0, le=45.0, title="Rotation", description="Turn by up to so many degrees, to either side."
    )
    shift: float = Field(
        0.0, ge=0.0, le=8.0, title="Shift", description="Move by up to so many pixels, sideways and up or down."
    )
    scale: float = Field(
        0.0,
        ge=0.0,
        le=0.5,
        title="Scale",
        description="Make larger or smaller by up to this share, width and height each on its own.",
    )
    shear: float = Field(
        0.0, ge=0.0, le=45.0, title="Shear", description="Slant by up to so many degrees, like italic writing."
    )
    elastic: float = Field(
        0.0,
        ge=0.0,
        le=3.0,
        title="Elastic",
        description="Bend as if drawn on rubber: how far places move, in pixels (standard deviation).",
    )
    thickness: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        title="Stroke thickness",
        description="Make strokes thicker or thinner, at 1 by up to a pixel on each side.",
    )
    mirror: bool = Field(
        False,
        title="Mirror",
        description="Swap left and right in half of the images: right for clothes, wrong for digits.",
    )
    habits: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        title="Other people's habits",
        description="Give this share of the ones a flag, of the sevens a bar and of the nines a curl. For digits only.",
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

    Weights and drawings lie in the run's own folder. They are named here because they decide its outcome.
    """

    base: str = Field(pattern=r"^[0-9a-f-]{1,40}$", title="Base", description="The run whose weights it begins with.")
    drawings: str = Field(
        pattern=r"^[0-9a-f]{16}$", title="Drawings", description="Hash of the drawings that it learns from."
    )
    copies: int = Field(
        1500, ge=1, le=20_000, title="Copies", description="How many varied images are made of the drawings."
    )
    rehearsal: int = Field(
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

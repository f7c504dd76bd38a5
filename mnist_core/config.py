"""One frozen value that describes a run completely.

`RunConfig` is the form, the worker's input, the record, the cache key and the command line's
argument alike. It knows which values are allowed, not how anything is trained.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mnist_core.choices import ACTIVATIONS, LOSSES, OPTIMIZERS, PADDINGS, PRECISIONS, SCHEDULES
from mnist_core.errors import ConfigError

SCHEMA_VERSION: Literal[1] = 1

OptimizerId = Literal["sgd", "rmsprop", "adam", "adamw", "adagrad", "nadam"]
LossId = Literal["categorical_crossentropy", "sparse_categorical_crossentropy"]
ActivationId = Literal["relu", "sigmoid", "tanh", "elu", "selu", "leaky_relu", "softplus", "linear"]
PaddingId = Literal["valid", "same"]
PrecisionId = Literal["float32", "mixed_bfloat16"]
ScheduleId = Literal["constant", "cosine"]
DatasetId = Literal["mnist", "fashion_mnist", "digits", "pen_strokes"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# layers


class Dense(_Frozen):
    """Fully connected layer, `keras.layers.Dense`."""

    kind: Literal["dense"] = "dense"
    units: int = Field(128, ge=1, le=4096, title="Units", description="How many units the layer has.")
    activation: ActivationId = Field(
        "relu", title="Activation", description="What each unit does to its sum before passing it on."
    )


class Conv2D(_Frozen):
    """Convolution over the image, `keras.layers.Conv2D`, stride 1."""

    kind: Literal["conv2d"] = "conv2d"
    filters: int = Field(32, ge=1, le=256, title="Filters", description="How many shapes it looks for.")
    kernel_size: int = Field(3, ge=1, le=7, title="Kernel size", description="Side of the filter's square, in pixels.")
    padding: PaddingId = Field("valid", title="Padding", description="What happens at the border.")
    activation: ActivationId = Field(
        "relu", title="Activation", description="What each filter does to its sum before passing it on."
    )


class MaxPooling2D(_Frozen):
    """Maximum over squares, `keras.layers.MaxPooling2D`."""

    kind: Literal["max_pooling2d"] = "max_pooling2d"
    pool_size: int = Field(2, ge=2, le=4, title="Pool size", description="Side of each square, in pixels.")


class Dropout(_Frozen):
    """Random switching off, `keras.layers.Dropout`."""

    kind: Literal["dropout"] = "dropout"
    rate: float = Field(0.3, ge=0.0, le=0.9, title="Rate", description="Share of units switched off in each step.")


class BatchNormalization(_Frozen):
    """Normalisation over the batch, `keras.layers.BatchNormalization`."""

    kind: Literal["batch_normalization"] = "batch_normalization"


LayerConfig = Annotated[Dense | Conv2D | MaxPooling2D | Dropout | BatchNormalization, Field(discriminator="kind")]
LAYER_CLASSES: Mapping[str, type[_Frozen]] = {
    "dense": Dense,
    "conv2d": Conv2D,
    "max_pooling2d": MaxPooling2D,
    "dropout": Dropout,
    "batch_normalization": BatchNormalization,
}
SPATIAL_LAYERS = ("conv2d", "max_pooling2d")


# models


class NetworkConfig(_Frozen):
    """Hidden layers of a `keras.Sequential`; Dense(classes, softmax) always follows them."""

    kind: Literal["network"] = "network"
    layers: tuple[LayerConfig, ...] = Field(
        (), max_length=24, title="Layers", description="Hidden layers, first to last."
    )


class LogisticConfig(_Frozen):
    """scikit-learn's ``SGDClassifier(loss="log_loss")``: the baseline.

    ``epochs`` and ``seed`` of `TrainConfig` are its ``max_iter`` and ``random_state``.
    """

    kind: Literal["logistic_sgd"] = "logistic_sgd"
    folds: int = Field(5, ge=2, le=10, title="Folds", description="Parts of the training set in the cross-validation.")


ModelConfig = Annotated[NetworkConfig | LogisticConfig, Field(discriminator="kind")]


class DataConfig(_Frozen):
    """Which images are learned from and which are held back."""

    dataset: DatasetId = Field("mnist", title="Dataset", description="The images to learn from.")
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


class TrainConfig(_Frozen):
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


class AugmentationConfig(_Frozen):
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


class FineTuneConfig(_Frozen):
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


class RunConfig(_Frozen):
    """Everything that decides a run's outcome."""

    schema_version: Literal[1] = SCHEMA_VERSION
    data: DataConfig = DataConfig()
    model: ModelConfig = NetworkConfig()
    train: TrainConfig = TrainConfig()
    augment: AugmentationConfig = AugmentationConfig()
    fine_tune: FineTuneConfig | None = None

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.train.early_stopping is not None and self.model.kind == "network" and self.data.validation_split == 0:
            raise ValueError("Early stopping watches the validation loss, so it needs a validation split above 0.")
        if self.data.dataset == "fashion_mnist" and self.augment.habits:
            raise ValueError("Other people's habits of writing are for digits. Set them to 0 for clothes.")
        if self.data.pen_strokes and self.data.dataset != "mnist":
            raise ValueError("Pen strokes can only be added to MNIST.")
        if self.fine_tune is not None and self.model.kind != "network":
            raise ValueError("Only networks can be fine-tuned.")
        return self

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Self:
        """Check `values` and return the configuration.

        Raises
        ------
        ConfigError
            With one sentence that names the first setting out of bounds and what was received.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise _config_error(error) from error

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote; raises `ConfigError`."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise _config_error(error) from error

    def to_json(self) -> str:
        """Return the configuration as canonical JSON: sorted keys, no spaces."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))

    def with_settings(self, settings: Mapping[str, Any]) -> Self:
        """Return a copy with single settings replaced, by plain name (``batch_size=64``).

        Raises
        ------
        ConfigError
            If a name is unknown or a value is out of bounds.
        """
        values = self.model_dump()
        for name, value in settings.items():
            section = next((s for s in ("data", "train", "model", "augment") if name in values[s]), None)
            if section is None or name == "kind":
                raise ConfigError("There is no setting called {name}. Received: {name}={value}", name=name, value=value)
            values[section][name] = value
        return self.parse(values)

    def fingerprint(self) -> str:
        """Return 12 hex digits that are equal for configurations with equal outcome.

        Settings without effect do not count: momentum without SGD, a learning rate that is the
        optimizer's default anyway, and everything but epochs and seed for the baseline. What came
        later counts only where it is used, so that runs from before it are found as they were.
        """
        values = self.model_dump(mode="json")
        if self.fine_tune is None:
            values.pop("fine_tune")  # came later, as did the precision: runs from before are found as they were
        train = values["train"]
        used = {name: value for name, value in values.pop("augment").items() if value}
        if used and self.model.kind == "network":
            values["augment"] = used
        train.pop("tensorboard")
        if self.train.precision == "float32":
            train.pop("precision")
        if self.train.schedule == "constant":
            train.pop("schedule")
        if not self.data.pen_strokes:
            values["data"].pop("pen_strokes")
        if self.model.kind == "logistic_sgd":
            values["train"] = {"epochs": train["epochs"], "seed": train["seed"]}
            values["data"].pop("validation_split")
        else:
            train["learning_rate"] = self.effective_learning_rate
            if self.train.optimizer != "sgd":
                train.pop("momentum")
        canonical = json.dumps(values, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]

    @property
    def effective_learning_rate(self) -> float:
        """The learning rate that is really used."""
        if self.train.learning_rate is not None:
            return self.train.learning_rate
        return OPTIMIZERS[self.train.optimizer].default_learning_rate

    @property
    def augments(self) -> bool:
        """Whether training images are changed at random."""
        return self.model.kind == "network" and self.augment.is_active

    @property
    def uses_validation(self) -> bool:
        """Whether a part of the training images is held back for checking."""
        return self.model.kind == "network" and self.data.validation_split > 0


def _place(location: tuple[int | str, ...]) -> str:
    """Return which layer an error is in, counted from 1, or nothing."""
    return next((f"Layer {part + 1}, " for part in location if isinstance(part, int)), "")


# What a setting is called on the screen, by its name in the configuration.
_MODELS: tuple[type[_Frozen], ...] = (
    DataConfig,
    TrainConfig,
    AugmentationConfig,
    NetworkConfig,
    LogisticConfig,
    FineTuneConfig,
    *LAYER_CLASSES.values(),
)
_TITLES = {name: field.title for model in _MODELS for name, field in model.model_fields.items() if field.title}


def _config_error(error: ValidationError) -> ConfigError:
    first = error.errors(include_url=False)[0]
    path = [str(part) for part in first["loc"]]
    message = first["msg"].removeprefix("Value error, ")
    if not path:
        return ConfigError("{message}", message=message)
    received = repr(first["input"])
    return ConfigError(
        "{title}: {message}. Received: {name}={received}",
        title=_place(first["loc"]) + _TITLES.get(path[-1], path[-1]),
        message=message.replace("Input should", "it should"),
        name=path[-1],
        received=received if len(received) <= 60 else received[:57] + "...",
    )


for _literal, _registry in (
    (OptimizerId, OPTIMIZERS),
    (LossId, LOSSES),
    (ActivationId, ACTIVATIONS),
    (PaddingId, PADDINGS),
    (PrecisionId, PRECISIONS),
    (ScheduleId, SCHEDULES),
):
    # A choice that is listed but not accepted (or the reverse) must not survive an import.
    assert set(_literal.__args__) == set(_registry)  # type: ignore[attr-defined]

"""One frozen value that describes a run completely.

`RunConfig` is the form, the worker's input, the record, the cache key and the command line's
argument alike. It knows which values are allowed, not how anything is trained.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import ValidationError, model_validator

from mnist_core.config.base import Frozen
from mnist_core.config.choices import OPTIMIZERS
from mnist_core.config.datasets import DATASETS, DatasetSpec
from mnist_core.config.layers import LAYERS
from mnist_core.config.sections import (
    AugmentationConfig,
    DataConfig,
    FineTuneConfig,
    LogisticConfig,
    ModelConfig,
    NetworkConfig,
    TrainConfig,
)
from mnist_core.errors import ConfigError

SCHEMA_VERSION: Literal[1] = 1


class RunConfig(Frozen):
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
        for name, why in self.spec.kind.unfit.items():
            if getattr(self.augment, name):
                raise ValueError(why)
        if self.data.pen_strokes and not self.spec.takes_strokes:
            able = " or ".join(spec.title for spec in DATASETS.values() if spec.takes_strokes)
            raise ValueError(f"Pen strokes can only be added to {able}.")
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
    def spec(self) -> DatasetSpec:
        """What is known of the images that it learns from."""
        return DATASETS[self.data.dataset]

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
_MODELS: tuple[type[Frozen], ...] = (
    DataConfig,
    TrainConfig,
    AugmentationConfig,
    NetworkConfig,
    LogisticConfig,
    FineTuneConfig,
    *LAYERS.values(),
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

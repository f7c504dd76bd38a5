"""One frozen value that describes a run completely.

`RunConfig` is the form, the worker's input, the record, the cache key and the command line's
argument alike. It knows which values are allowed, not how anything is trained.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import model_validator

from mnist_core.config.checked import Checked
from mnist_core.config.datasets import DATASETS, DatasetSpec
from mnist_core.config.sections import (
    AugmentationConfig,
    DataConfig,
    FineTuneConfig,
    ModelConfig,
    NetworkConfig,
    TrainConfig,
)
from mnist_core.config.setting import Given
from mnist_core.config.table import SETTINGS, given_in
from mnist_core.errors import ConfigError
from mnist_core.text import Phrase, listed

SCHEMA_VERSION: Literal[1] = 1


class RunConfig(Checked):
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
            raise ConfigError("Early stopping watches the validation loss, so it needs a validation split above 0.")
        if self.model.kind == "network" and self.train.warms_up and self.train.warmup_epochs >= self.train.epochs:
            raise ConfigError("The learning rate would still rise at the end. Choose fewer warm-up epochs than epochs.")
        for name, why in self.spec.kind.unfit.items():
            if getattr(self.augment, name):
                raise ConfigError(why)
        if self.data.pen_strokes and not self.spec.takes_strokes:
            able = listed(Phrase(spec.title) for spec in DATASETS.values() if spec.takes_strokes)
            raise ConfigError("Pen strokes can only be added to these datasets: {able}.", able=able)
        if self.fine_tune is not None and self.model.kind != "network":
            raise ConfigError("Only networks can be fine-tuned.")
        return self

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
            section = SETTINGS[name].section if name in SETTINGS else "model"
            if name == "kind" or name not in (values[section] or {}) or section == "fine_tune":
                raise ConfigError("There is no setting called {name}. Received: {name}={value}", name=name, value=value)
            values[section][name] = value
        return self.parse(values)

    def fingerprint(self) -> str:
        """Return 12 hex digits that are equal for configurations with equal outcome.

        Settings without effect do not count: momentum without SGD, a learning rate that is the optimizer's default
        anyway, everything but epochs and seed for the baseline. `Setting.counts` decides.
        """
        dumped = self.model_dump(mode="json")
        given = given_in(dumped)
        values = {"schema_version": dumped["schema_version"], "model": dumped["model"]}
        if self.fine_tune is not None:
            values["fine_tune"] = dumped["fine_tune"]
        for name, setting in SETTINGS.items():
            if setting.section not in ("model", "fine_tune") and setting.counts(given):
                values.setdefault(setting.section, {})[name] = setting.value(given)
        canonical = json.dumps(values, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]

    @property
    def spec(self) -> DatasetSpec:
        """What is known of the images that it learns from."""
        return DATASETS[self.data.dataset]

    @property
    def given(self) -> Given:
        """All settings by plain name; see `mnist_core.config.table.Setting`."""
        return given_in(self.model_dump(mode="json"))

    @property
    def effective_learning_rate(self) -> float:
        """The learning rate that is really used."""
        return float(SETTINGS["learning_rate"].value(self.given))

    @property
    def finished(self) -> Self:
        """The settings that a finished network is judged and saved with: without what is a way of training only."""
        return self.with_settings(
            {name: setting.default for name, setting in SETTINGS.items() if setting.spec.training_only}
        )

    @property
    def augments(self) -> bool:
        """Whether training images are changed at random."""
        return self.model.kind == "network" and self.augment.is_active

    @property
    def rounds(self) -> int:
        """How many epochs it trains, or folds of a cross-validation."""
        return self.train.epochs if self.model.kind == "network" else self.model.folds

    @property
    def uses_validation(self) -> bool:
        """Whether a part of the training images is held back for checking."""
        return self.model.kind == "network" and self.data.validation_split > 0

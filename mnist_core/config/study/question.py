"""The question of a study, as one frozen value."""

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from mnist_core.config.checked import Checked
from mnist_core.config.run import RunConfig
from mnist_core.config.study.parameter import Parameter
from mnist_core.config.study.rate import rate_config
from mnist_core.errors import ConfigError

StudyKind = Literal["try", "search", "repeat", "sizes", "rate"]
Sampler = Literal["tpe", "random"]
Pruner = Literal["none", "halving", "hyperband", "median"]
Objective = Literal["val_accuracy", "val_loss", "test_accuracy"]
SAMPLERS: tuple[Sampler, ...] = get_args(Sampler)
PRUNERS: tuple[Pruner, ...] = get_args(Pruner)
OBJECTIVES: tuple[Objective, ...] = get_args(Objective)
_VALIDATION = 0.2  # held back where a recipe holds nothing back: trials are ranked by it


class Question(Checked):
    """What a study asks; its runs are those of `base` with other values for some settings.

    Attributes
    ----------
    kind : {"try", "search", "repeat", "sizes", "rate"}
        All values of one or two settings; a search; one configuration with several seeds; with several training sizes;
        one short run with a rising learning rate.
    base : RunConfig
    recipe : str or None
        Where `base` comes from.
    over : tuple of Parameter
        What is tried; for ``repeat`` the seeds, for ``sizes`` the training sizes and seeds.
    trials : int
        How many runs.
    sampler : {"tpe", "random"}
        How a search chooses.
    pruner : {"none", "halving", "hyperband", "median"}
        By which rule a search ends what falls behind.
    seed : int
        Of the sampler.
    """

    schema_version: Literal[1] = 1
    kind: StudyKind
    base: RunConfig
    recipe: str | None = None
    over: tuple[Parameter, ...] = Field((), max_length=12)
    trials: int = Field(1, ge=1, le=1000)
    sampler: Sampler = "tpe"
    pruner: Pruner = "none"
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [parameter.name for parameter in self.over]
        if len(set(names)) < len(names):
            raise ConfigError("Each setting is tried in one way. Leave out what is there twice.")
        if self.kind == "try" and not 1 <= len(self.over) <= 2:
            raise ConfigError("Try the values of one setting, or of two. A search takes more.")
        if self.kind == "search" and not self.over:
            raise ConfigError("Choose at least one setting to search.")
        if self.kind != "search" and self.kind != "rate" and any(parameter.is_range for parameter in self.over):
            raise ConfigError("Only a search takes ranges. Give single values.")
        if self.base.fine_tune is not None:
            raise ConfigError("A fine-tuned network can't be in a study: its drawings are no setting.")
        return self

    def to_json(self) -> str:
        """Return the question as JSON."""
        return self.model_dump_json()

    @property
    def objective(self) -> Objective:
        """What trials are measured by.

        What is chosen from is ranked by the validation set. Where nothing is chosen, in a repetition or with more data,
        the test set is honest, and no images need to be held back.
        """
        return "val_accuracy" if self.chooses else "test_accuracy"

    @property
    def chooses(self) -> bool:
        """Whether one of its trials wins."""
        return self.kind in ("try", "search")

    @property
    def checked_base(self) -> RunConfig:
        """What trials begin with: `base` with images held back to rank them by; the short run that finds a rate."""
        if self.kind == "rate":
            return rate_config(self.base)
        if self.objective == "test_accuracy" or self.base.uses_validation or self.base.model.kind != "network":
            return self.base
        return self.base.with_settings({"validation_split": _VALIDATION})

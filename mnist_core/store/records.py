"""What the store holds, as plain values."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mnist_core.config import RunConfig


class RunState(StrEnum):
    """Where a run is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to the run."""
        return self not in (RunState.QUEUED, RunState.RUNNING)

    @property
    def has_model(self) -> bool:
        """Whether a run in this state can have a model to look at."""
        return self in (RunState.COMPLETED, RunState.STOPPED)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run ended with; accuracies in 0 to 1, NaN-free, None where not measured.

    Attributes
    ----------
    seconds : dict of str to float
        Wall time of each phase: import, data, fit, evaluate, export.
    epoch_seconds : list of float
        Wall time of each finished epoch, validation included.
    """

    test_loss: float | None = None
    test_accuracy: float | None = None
    parameters: int | None = None
    device: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    epoch_seconds: list[float] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class RunError:
    """Why a run failed: a sentence with its values for a person, details for a developer."""

    code: str
    template: str
    values: dict[str, str] = field(default_factory=dict)
    traceback: str = ""

    @property
    def message(self) -> str:
        """The sentence in English; a page translates `template` first."""
        return self.template.format(**self.values)


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """One run as the store knows it. Times are UTC."""

    id: str
    name: str
    config: RunConfig
    fingerprint: str
    state: RunState
    owner: str | None
    recipe: str | None
    created: datetime
    started: datetime | None
    finished: datetime | None
    updated: datetime
    phase: str
    device: str | None
    epoch: int
    step: int
    steps_per_epoch: int
    pid: int | None
    pid_started: float | None
    stop_requested: bool
    outcome: Outcome
    error: RunError | None


@dataclass(frozen=True, kw_only=True)
class MetricPoint:
    """Metrics at one moment of training.

    Attributes
    ----------
    kind : {"batch", "epoch"}
        A batch point holds Keras's running mean since the epoch began.
    step : int
        Batches since training began.
    epoch : int
        Epochs finished (epoch points) or begun (batch points), from 1.
    seconds : float
        Since training began.
    values : dict of str to float
        ``loss``, ``accuracy``, ``val_loss``, ``val_accuracy``, as far as known.
    """

    kind: str
    step: int
    epoch: int
    seconds: float
    values: dict[str, float]

"""What the store holds, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from statistics import median
from typing import Any, Literal, NamedTuple

from mnist_core.config import RunConfig
from mnist_core.drawing.personal import PersonalSet
from mnist_core.errors import NotOwnerError
from mnist_core.text import Words, english, told


class RunState(StrEnum):
    """Where a run is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to the run by itself, and nobody means to go on with it."""
        return self not in (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED)

    @property
    def can_resume(self) -> bool:
        """Whether the very run can go on from where it was."""
        return self in (RunState.PAUSED, RunState.INTERRUPTED)

    @property
    def has_model(self) -> bool:
        """Whether a run in this state can have a model to look at."""
        return self in (RunState.COMPLETED, RunState.STOPPED)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run ended with; accuracies in 0 to 1, NaN-free, None where not measured.

    Losses are computed from logits, as Keras does: the stored probabilities have lost what is below 1e-7, so a loss
    computed from them is another number. The accuracies are those of the stored probabilities.

    Attributes
    ----------
    test_loss, test_accuracy, val_loss, val_accuracy : float or None
        Of the model that is kept, on the test and the validation set. Early stopping keeps the weights of an earlier
        epoch, so the last point of the curve may say something else.
    seconds : dict of str to float
        Wall time of each phase: import, data, fit, evaluate, export.
    epoch_seconds : list of float
        Wall time of each finished epoch, validation included.
    computed_with : dict of str to str
        What figures depend on beside the settings: see `mnist_core.system.libraries.computed_with`.
        Empty for older runs.
    """

    test_loss: float | None = None
    test_accuracy: float | None = None
    val_loss: float | None = None
    val_accuracy: float | None = None
    parameters: int | None = None
    device: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    epoch_seconds: list[float] = field(default_factory=list)
    computed_with: dict[str, str] = field(default_factory=dict)

    def loss(self, split: Literal["test", "validation"]) -> float | None:
        """Return the loss on the test or the validation set."""
        return self.test_loss if split == "test" else self.val_loss

    @property
    def usual_epoch_seconds(self) -> float | None:
        """The median of the epochs after the first, which takes longer; None before there was any."""
        return median(self.epoch_seconds[1:] or self.epoch_seconds) if self.epoch_seconds else None


@dataclass(frozen=True, kw_only=True)
class RunError:
    """Why a run failed: a sentence with its values for a person, details for a developer."""

    code: str
    template: Words
    values: dict[str, Any] = field(default_factory=dict)
    traceback: str = ""

    def __post_init__(self) -> None:
        words = told(self.template, self.values)  # it may come from JSON
        object.__setattr__(self, "template", words.words)
        object.__setattr__(self, "values", words.values)

    @property
    def message(self) -> str:
        """The sentence in English; a page translates `template` first."""
        return english(self.template, **self.values)


PROCESS_GONE = RunError(
    code="process_gone",
    template="The program that trained this run ended before the run was finished.",
)


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """What a run that came with the program was installed from.

    Attributes
    ----------
    name : str
        Name of its bundle.
    version : int
        A larger one replaces a smaller one.
    digest : str
        Of the bundle's bytes.
    summary : str
        What the network is good for, in a sentence.
    sources : list of str
        What it learned from, each with its licence.
    files : dict of str to list of int
        Bytes and CRC-32 of each file as it was installed, by name; earlier versions did not tell.
    """

    name: str
    version: int
    digest: str
    summary: str = ""
    sources: list[str] = field(default_factory=list)
    files: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Imported:
    """Where a run that somebody brought along in a file comes from: all of it is what the file claims.

    Attributes
    ----------
    run_id : str
        Its id in the record that it comes from.
    created, moment : str
        When it was trained, and when it was imported, UTC in ISO 8601.
    written_here : bool
        Whether the files of its network were written here, from numbers. Earlier versions kept those of the bundle.
    """

    run_id: str
    created: str
    moment: str
    written_here: bool = False


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """One run as the store knows it. Times are UTC.

    Attributes
    ----------
    continues : str or None
        Id of the run whose training this one goes on with.
    queued : int
        Place in the order in which runs entered the queue; larger is later.
    shared, pinned : bool
        Whether everyone may look at it; whether it is starred, and so never cleaned away.
    bytes : int
        Size of its folder when it last ended or paused.
    pid_started : float or None
        When its process began, as `store.processes.start_time` counts.
    shipped : Shipped or None
        What it was installed from where it came with the program: nobody may change it.
    notes : str
        What its owner wrote about it, in several lines perhaps.
    deleted : datetime or None
        When its owner deleted it; it can still be brought back.
    imported : Imported or None
        Where it comes from where it was trained elsewhere: its figures are claims.
    address : str or None
        Where its visitor came from, as in `Visitor.address`.
    holder : str or None
        The app that has it: it trains there, or is about to.
    retries : int
        How often it was put into the queue again by itself.
    study : str or None
        The study that asked for it.
    """

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
    pause_requested: bool
    continues: str | None
    queued: int
    shared: bool
    pinned: bool
    bytes: int
    outcome: Outcome
    error: RunError | None
    shipped: Shipped | None = None
    notes: str = ""
    deleted: datetime | None = None
    imported: Imported | None = None
    address: str | None = None
    holder: str | None = None
    retries: int = 0
    study: str | None = None

    @property
    def owner_key(self) -> str:
        """Whose turn a run takes in the queue; runs of the command line count as one visitor's."""
        return self.owner or ""


class Place(NamedTuple):
    """What the queue looks at of a run that waits or trains; `RunRecord` has the same attributes."""

    id: str
    state: str
    owner: str | None
    address: str | None
    queued: int
    holder: str | None
    study: str | None = None

    @property
    def owner_key(self) -> str:
        """Whose turn it takes; runs of the command line count as one visitor's."""
        return self.owner or ""


class Sign(NamedTuple):
    """What is looked at of a run that trains, several times a second; `RunRecord` has the same attributes.

    `updated` is in seconds here, and only compared with itself.
    """

    id: str
    phase: str
    stop_requested: bool
    pause_requested: bool
    updated: float


@dataclass(frozen=True)
class Visitor:
    """Somebody who looks at runs.

    Attributes
    ----------
    id : str or None
        What runs remember as their owner; None owns nothing.
    is_admin : bool
        Whether everything is allowed.
    address : str or None
        A keyed hash of where the visitor comes from, see `Visitors.hashed_address`; None where that is not known. A
        cookie can be thrown away, so limits of those who are new here are shared by all who come from one address.
    """

    id: str | None
    is_admin: bool = False
    address: str | None = None

    def may_see(self, record: RunRecord) -> bool:
        """Whether the visitor may look at a run."""
        return record.shared or self.may_change(record)

    def check_sees(self, record: RunRecord) -> None:
        """Raise `NotOwnerError` where the visitor may not look at a run."""
        if not self.may_see(record):
            raise NotOwnerError("This run is private: only the visitor who trained it can look at it.")

    def may_change(self, record: RunRecord) -> bool:
        """Whether the visitor may stop, rename or delete a run; nobody may where it came with the program."""
        return record.shipped is None and (self.is_admin or (self.id is not None and self.id == record.owner))

    def may_see_drawings(self, drawings: PersonalSet) -> bool:
        """Whether the visitor may look at drawings: only who drew them may, whoever's run learned from them."""
        return self.id is not None and self.id == drawings.owner


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


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A run that was finished elsewhere, on its way into the record.

    Attributes
    ----------
    points : sequence of MetricPoint
        Its curve.
    epoch, step, steps_per_epoch : int
        How far it was trained.
    size : int
        Bytes of its files.
    """

    name: str
    config: RunConfig
    outcome: Outcome
    points: Sequence[MetricPoint]
    epoch: int
    step: int
    steps_per_epoch: int
    size: int
    recipe: str | None = None

"""What a run will take, before it starts."""

import math
import time
from dataclasses import dataclass, field
from statistics import median
from typing import Literal
from weakref import WeakKeyDictionary

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.datasets import get_spec, training_images
from mnist_core.models.cost import training_cost
from mnist_core.models.speed import REFERENCE, read_speed, resolved
from mnist_core.store import RunRecord, RunState, Store

Basis = Literal["earlier runs", "this computer", "another computer"]

# Seconds around training with a warm worker: building, compiling, judging, exporting.
_AROUND = 2.5
# Seconds to change an image at random, beside the training, and to add habits of writing; benchmarks/README.md
_CHANGING, _HABITS = 1.0e-5, 1.7e-5
_JUDGING = 0.4  # of a training step's time an image takes to be judged: forward only, larger batches
# scikit-learn's SGD, seconds an image and pass; benchmarks/README.md
_LOGISTIC = 2.0e-5
# Bytes: Python, TensorFlow and what it compiles; then per image of the data, as bytes twice (file and tensor).
_PROCESS = 1050e6
_PER_IMAGE = 2 * 784
_JUDGED_AT_ONCE = 1000
# Copies of the weights: themselves, gradients, two of the optimizer, checkpoint, best, export, and two of the film.
_COPIES = 9
_RECENT = 40
_FRESH = 3.0  # seconds for which what was read and reckoned is good enough: a queue asks about each run in it
_known: WeakKeyDictionary[Store, "_Known"] = WeakKeyDictionary()
# Bytes on a graphics card beside the arrays: CUDA's, its libraries' and their working space. Reckoned, not measured.
_CARD = 1500e6
_CARD_COPIES = 5  # of the weights: themselves, gradients, two of the optimizer, and one on the way


@dataclass(frozen=True)
class Estimate:
    """What a run will probably take.

    Attributes
    ----------
    seconds, epoch_seconds : float
        From start to result, and for one epoch (or fold).
    memory_mb : float
        Most memory of the training process, in millions of bytes.
    card_mb : float
        Most memory on a graphics card, where one is used; 0 for the baseline, which uses none.
    basis : str
        Where the seconds come from: earlier runs of this network, a measurement of this computer,
        or one of another computer.
    """

    seconds: float
    epoch_seconds: float
    memory_mb: float
    basis: Basis
    card_mb: float = 0.0


@dataclass
class _Known:
    """The last completed runs as they were at a moment, and what was reckoned by them."""

    when: float
    completed: list[RunRecord]
    estimates: dict[RunConfig, Estimate] = field(default_factory=dict)


def estimate(config: RunConfig, store: Store) -> Estimate:
    """Return what a run of `config` will take on this computer, by what was known of it a moment ago.

    Raises
    ------
    ConfigError
        If the network's layers don't fit together.
    """
    known = _known.get(store)
    if known is None or time.monotonic() - known.when > _FRESH:
        completed = store.runs.find(states=[RunState.COMPLETED], limit=_RECENT)
        known = _known[store] = _Known(time.monotonic(), completed)
    if config not in known.estimates:
        known.estimates[config] = _estimate(resolved(config, store.settings), store, known.completed)
    return known.estimates[config]


def _estimate(config: RunConfig, store: Store, completed: list[RunRecord]) -> Estimate:
    spec = get_spec(config.data.dataset)
    images = config.data.n_used
    if not isinstance(config.model, NetworkConfig):
        fold = _LOGISTIC * images * config.train.epochs * (config.model.folds - 1) / config.model.folds
        seconds = fold * (config.model.folds + 1) + _AROUND
        return Estimate(seconds, fold, (_PROCESS / 2 + 12 * 784 * images) / 1e6, "another computer")
    validation = images - int(images * (1.0 - config.data.validation_split))
    learned = training_images(config)
    if config.fine_tune is not None:  # beside the base's validation set
        images += learned
    memory = _memory(config, images + spec.n_test)
    epoch, basis = _epoch_seconds(config, learned, validation, store, completed)
    card = _card_memory(config, images + spec.n_test)
    return Estimate(epoch * config.train.epochs + _AROUND, epoch, memory / 1e6, basis, card / 1e6)


def _epoch_seconds(
    config: RunConfig, learned: int, validation: int, store: Store, completed: list[RunRecord]
) -> tuple[float, Basis]:
    earlier = [
        record.outcome.usual_epoch_seconds
        for record in completed
        if record.outcome.usual_epoch_seconds is not None and record.imported is None and _takes_as_long(record, config)
    ]
    if earlier:
        return median(earlier), "earlier runs"
    measured = read_speed(store.settings.speed_path)
    speed = measured or REFERENCE
    steps = math.ceil(learned / config.train.batch_size)
    step = speed.step_seconds(config)
    seconds = step * (steps + _JUDGING * validation / config.train.batch_size)
    if config.augment.is_active:
        seconds += (_CHANGING + _HABITS * (config.augment.habits > 0)) * learned
    return seconds, "this computer" if measured else "another computer"


def _takes_as_long(record: RunRecord, config: RunConfig) -> bool:
    """Whether an epoch of a run is the same work as one of `config`."""
    mine, theirs = config.train, record.config.train
    return (
        record.config.model == config.model
        and record.config.data == config.data
        and _size(record.config) == _size(config)
        and record.config.augment.is_active == config.augment.is_active
        and (theirs.batch_size, theirs.optimizer, theirs.precision) == (mine.batch_size, mine.optimizer, mine.precision)
    )


def _size(config: RunConfig) -> int | None:
    """Return how many images a fine-tuned run learns from; None for any other, where the data say it."""
    return config.fine_tune.size if config.fine_tune else None


def _memory(config: RunConfig, images: int) -> float:
    """Return the bytes of a training process at its largest."""
    assert isinstance(config.model, NetworkConfig)
    cost = training_cost(config.model, config.spec.num_classes)
    at_once = max(config.train.batch_size * 2, _JUDGED_AT_ONCE)
    return _PROCESS + _PER_IMAGE * images + 4 * (_COPIES * cost.parameters + at_once * cost.activations)


def _card_memory(config: RunConfig, images: int) -> float:
    """Return the bytes that a training takes on a graphics card."""
    assert isinstance(config.model, NetworkConfig)
    cost = training_cost(config.model, config.spec.num_classes)
    at_once = max(config.train.batch_size * 2, _JUDGED_AT_ONCE)
    return _CARD + _PER_IMAGE * images + 4 * (_CARD_COPIES * cost.parameters + at_once * cost.activations)

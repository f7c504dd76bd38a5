"""Whether a reader's own runs reach what a task of a lesson asks for."""

import math
from collections.abc import Iterable

from mnist_core.config import NetworkConfig
from mnist_core.lessons.lesson import Wanted
from mnist_core.store import RunRecord, RunState

_WITH_WEIGHTS = ("dense", "conv2d")


def is_met(wanted: Wanted, record: RunRecord) -> bool:
    """Whether a run is all that a task wants; only one that was trained here, to its end, counts."""
    return _is_of_the_kind(wanted, record) and _is_good_enough(wanted, record)


def best_attempt(wanted: Wanted, records: Iterable[RunRecord]) -> RunRecord | None:
    """Return the best run of the kind that a task asks for, whether or not it is good enough; None without one."""
    tried = [
        record for record in records if record.outcome.test_accuracy is not None and _is_of_the_kind(wanted, record)
    ]
    return max(tried, key=lambda record: record.outcome.test_accuracy or 0.0, default=None)


def _is_of_the_kind(wanted: Wanted, record: RunRecord) -> bool:
    config = record.config
    is_network = isinstance(config.model, NetworkConfig)  # the baseline has neither layers nor epochs of a network
    layers = config.model.layers if isinstance(config.model, NetworkConfig) else ()
    hidden = [layer for layer in layers if layer.kind in _WITH_WEIGHTS]
    checks = (
        record.state is RunState.COMPLETED,
        record.imported is None,  # its figures are claims
        wanted.fine_tuned == (config.fine_tune is not None),
        wanted.augmented is None or config.augments == wanted.augmented,
        wanted.dataset is None or config.data.dataset == wanted.dataset,
        wanted.recipe is None or record.recipe == wanted.recipe,
        wanted.most_parameters is None or (record.outcome.parameters or math.inf) <= wanted.most_parameters,
        wanted.most_epochs is None or (is_network and config.train.epochs <= wanted.most_epochs),
        wanted.most_hidden_layers is None or (is_network and len(hidden) <= wanted.most_hidden_layers),
        wanted.layer is None or any(layer.kind == wanted.layer for layer in layers),
    )
    return all(checks)


def _is_good_enough(wanted: Wanted, record: RunRecord) -> bool:
    pairs = (
        (wanted.test_accuracy, record.outcome.test_accuracy),
        (wanted.validation_accuracy, record.outcome.val_accuracy),
    )
    return all(least is None or (reached is not None and reached >= least) for least, reached in pairs)

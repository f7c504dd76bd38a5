"""Surfaces of the loss, whose long computation many visitors share."""

from collections.abc import Callable, Hashable, Sequence

import numpy as np

from mnist_core.analysis.hill import LossSlice, OneWeight, loss_slice
from mnist_core.analysis.hill import one_weight as found_one_weight
from mnist_core.evaluation.robustness import balanced_subset
from mnist_core.film import Film, open_film
from mnist_core.store import RunRecord, shared_store
from pages._ui.cache.results import dataset
from pages._ui.shell.kept import kept


def film(record: RunRecord) -> Film:
    """Return a run's film as it is now."""
    return open_film(shared_store().files(record.id), record.config)


@kept(max_entries=4)
def one_weight(dataset_id: str) -> OneWeight:
    """Return the one weight that has most to say about a dataset: by 1,000 training images."""
    data = dataset(dataset_id)
    places = np.sort(balanced_subset(data.y_train))
    return found_one_weight(np.asarray(data.x_train[places]), np.asarray(data.y_train[places]))


def slice_key(runs: Sequence[RunRecord], near: bool) -> Hashable:
    """Return what a slice is called in the background: a run that goes on makes another one."""
    return ("hill", *((run.id, *(moment.step for moment in film(run).moments)) for run in runs), near)


def make_slice(report: Callable[[float], None], runs: Sequence[RunRecord], near: bool) -> LossSlice:
    """Return the slice of the paths of some runs; raises as `loss_slice`, and `DataError`."""
    config = runs[0].config
    return loss_slice(report, config, [film(run) for run in runs], dataset(config.data.dataset), near=near)

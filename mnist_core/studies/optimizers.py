"""Optuna's side of the studies under way, made from the record once it is needed."""

from collections.abc import Container
from typing import TYPE_CHECKING

from mnist_core.store import Store, StudyRecord
from mnist_core.studies.optuna_storage import open_storage
from mnist_core.studies.twin import Optimizer

if TYPE_CHECKING:
    from optuna.storages import BaseStorage


class Optimizers:
    """One `Optimizer` for each study that asked for one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._storage: BaseStorage | None = None
        self._optimizers: dict[str, Optimizer] = {}

    def of(self, study: StudyRecord) -> Optimizer:
        """Return that of a study."""
        if study.id not in self._optimizers:
            self._storage = self._storage or open_storage(self._store.settings)
            self._optimizers[study.id] = Optimizer(study, self._store.trials.of(study.id), self._storage)
        return self._optimizers[study.id]

    def forget(self) -> None:
        """Make all of them anew, and open the storage anew."""
        self._optimizers.clear()
        self._storage = None

    def keep(self, study_ids: Container[str]) -> None:
        """Forget those of all studies but these."""
        for study_id in [study_id for study_id in self._optimizers if study_id not in study_ids]:
            del self._optimizers[study_id]

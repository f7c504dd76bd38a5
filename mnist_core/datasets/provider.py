"""Preparing datasets in the background, so that no page ever waits for a download."""

import threading
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from mnist_core.config.datasets import DATASETS, FALLBACK_DATASET, get_spec
from mnist_core.datasets.fetch import local_copies, switched_off
from mnist_core.datasets.load import Dataset, is_offered, is_ready, load_dataset
from mnist_core.errors import MnistLabError
from mnist_core.settings import Settings, get_settings


@dataclass(frozen=True)
class DatasetStatus:
    """How far a dataset is.

    Attributes
    ----------
    state : {"ready", "preparing", "missing"}
        ``missing`` means not there, and nobody is fetching it.
    received, total : int
        Bytes of the download under way; both 0 while nothing is downloaded.
    decoded : float
        Share that is decoded, 0 to 1, where that takes longer than a moment.
    problem : MnistLabError or None
        Why the last try failed, or why none can succeed.
    """

    state: Literal["ready", "preparing", "missing"]
    received: int = 0
    total: int = 0
    decoded: float = 0.0
    problem: MnistLabError | None = None


class DatasetProvider:
    """Loads datasets in threads and keeps them, memory-mapped, for all visitors.

    Safe to use from several threads.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._loaded: dict[str, Dataset] = {}
        self._status: dict[str, DatasetStatus] = {}
        self._threads: dict[str, threading.Thread] = {}

    def prepare(self, dataset_id: str) -> None:
        """Begin to load a dataset unless it is there or under way."""
        with self._lock:
            thread = self._threads.get(dataset_id)
            if dataset_id in self._loaded or (thread is not None and thread.is_alive()):
                return
            self._status[dataset_id] = DatasetStatus("preparing")
            thread = threading.Thread(target=self._load, args=(dataset_id,), daemon=True)
            self._threads[dataset_id] = thread
            thread.start()

    def wait(self, dataset_id: str, timeout: float | None = None) -> DatasetStatus:
        """Wait until a preparation ends, at most `timeout` seconds; return how it stands."""
        thread = self._threads.get(dataset_id)
        if thread is not None:
            thread.join(timeout)
        return self.status(dataset_id)

    def status(self, dataset_id: str) -> DatasetStatus:
        """Return how far a dataset is."""
        with self._lock:
            known = self._status.get(dataset_id)
        if known is not None:
            return known
        if is_ready(dataset_id, self._settings):
            return DatasetStatus("ready")
        spec = get_spec(dataset_id)
        hopeless = spec.is_downloadable and not self.can_download(dataset_id) and not self.is_at_hand(dataset_id)
        return DatasetStatus("missing", problem=switched_off(spec) if hopeless else None)

    def can_download(self, dataset_id: str) -> bool:
        """Whether a dataset may be fetched from its publisher: it is served, and downloading is not switched off."""
        return get_spec(dataset_id).is_downloadable and not self._settings.offline

    def is_at_hand(self, dataset_id: str) -> bool:
        """Whether all files of a dataset are on this computer, so that it needs no download."""
        return any(True for _ in local_copies(get_spec(dataset_id), self._settings))

    def offered(self) -> tuple[str, ...]:
        """Return the datasets that one can have: all but those whose file would have to be at hand and is not."""
        return tuple(dataset_id for dataset_id in DATASETS if is_offered(dataset_id, self._settings))

    def get(self, dataset_id: str) -> Dataset:
        """Return a dataset, after its preparation or loaded in this thread; raises as `load_dataset`."""
        self.wait(dataset_id)
        dataset = self._loaded.get(dataset_id)
        if dataset is None:
            dataset = load_dataset(dataset_id, self._settings)
            self._finish(dataset_id, dataset)
        return dataset

    def default(self) -> str:
        """Return the dataset to begin with: the first real one that is ready, else the bundled one."""
        return next((d for d in DATASETS if self.status(d).state == "ready"), FALLBACK_DATASET)

    def _load(self, dataset_id: str) -> None:
        def progress(received: int, total: int) -> None:
            with self._lock:
                self._status[dataset_id] = replace(self._status[dataset_id], received=received, total=total)

        def report(share: float) -> None:
            with self._lock:
                self._status[dataset_id] = replace(self._status[dataset_id], decoded=share)

        try:
            dataset = load_dataset(dataset_id, self._settings, progress, report)
        except MnistLabError as error:
            with self._lock:
                self._status[dataset_id] = DatasetStatus("missing", problem=error)
        except Exception as error:  # a thread that dies in silence would leave "preparing" for ever
            with self._lock:
                self._status[dataset_id] = DatasetStatus("missing", problem=MnistLabError("{message}", message=error))
        else:
            self._finish(dataset_id, dataset)

    def _finish(self, dataset_id: str, dataset: Dataset) -> None:
        with self._lock:
            self._loaded[dataset_id] = dataset
            self._status[dataset_id] = DatasetStatus("ready")


@lru_cache(maxsize=1)
def shared_provider() -> DatasetProvider:
    """Return the provider of this process."""
    return DatasetProvider(get_settings())

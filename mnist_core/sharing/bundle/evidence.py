"""What is known of a run when its bundle is made."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.datasets import Dataset, DatasetSpec, get_spec, is_ready, load_dataset
from mnist_core.errors import RunStateError
from mnist_core.inference import USUAL_SURENESS, measure_sureness
from mnist_core.sharing.of_study import StudyTold, study_told
from mnist_core.store import MetricPoint, RunFiles, RunRecord, Store


@dataclass(frozen=True)
class Evidence:
    """A run with its files, its curve and its predictions.

    Attributes
    ----------
    labels : dict of str to ndarray of shape (n,), uint8
        By split; empty where neither the dataset is there nor the run brought them along.
    dataset : Dataset or None
        None where it is not on this computer.
    study : StudyTold or None
        The study that asked for the run.
    """

    record: RunRecord
    files: RunFiles
    points: Sequence[MetricPoint]
    probabilities: dict[str, npt.NDArray[np.float32]]
    labels: dict[str, npt.NDArray[np.uint8]]
    dataset: Dataset | None
    study: StudyTold | None = None

    @property
    def spec(self) -> DatasetSpec:
        """What the network knows."""
        return get_spec(self.record.config.data.dataset)

    def sureness(self) -> float:
        """Return the confidence from which on the network counts as sure, as the page Draw works it out."""
        if self.dataset is None:
            return USUAL_SURENESS
        return measure_sureness(self.files, self.dataset, self.record.config.data)


def gather(record: RunRecord, store: Store) -> Evidence:
    """Return what is known of a run.

    Raises
    ------
    RunStateError
        If it has no model (yet).
    ArtifactMissingError
        If its predictions can't be read.
    """
    if not record.state.has_model or record.outcome.test_accuracy is None:
        raise RunStateError("This run has no model to take away. Wait until it is finished, or choose another one.")
    files, config = store.files(record.id), record.config.data
    tables = files.read_probabilities()
    dataset = load_dataset(config.dataset, store.settings) if is_ready(config.dataset, store.settings) else None
    labels = files.read_labels()
    if dataset is not None:
        labels = {"test": np.asarray(dataset.y_test)}
        if "validation" in tables:
            labels["validation"] = np.asarray(dataset.split("validation", config)[1])
    labels = {name: rows for name, rows in labels.items() if name in tables and len(rows) == len(tables[name])}
    points, study = store.metrics.points(record.id), study_told(record, store)
    return Evidence(record, files, points, tables, labels, dataset, study)

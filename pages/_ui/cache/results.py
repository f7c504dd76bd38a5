"""Results that many visitors ask for, computed once."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mnist_core.datasets import Dataset, get_spec, shared_provider
from mnist_core.errors import ArtifactMissingError, DataError
from mnist_core.evaluation import ClassScores, ConfusionMatrix, class_scores, confusion_matrix, cross_entropy
from mnist_core.evaluation.robustness import CorruptionSettings, Trial, balanced_subset, try_out
from mnist_core.inference import open_classifier
from mnist_core.store import RunRecord, shared_store
from pages._ui.parts.dataset_status import is_ready
from pages._ui.shell.kept import kept

JudgedSplit = Literal["test", "validation"]
"""What a run is judged by: never by the images that it learned from."""


@dataclass(frozen=True)
class Judgement:
    """What is known of a run on one split; arrays are shared between visitors and must not be changed.

    `images` is None for a run that came with the program while its dataset is not there: it brought its labels along.
    """

    split: JudgedSplit
    class_names: tuple[str, ...]
    images: npt.NDArray[np.uint8] | None
    labels: npt.NDArray[np.uint8]
    probabilities: npt.NDArray[np.float32]
    matrix: ConfusionMatrix
    scores: ClassScores
    loss: float


def can_judge(record: RunRecord) -> bool:
    """Whether there are labels to judge a run by: its dataset's, or those that it brought along."""
    return is_ready(record.config.data.dataset) or shared_store().files(record.id).labels.exists()


def judge(run_id: str, split: JudgedSplit = "test") -> Judgement:
    """Return a finished run's judgement on a split.

    Raises
    ------
    ArtifactMissingError
        If the predictions are missing, damaged, or not of this dataset.
    DataError
        If there are no labels to judge it by.
    """
    record = shared_store().runs.get(run_id)
    if not can_judge(record):
        raise DataError(
            "The images of “{name}” are not on this computer, so it can't be judged. The page Explore says how to "
            "have them.",
            name=record.name,
        )
    return _judge(run_id, split, is_ready(record.config.data.dataset))


# A finished run never changes, so its id and the split are the whole key, and whether there are images to show.
# As many as are compared at once on the page Compare: 0.4 MB each, the images are shared.
@kept(max_entries=48)
def _judge(run_id: str, split: JudgedSplit, with_images: bool) -> Judgement:
    record = shared_store().runs.get(run_id)
    config = record.config
    spec, files = get_spec(config.data.dataset), shared_store().files(run_id)
    images, labels = None, files.read_labels().get(split)
    if with_images or labels is None:
        images, labels = dataset(spec.id).split(split, config.data)
    probabilities = files.read_probabilities().get(split)
    if probabilities is None or probabilities.shape != (len(labels), spec.num_classes):
        raise ArtifactMissingError("The predictions of this run don't belong to its images. Train it again.")
    matrix = confusion_matrix(probabilities, labels)
    loss = record.outcome.loss(split)  # the run's own, as all pages show it
    return Judgement(
        split,
        spec.class_names,
        images,
        labels,
        probabilities,
        matrix,
        class_scores(matrix),
        cross_entropy(probabilities, labels) if loss is None else loss,
    )


def dataset(dataset_id: str) -> Dataset:
    """Return a dataset, kept for all visitors; raises as `load_dataset`."""
    return shared_provider().get(dataset_id)


@kept(max_entries=8)
def subset_of_test_set(dataset_id: str) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Return 1,000 test images with each class equally often, and their labels; not to be changed."""
    data = dataset(dataset_id)
    indices = balanced_subset(data.y_test)
    return np.asarray(data.x_test[indices]), np.asarray(data.y_test[indices])


@kept(max_entries=16)
def untouched_trial(run_id: str) -> Trial:
    """Return what a finished run says to that subset as it is; raises `ArtifactMissingError`."""
    images, labels = subset_of_test_set(shared_store().runs.get(run_id).config.data.dataset)
    return try_out(open_classifier(shared_store().files(run_id)).predict, images, labels, CorruptionSettings())

"""Results that many visitors ask for, computed once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.datasets import Dataset, shared_provider
from mnist_core.evaluation import ClassScores, ConfusionMatrix, class_scores, confusion_matrix
from mnist_core.inference import classifier
from mnist_core.robustness import CorruptionSettings, Trial, balanced_subset, try_out
from mnist_core.store import shared_store


@dataclass(frozen=True)
class Judgement:
    """What is known of a run on one split."""

    probabilities: npt.NDArray[np.float32]
    matrix: ConfusionMatrix
    scores: ClassScores


@st.cache_resource(max_entries=16, show_spinner=False)
def judge(run_id: str) -> Judgement:
    """Return a finished run's judgement on the test set; raises `ArtifactMissingError`.

    A finished run never changes, so its id is the whole key. The result is shared between
    visitors and must not be changed.
    """
    record = shared_store().get(run_id)
    probabilities = shared_store().files(run_id).read_probabilities()["test"]
    matrix = confusion_matrix(probabilities, dataset(record.config.data.dataset).y_test)
    return Judgement(probabilities, matrix, class_scores(matrix))


def dataset(dataset_id: str) -> Dataset:
    """Return a dataset, kept for all visitors; raises as `load_dataset`."""
    return shared_provider().get(dataset_id)


@st.cache_resource(max_entries=8, show_spinner=False)
def subset_of_test_set(dataset_id: str) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Return 1,000 test images with each class equally often, and their labels; not to be changed."""
    data = dataset(dataset_id)
    indices = balanced_subset(data.y_test)
    return np.asarray(data.x_test[indices]), np.asarray(data.y_test[indices])


@st.cache_resource(max_entries=16, show_spinner=False)
def untouched_trial(run_id: str) -> Trial:
    """Return what a finished run says to that subset as it is; raises `ArtifactMissingError`."""
    images, labels = subset_of_test_set(shared_store().get(run_id).config.data.dataset)
    return try_out(classifier(shared_store().files(run_id)).predict, images, labels, CorruptionSettings())

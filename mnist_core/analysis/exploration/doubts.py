"""Labels that a trained network doubts."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.config import DataConfig
from mnist_core.datasets import Dataset, Split
from mnist_core.evaluation import mistakes

_SPLITS: tuple[Split, ...] = ("test", "validation")


@dataclass(frozen=True)
class Doubts:
    """Images whose label a network contradicts, the surest contradiction first. Arrays of shape (n,).

    Attributes
    ----------
    splits : ndarray of str
        "test" or "validation": the network learned from neither.
    indices : ndarray of int64
        Place of the image in its split.
    labels, answers : ndarray of int64
        What the dataset says, and what the network says.
    confidences : ndarray of float64
        Probability of the network's answer, 0 to 1.
    """

    splits: npt.NDArray[np.str_]
    indices: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    answers: npt.NDArray[np.int64]
    confidences: npt.NDArray[np.float64]


def doubtful_labels(
    tables: Mapping[str, npt.NDArray[np.float32]], dataset: Dataset, config: DataConfig, least_confidence: float
) -> Doubts:
    """Return the labels that a network contradicts with at least `least_confidence`.

    A suspicion, not a proof: the network may be wrong, however sure it is.

    Parameters
    ----------
    tables : mapping of split name to ndarray of shape (n, classes), float32
        Probabilities of a run, as `RunFiles.read_probabilities` gives them.
    dataset : Dataset
    config : DataConfig
        The run's, which decides what its validation set was.
    least_confidence : float
        0 to 1.
    """
    found = []
    for split in _SPLITS:
        if split not in tables:
            continue
        table, labels = tables[split], dataset.split(split, config)[1]
        wrong = mistakes(table, labels)
        sure = table[wrong].max(axis=1).astype(np.float64)
        wrong, sure = wrong[sure >= least_confidence], sure[sure >= least_confidence]
        names = np.full(len(wrong), split, dtype="<U10")
        found.append((names, wrong, labels[wrong].astype(np.int64), table[wrong].argmax(axis=1), sure))
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    order = np.argsort(-columns[-1], kind="stable")
    return Doubts(*(column[order] for column in columns))

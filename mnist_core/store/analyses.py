"""Results of longer computations about a dataset, kept for the next visitor."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from mnist_core.settings import Settings
from mnist_core.system.files import replacing
from mnist_core.system.saying import complain

Kind = Literal["tsne", "duplicates", "knn", "logistic"]
KINDS: tuple[Kind, ...] = ("tsne", "duplicates", "knn", "logistic")

# Part of each file's name: a changed way of computing makes new files.
_VERSION = 1


@dataclass(frozen=True)
class Analysis:
    """What is computed; the same values always give the same result.

    Attributes
    ----------
    kind : {"tsne", "duplicates", "knn", "logistic"}
    dataset : str
        Id of the dataset.
    samples : int
        How many training images are used, chosen by `seed` where there are more.
    seed : int
    """

    kind: Kind
    dataset: str
    samples: int
    seed: int = 0

    @property
    def key(self) -> str:
        """Name of the result's file, without its suffix."""
        return f"{self.kind}-{self.dataset}-{self.samples}-{self.seed}-v{_VERSION}"


# Large enough to be telling, small enough for a minute on two cores (see `standard_analysis`).
MAP_SAMPLES, KNN_SAMPLES = 2000, 10_000


def standard_analysis(kind: Kind, dataset: str, n_train: int) -> Analysis:
    """Return the computation that the pages ask for, so that all visitors share one result.

    A map of 2,000 images, the vote of neighbours among 10,000; duplicates and logistic regression
    take all `n_train` training images.
    """
    most = {"tsne": MAP_SAMPLES, "knn": KNN_SAMPLES}.get(kind, n_train)
    return Analysis(kind, dataset, min(most, n_train))


def analysis_path(analysis: Analysis, settings: Settings) -> Path:
    """Return where the result of a computation lies."""
    return settings.analyses_dir / f"{analysis.key}.npz"


def has_analysis(analysis: Analysis, settings: Settings) -> bool:
    """Whether there is a result."""
    return analysis_path(analysis, settings).is_file()


def read_analysis(analysis: Analysis, settings: Settings) -> dict[str, npt.NDArray[np.generic]] | None:
    """Return the arrays of a result by name; None where there is none.

    A damaged file is removed, so that the result can be computed again.
    """
    path = analysis_path(analysis, settings)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        return None
    except Exception as error:  # NumPy and zipfile raise a dozen classes for damaged content
        complain(f"{path} is damaged and is removed, so that it can be computed again.", error)
        path.unlink(missing_ok=True)
        return None


def write_analysis(analysis: Analysis, arrays: dict[str, npt.ArrayLike], settings: Settings) -> None:
    """Keep a result; raises `StorageError` where the disk is full."""
    with replacing(analysis_path(analysis, settings)) as path:
        np.savez_compressed(path, allow_pickle=False, **{name: np.asarray(array) for name, array in arrays.items()})

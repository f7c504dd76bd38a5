"""Predicting with a run's exported model, without Keras."""

import threading
import time
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mnist_core.config import DataConfig
from mnist_core.datasets import Dataset
from mnist_core.errors import ArtifactMissingError
from mnist_core.evaluation.robustness import sure_from
from mnist_core.models.graph import needed_only
from mnist_core.store import RunFiles
from mnist_core.system.libraries import usable_cores
from mnist_core.system.patience import pause_point

if TYPE_CHECKING:
    import onnxruntime

Images = npt.NDArray[np.uint8] | npt.NDArray[np.float32]

# Between layers a batch takes memory, and ONNX Runtime keeps the most it ever took: 1,000 images at once take 200 MB
# more with a small convolutional network, 50 take 60 MB more with a deep one, and no less time.
_BATCH = 10
_SLOW = 0.2  # seconds of the processor: of a network that takes longer for so many, fewer at once
# Whoever predicts, never more at once than there are cores: others would only wait, and each takes memory.
_at_once = threading.BoundedSemaphore(usable_cores())


def open_session(path: Path) -> "onnxruntime.InferenceSession":
    """Return an exported graph in ONNX Runtime; raises `ArtifactMissingError`."""
    try:
        return session_of(needed_only(path.read_bytes()))
    except Exception as error:  # ONNX Runtime raises its own classes without a common base
        raise ArtifactMissingError(
            "The model of this run is missing or damaged. Train it again to get it back."
        ) from error


def session_of(model: bytes) -> "onnxruntime.InferenceSession":
    """Return a graph in ONNX Runtime, which raises its own classes where it is none."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Small images, few at a time: more threads only wait for each other.
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def run_session(session: "onnxruntime.InferenceSession", outputs: list[str] | None, feeds: dict[str, Any]) -> Any:
    """Return what a graph makes of a few images; raises `AbandonedError` where nobody waits for it any more."""
    pause_point()
    with _at_once:
        return session.run(outputs, feeds)


class Classifier:
    """A run's model in ONNX Runtime. Safe to use from several threads.

    Parameters
    ----------
    files : RunFiles
        Files of a run that has a model.

    Raises
    ------
    ArtifactMissingError
        If the run has no exported model, or it can't be read.
    """

    def __init__(self, files: RunFiles) -> None:
        self._session = open_session(files.onnx)
        self._input = self._session.get_inputs()[0].name
        self._batch = _BATCH

    def predict(self, images: Images) -> npt.NDArray[np.float32]:
        """Return probabilities of shape (n, classes) for images of shape (n, 28, 28), grey values from 0 to 255.

        Raises
        ------
        AbandonedError
            Where nobody waits for them any more: see `mnist_core.system.patience`.
        """
        parts, done = [], 0
        while done < max(len(images), 1):
            batch = self._batch  # another thread may find it too large meanwhile
            began = time.thread_time()  # of the processor: a busy computer makes no network slow
            parts.append(self._predict_batch(images[done : done + batch]))
            done += batch
            if time.thread_time() - began > _SLOW:
                self._batch = max(1, batch // 2)
        return np.concatenate(parts)

    def _predict_batch(self, images: Images) -> npt.NDArray[np.float32]:
        scaled = images.astype(np.float32) / np.float32(255)
        probabilities: npt.NDArray[np.float32] = run_session(self._session, None, {self._input: scaled})[0]
        return probabilities


@lru_cache(maxsize=8)
def _cached(files_key: str, _changed: int, runs_dir: str) -> Classifier:
    return Classifier(RunFiles(Path(runs_dir), files_key))


def classifier(files: RunFiles) -> Classifier:
    """Return the classifier of a run, kept for the next call; raises as `Classifier`."""
    try:
        changed = files.onnx.stat().st_mtime_ns
    except OSError as error:
        raise ArtifactMissingError(
            "This run has no model to predict with. Choose another run, or train it again."
        ) from error
    return _cached(files.folder.name, changed, str(files.folder.parent))


def sureness(files: RunFiles, dataset: Dataset, config: DataConfig) -> float:
    """Return the confidence from which on a run's network counts as sure, measured on images it did not learn from.

    Those of its validation set, or of the test set where it has none; see `sure_from`. Takes a second.

    Raises
    ------
    ArtifactMissingError
        As `classifier`.
    """
    images, labels = dataset.split("validation", config)
    if not len(labels):
        images, labels = dataset.split("test", config)
    return sure_from(classifier(files).predict, images, labels)

"""Predicting with a run's exported model, without Keras."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mnist_core.errors import ArtifactMissingError
from mnist_core.models.graph import needed_only
from mnist_core.store import RunFiles

if TYPE_CHECKING:
    import onnxruntime

Images = npt.NDArray[np.uint8] | npt.NDArray[np.float32]

# Between layers a batch takes memory, and ONNX Runtime keeps the most it ever took: 1,000 images at once take 200 MB
# more with a small convolutional network, 50 take 60 MB more with a deep one, and no less time.
_BATCH = 10


def open_session(path: Path) -> "onnxruntime.InferenceSession":
    """Return an exported graph in ONNX Runtime; raises `ArtifactMissingError`."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Small images, few at a time: more threads only wait for each other.
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    try:
        model = needed_only(path.read_bytes())
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises its own classes without a common base
        raise ArtifactMissingError(
            "The model of this run is missing or damaged. Train it again to get it back."
        ) from error


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

    def predict(self, images: Images) -> npt.NDArray[np.float32]:
        """Return probabilities of shape (n, classes) for images of shape (n, 28, 28), grey values from 0 to 255."""
        return np.concatenate(
            [self._predict_batch(images[start : start + _BATCH]) for start in range(0, max(len(images), 1), _BATCH)]
        )

    def _predict_batch(self, images: Images) -> npt.NDArray[np.float32]:
        scaled = images.astype(np.float32) / np.float32(255)
        probabilities: npt.NDArray[np.float32] = self._session.run(None, {self._input: scaled})[0]
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

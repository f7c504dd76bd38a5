"""An exported graph in ONNX Runtime, as a function from images to probabilities. Knows no runs: bundles use it too."""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import onnxruntime

Images = npt.NDArray[np.uint8] | npt.NDArray[np.float32]

# Between layers a batch takes memory, and ONNX Runtime keeps the most it ever took: 1,000 images at once take 200 MB
# more with a small convolutional network, 50 take 60 MB more with a deep one, and no less time.
_BATCH = 10
_SLOW = 0.2  # seconds of the processor: of a network that takes longer for so many, fewer at once


def open_graph(model: bytes) -> "onnxruntime.InferenceSession":
    """Return a graph in ONNX Runtime, which raises its own classes of errors without a common base."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Small images, few at a time: more threads only wait for each other.
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class Network:
    """A graph with one input, images, whose first output is probabilities. Safe to use from several threads.

    Parameters
    ----------
    session : onnxruntime.InferenceSession
        See `open_graph`.
    weights : mapping of str to ndarray, optional
        Of a graph that is given them with each question.
    """

    def __init__(
        self, session: "onnxruntime.InferenceSession", weights: Mapping[str, npt.NDArray[np.float32]] | None = None
    ) -> None:
        self._session = session
        self._weights = weights or {}
        self._input = session.get_inputs()[0].name
        self._batch = _BATCH

    @property
    def output_names(self) -> list[str]:
        """What can be asked for, in the order of the graph."""
        return [output.name for output in self._session.get_outputs()]

    @property
    def metadata(self) -> dict[str, str]:
        """What the graph says about itself."""
        told: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        return told

    def outputs(self, images: Images, names: Sequence[str] | None = None) -> list[npt.NDArray[Any]]:
        """Return what the graph makes of a few images of shape (n, 28, 28), grey values from 0 to 255.

        Parameters
        ----------
        images : ndarray
        names : sequence of str, optional
            Which outputs; all of them if not given.
        """
        scaled = images.astype(np.float32) / np.float32(255)
        outputs: list[npt.NDArray[Any]] = self._session.run(names, {self._input: scaled, **self._weights})
        return outputs

    def predict(self, images: Images) -> npt.NDArray[np.float32]:
        """Return probabilities of shape (n, classes) for images of shape (n, 28, 28), grey values from 0 to 255."""
        parts, done = [], 0
        while done < max(len(images), 1):
            batch = self._batch  # another thread may find it too large meanwhile
            began = time.thread_time()  # of the processor: a busy computer makes no network slow
            parts.append(self.outputs(images[done : done + batch])[0])
            done += batch
            if time.thread_time() - began > _SLOW:
                self._batch = max(1, batch // 2)
        return np.concatenate(parts)

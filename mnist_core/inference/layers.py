"""What comes out of every layer, from the graph that a run exports for it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mnist_core.errors import ArtifactMissingError
from mnist_core.inference.classifier import SharedNetwork, open_session
from mnist_core.store import RunFiles

# ONNX Runtime keeps the most memory it ever took for what comes out of all layers: 100 images at once take 101 MB with
# a deep network, 10 take 13, in the same time.
_BATCH = 10
_MOST_BYTES = 20_000_000  # that all layers may put out at once


@dataclass(frozen=True)
class LayerOutput:
    """One layer's name in Keras, and its output's shape without the batch dimension."""

    name: str
    shape: tuple[int, ...]

    @property
    def units(self) -> int:
        """How many units, or filters, the layer has."""
        return self.shape[-1]


class Layers:
    """A run's network in ONNX Runtime, giving every layer's output. Safe to use from several threads.

    Raises
    ------
    ArtifactMissingError
        If the run has no such graph, or it can't be read.
    """

    def __init__(self, files: RunFiles) -> None:
        if not files.layers.exists():
            raise ArtifactMissingError("This run was trained by an older version. Train it again to look inside.")
        self._network = SharedNetwork(open_session(files.layers))
        # Their names begin with their place in the network: "01_Dense".
        self._outputs = sorted(self._network.output_names)
        probe = self._run(np.zeros((1, 28, 28), np.uint8))
        self._batch = max(1, min(_BATCH, _MOST_BYTES // sum(output.nbytes for output in probe)))
        self.layers = tuple(
            LayerOutput(name.partition("_")[2], output.shape[1:])
            for name, output in zip(self._outputs, probe, strict=True)
        )

    def activations(self, image: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.float32]]:
        """Return what each layer makes of one image of shape (28, 28), without the batch dimension."""
        return [output[0] for output in self._run(image[None])]

    def strongest(self, images: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.float32]]:
        """Return each unit's output for each image; for a map its largest value anywhere.

        Returns
        -------
        list of ndarray of shape (n, units)
            One for each layer.
        """
        parts = [
            [output.reshape(len(output), -1, output.shape[-1]).max(axis=1) for output in self._run(batch)]
            for batch in (images[first : first + self._batch] for first in range(0, len(images), self._batch))
        ]
        return [np.concatenate(part) for part in zip(*parts, strict=True)]

    def _run(self, images: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.float32]]:
        return self._network.outputs(images, self._outputs)


@lru_cache(maxsize=4)
def _cached(files: RunFiles, _changed: int) -> Layers:
    return Layers(files)


def open_layers(files: RunFiles) -> Layers:
    """Return the layers of a run, kept for the next call; raises as `Layers`."""
    graph = files.layers
    return _cached(files, graph.stat().st_mtime_ns if graph.exists() else 0)

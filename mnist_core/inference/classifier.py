"""A run's network, which all visitors share."""

import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from mnist_core.errors import ArtifactMissingError
from mnist_core.inference.network import Images, Network, open_graph
from mnist_core.onnx.editing import needed_only
from mnist_core.store import RunFiles
from mnist_core.system.libraries import usable_cores
from mnist_core.system.patience import pause_point

if TYPE_CHECKING:
    import onnxruntime

# Whoever predicts, never more at once than there are cores: others would only wait, and each takes memory.
_at_once = threading.BoundedSemaphore(usable_cores())


def open_session(path: Path) -> "onnxruntime.InferenceSession":
    """Return an exported graph in ONNX Runtime; raises `ArtifactMissingError`."""
    try:
        return open_graph(needed_only(path.read_bytes()))
    except Exception as error:  # ONNX Runtime raises its own classes without a common base
        raise ArtifactMissingError(
            "The model of this run is missing or damaged. Train it again to get it back."
        ) from error


class SharedNetwork(Network):
    """A graph that waits its turn among all visitors, and stops where nobody waits for it any more.

    What it is asked for raises `AbandonedError` then: see `mnist_core.system.patience`. Made as `Network`.
    """

    def outputs(self, images: Images, names: Sequence[str] | None = None) -> list[npt.NDArray[Any]]:
        """Return what the graph makes of a few images; see `Network.outputs`."""
        pause_point()
        with _at_once:
            return super().outputs(images, names)


class Classifier(SharedNetwork):
    """The network of a run that has a model, as a function from images to probabilities; raises as `open_session`."""

    def __init__(self, files: RunFiles) -> None:
        super().__init__(open_session(files.onnx))


@lru_cache(maxsize=8)
def _cached(files: RunFiles, _changed: int) -> Classifier:
    return Classifier(files)


def open_classifier(files: RunFiles) -> Classifier:
    """Return the classifier of a run, kept for the next call; raises as `Classifier`."""
    graph = files.onnx
    try:
        changed = graph.stat().st_mtime_ns
    except OSError as error:
        raise ArtifactMissingError(
            "This run has no model to predict with. Choose another run, or train it again."
        ) from error
    return _cached(files, changed)

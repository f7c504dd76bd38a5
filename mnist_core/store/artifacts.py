"""The files of a run. One class owns all their names; each file has one writer."""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mnist_core.errors import ArtifactMissingError, RunNotFoundError
from mnist_core.files import replacing

_RUN_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{8}")


def is_run_id(text: str) -> bool:
    """Whether `text` has the form of a run id; anything else never becomes a path."""
    return _RUN_ID.fullmatch(text) is not None


class RunFiles:
    """Paths of one run's files.

    Raises
    ------
    RunNotFoundError
        If `run_id` does not have the form of a run id.
    """

    def __init__(self, runs_dir: Path, run_id: str) -> None:
        if not is_run_id(run_id):
            raise RunNotFoundError("There is no run with this id.")
        self.folder = runs_dir / run_id
        self.model = self.folder / "model.keras"
        self.onnx = self.folder / "model.onnx"
        self.probabilities = self.folder / "probabilities.npz"
        self.log = self.folder / "worker.log"
        self.tensorboard = self.folder / "tensorboard"

    def write_probabilities(self, tables: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Write one table of shape (n, classes) for each split."""
        with replacing(self.probabilities) as path:
            np.savez(
                path, allow_pickle=False, **{name: np.asarray(table, np.float32) for name, table in tables.items()}
            )

    def read_probabilities(self) -> dict[str, npt.NDArray[np.float32]]:
        """Return the tables by split name; raises `ArtifactMissingError`."""
        try:
            with np.load(self.probabilities, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
        except Exception as error:  # NumPy and zipfile raise a dozen classes for damaged content
            raise ArtifactMissingError(
                "The predictions of this run are missing or damaged. Train it again to get them back."
            ) from error

    def log_tail(self, lines: int) -> str:
        """Return the last lines of the worker's log; empty where there is none."""
        try:
            with self.log.open("rb") as stream:
                stream.seek(0, 2)
                stream.seek(max(0, stream.tell() - 200 * lines))
                text = stream.read().decode(errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

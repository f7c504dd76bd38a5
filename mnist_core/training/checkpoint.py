"""Checkpoints: everything that a training needs to go on as if it had never ended."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_core.system.files import replacing
from mnist_core.system.saying import complain
from mnist_core.training.state import TrainingState

if TYPE_CHECKING:
    import keras

    from mnist_core.training.callbacks import EarlyStopping


class Checkpoint:
    """One file with the newest state of a training; each one replaces the last in one step.

    It holds the model's variables (random states of dropout included), the optimizer's, the
    position, and what early stopping remembers. The order of the images needs no saving: it
    follows from seed and epoch. The file is a plain NumPy archive without pickled objects.

    Parameters
    ----------
    path : Path
        ``checkpoint.npz`` of a run; its member ``step`` tells how many batches were done.
    model : keras.Model
        Compiled, optimizer built.
    early_stopping : EarlyStopping, optional
    """

    def __init__(self, path: Path, model: "keras.Model", early_stopping: "EarlyStopping | None" = None) -> None:
        self._path = path
        self._early_stopping = early_stopping
        metrics = {id(variable) for variable in model.metrics_variables}
        self._variables: dict[str, list[Any]] = {
            "model": [variable for variable in model.variables if id(variable) not in metrics],
            "optimizer": list(model.optimizer.variables),
        }

    def snapshot(self, state: TrainingState) -> Callable[[], None]:
        """Copy the state as it is now; what is returned writes it, and raises `StorageError`."""
        arrays = {
            f"{part}_{index}": np.array(variable.numpy())
            for part, variables in self._variables.items()
            for index, variable in enumerate(variables)
        }
        memory: dict[str, Any] = {"state": asdict(state)}
        if self._early_stopping is not None:
            memory["early_stopping"] = self._early_stopping.numbers()
            for index, weights in enumerate(self._early_stopping.best_weights or ()):
                arrays[f"best_{index}"] = weights
        arrays |= {"step": np.asarray(np.int64(state.step)), "memory": np.array(json.dumps(memory))}

        def write() -> None:
            with replacing(self._path) as path:
                np.savez(path, allow_pickle=False, **arrays)

        return write

    def load(self) -> TrainingState | None:
        """Give model, optimizer and early stopping their saved state and return the position.

        Returns None, and changes nothing, where there is no checkpoint or it can't be used: the
        training then begins anew.
        """
        try:
            with np.load(self._path, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            memory = json.loads(str(arrays["memory"]))
            state = TrainingState(**memory["state"])
            pairs = [
                (variable, arrays[f"{part}_{index}"])
                for part, variables in self._variables.items()
                for index, variable in enumerate(variables)
            ]
            if any(tuple(variable.shape) != array.shape for variable, array in pairs):
                complain(f"The checkpoint {self._path} is of another network. The training begins anew.")
                return None
        except FileNotFoundError:
            return None
        except Exception as error:  # NumPy, zipfile and JSON raise a dozen classes for damaged content
            complain(f"The checkpoint {self._path} can't be read. The training begins anew.", error)
            return None
        for variable, array in pairs:
            variable.assign(array)
        if self._early_stopping is not None and "early_stopping" in memory:
            best = [arrays[f"best_{index}"] for index in range(sum(name.startswith("best_") for name in arrays))]
            self._early_stopping.restore(memory["early_stopping"], best or None)
        return state

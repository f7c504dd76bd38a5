"""Reading a film, of a run that has ended and of one that trains."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.config import Conv2D, Dense, RunConfig
from mnist_core.config.sections import NetworkConfig
from mnist_core.errors import ArtifactMissingError
from mnist_core.evaluation.matrix import ConfusionMatrix
from mnist_core.film.answering import KeptWeights
from mnist_core.film.keyframe import SIZES, Keyframe, LayerSizes, first_pictures, keyframe_from, weights_in
from mnist_core.models.weights import check_weights
from mnist_core.store import RunFiles
from mnist_core.system.saying import complain


class FilmState(StrEnum):
    """Whether there is a film, and why there is none."""

    THERE = "there"
    NONE = "none"  # trained by an older version, without room for one, or not begun yet
    BASELINE = "baseline"  # logistic regression is no network, and is not trained step by step
    DAMAGED = "damaged"  # there are files, and none can be read


@dataclass(frozen=True)
class Moment:
    """A kept moment in a few numbers.

    Attributes
    ----------
    step : int
        Batches done before it; 0 is before the first one.
    epoch : float
        The same in epochs: 0.01, 0.5, 3.0.
    share : float
        The same as a share of all that the run is set up for, 0 to 1.
    accuracy : float
        On the fixed images, 0 to 1.
    bytes : int
        Of its file.
    has_weights : bool
        Whether the network of that moment can be asked: see `Film.predict`.
    """

    step: int
    epoch: float
    share: float
    accuracy: float
    bytes: int
    has_weights: bool


class Film:
    """The keyframes of a run in the order of training, as they are now; a newer look is another `open_film`.

    Small figures are in memory; weights and pictures are read when they are asked for. Places count from 0.

    Attributes
    ----------
    state : FilmState
    moments : tuple of Moment
        Empty unless `state` is `FilmState.THERE`.
    passes : bool
        Whether the last moment is one that is not kept: the figures are those of the kept one before it, but for the
        answers to the images that are watched; the pictures are its own.
    """

    def __init__(
        self, config: RunConfig, state: FilmState, read: "tuple[_Read, ...]" = (), *, passes: bool = False
    ) -> None:
        self._config, self._read = config, read
        self.state, self.passes = state, passes
        self.moments = tuple(_moment(each, config) for each in read)

    def __len__(self) -> int:
        return len(self.moments)

    def until(self, step: int) -> "Film":
        """Return the film as it was after so many batches; without a moment by then it is one that has not begun."""
        read = tuple(each for each in self._read if each.keyframe.step <= step)
        if self.state is not FilmState.THERE or len(read) == len(self._read):
            return self
        return Film(self._config, FilmState.THERE if read else FilmState.NONE, read)

    @property
    def paths(self) -> list[Path]:
        """The files of the moments."""
        return [each.path for each in self._read]

    @property
    def spoken_by(self) -> list[int | None]:
        """For each moment the place of the newest one up to it that has weights: whose network can be asked.

        None where there is none.
        """
        found: list[int | None] = []
        for place, moment in enumerate(self.moments):
            found.append(place if moment.has_weights else found[-1] if found else None)
        return found

    def answers(self, place: int) -> npt.NDArray[np.float16]:
        """Return the probabilities of the first fixed images, of shape (n, classes).

        Their places in the test set are ``fixed_images(labels)[:n]``.
        """
        return self._read[place].keyframe.answers

    def matrix(self, place: int) -> ConfusionMatrix:
        """Return the confusion matrix of the first ``total`` fixed images: all, or of fast trainings the first 200."""
        return ConfusionMatrix(self._read[place].keyframe.matrix)

    def layers(self, place: int) -> tuple[LayerSizes, ...]:
        """Return how large the weights and gradients of each layer with weights were, and which share was dead."""
        return self._read[place].keyframe.layers

    @property
    def dead(self) -> tuple[float, ...]:
        """Of each hidden layer with ReLU, first to last, the share of units that gave 0 for each image at the end.

        Of the images whose answers are kept, at the last moment; empty without one.
        """
        model = self._config.model
        if not self._read or not isinstance(model, NetworkConfig):
            return ()
        units = [layer for layer in model.layers if isinstance(layer, Dense | Conv2D)]
        known = [each for each in self.layers(-1) if each.name.endswith((Dense.__name__, Conv2D.__name__))]
        pairs = zip(units, known, strict=False)  # without the last layer
        return tuple(each.dead for layer, each in pairs if layer.activation == "relu" and not isnan(each.dead))

    def sizes(self) -> dict[str, npt.NDArray[np.float64]]:
        """Return the quantities of `LayerSizes` that are known, by name, of shape (moments, layers); NaN elsewhere."""
        tables = {
            name: np.array([[getattr(layer, name) for layer in self.layers(place)] for place in range(len(self))])
            for name in SIZES
        }
        return {name: table for name, table in tables.items() if np.isfinite(table).any()}

    def pictures(self, place: int) -> npt.NDArray[np.float16]:
        """Return weights of the first layer as pictures, of shape (at most 64, height, width).

        Of shape (0, 0, 0) where that layer sees no picture. Raises `ArtifactMissingError` as `weights`.
        """
        kept = _arrays(self._read[place].path, only="pictures").get("pictures")
        return first_pictures(self._config, self.weights(place)) if kept is None else np.asarray(kept, np.float16)

    def weights(self, place: int) -> Mapping[str, npt.NDArray[np.float16]]:
        """Return the kept weights by layer and variable, as in `mnist_core.models.weights`.

        Raises
        ------
        ArtifactMissingError
            If this moment kept none, or they are gone or damaged.
        """
        weights = weights_in(_arrays(self._read[place].path, only="weights/"))
        if not weights:
            raise ArtifactMissingError(
                "Only the figures of this moment were kept, not the network itself: it is too large. "
                "Choose another moment."
            )
        try:
            check_weights(weights, self._config.model, self._config.spec.num_classes)
        except ValueError as error:
            raise _gone() from error
        return weights

    def predict(self, place: int, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return what the network of a moment says, of shape (n, classes).

        Parameters
        ----------
        place : int
            Of a moment that has weights.
        images : ndarray of shape (n, 28, 28), grey values from 0 to 255

        Raises
        ------
        ArtifactMissingError
            As `weights`.
        """
        return _kept_weights(self._config).network(self.weights(place)).predict(images)

    def seen(
        self, place: int, images: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Return what the last hidden layer of a moment makes of images, and what its network says.

        See `KeptWeights.seen`; raises as `weights`.
        """
        return _kept_weights(self._config).seen(self.weights(place), images)


@dataclass(frozen=True)
class _Read:
    """A keyframe, and where its file lies."""

    path: Path
    bytes: int
    has_weights: bool
    keyframe: Keyframe


def open_film(files: RunFiles, config: RunConfig, *, live: bool = False) -> Film:
    """Return the film of a run as it is now; files that can't be read are named in the log and left out.

    Takes a millisecond where nothing is new: what was read is kept by the file's time of change.

    Parameters
    ----------
    files : RunFiles
    config : RunConfig
        Of the run.
    live : bool
        Whether the newest moment of a training under way is wanted too, which is not kept.

    Raises
    ------
    StorageError
        If the files are in object storage, and that is away.
    """
    if not isinstance(config.model, NetworkConfig):
        return Film(config, FilmState.BASELINE)
    found = []
    for path in files.keyframes.values():
        with suppress(FileNotFoundError):  # a run that goes on has thrown it away meanwhile
            found.append(_read(path, config))
    read = tuple(each for each in found if each is not None)
    if read and live:
        with suppress(FileNotFoundError):  # no run under way, or one that has just ended
            newest = _read(files.passing, config)
            if newest is not None and newest.keyframe.step > read[-1].keyframe.step:
                return Film(config, FilmState.THERE, (*read, newest), passes=True)
    if read:
        return Film(config, FilmState.THERE, read)
    return Film(config, FilmState.DAMAGED if found else FilmState.NONE)


def keyframes_of(paths: Iterable[Path], config: RunConfig) -> list[Keyframe]:
    """Return the keyframes of some files in their order; those that can't be read are left out, as of a film."""
    return [each.keyframe for each in (_read(path, config) for path in paths) if each is not None]


def film_arrays(files: RunFiles, config: RunConfig) -> dict[str, dict[str, npt.NDArray[Any]]]:
    """Return all that a film holds: the arrays of each keyframe's file by its name, without those that are damaged."""
    film = open_film(files, config)
    return {path.name: _arrays(path, only="") for path in film.paths}


def _read(path: Path, config: RunConfig) -> _Read | None:
    """Return what a file holds, None where it is damaged; raises `FileNotFoundError`."""
    told = path.stat()
    return _cached(path, told.st_size, told.st_mtime_ns, config)


@lru_cache(maxsize=500)
def _cached(path: Path, size: int, _changed: int, config: RunConfig) -> _Read | None:
    try:
        with np.load(path, allow_pickle=False) as archive:
            few = {name: archive[name] for name in ("step", "steps_per_epoch", "answers", "matrix", "sizes")}
            has_weights = any(name.startswith("weights/") for name in archive.files)
        return _Read(path, size, has_weights, keyframe_from(few, config))
    except FileNotFoundError:
        raise
    except Exception as error:  # NumPy and zipfile raise a dozen classes for damaged content
        complain(f"The keyframe {path} can't be read and is left out.", error)
        return None


def _arrays(path: Path, only: str) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a file whose names begin so; raises `ArtifactMissingError`."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files if name.startswith(only)}
    except Exception as error:  # as above
        raise _gone() from error


def _gone() -> ArtifactMissingError:
    return ArtifactMissingError("This moment of the film is missing or damaged. Choose another one.")


@lru_cache(maxsize=4)
def _kept_weights(config: RunConfig) -> KeptWeights:
    return KeptWeights(config)


def _moment(read: _Read, config: RunConfig) -> Moment:
    keyframe = read.keyframe
    epoch = keyframe.step / max(1, keyframe.steps_per_epoch)
    share = min(1.0, epoch / config.train.epochs)
    return Moment(keyframe.step, epoch, share, keyframe.accuracy, read.bytes, read.has_weights)

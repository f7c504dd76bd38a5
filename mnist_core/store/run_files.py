"""The files of a run. Only this module spells their names; each file has one writer."""

import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.drawing.personal import PersonalSet, held_out
from mnist_core.errors import ArtifactMissingError, RunNotFoundError, RunStateError
from mnist_core.store.storage import FolderStorage, Storage
from mnist_core.system.files import replacing
from mnist_core.text import Sentence

# Files of a run that bundles and packages have too.
MODEL = "model.keras"
ONNX = "model.onnx"  # images in, probabilities out
LAYERS = "layers.onnx"  # the same graph with every layer's output
PARTS = "parts.npz"
PROBABILITIES = "probabilities.npz"
LABELS = "labels.npz"
FILM = "film"  # a folder: see `mnist_core.film`

# What other places than the run's own folder ask for by name.
CHECKPOINT = "checkpoint.npz"
LOG = "worker.log"
RECORD, CURVE = "record.json", "curve.npz"  # what the record of runs keeps of itself there, for a lost database
WORK = ".work.json"  # with object storage: what of the folder is published; see `mnist_core.store.objects.work`

PASSING = "passing.npz"  # in the folder `FILM`, while a run trains: its newest moment, which is not kept
_KEYFRAME = re.compile(r"(\d{8,12})\.npz")
_RUN_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{8}")

# What TensorFlow's C++ parts say about themselves: "I0000 00:00:1795239768.341175   12102 port.cc:153] ..."
_CHATTER = re.compile(r"[IWE]\d{4} \d\d:\d\d:|WARNING: All log messages before absl|To enable the following instr")
_CHATTER_LINES = 12


def is_run_id(text: str) -> bool:
    """Whether `text` has the form of a run id; anything else never becomes a path."""
    return _RUN_ID.fullmatch(text) is not None


def keyframe_name(step: int) -> str:
    """Return the name of a keyframe's file in the folder `FILM`: as many batches as were done before it."""
    return f"{step:08d}.npz"


def keyframes_in(folder: Path) -> dict[int, Path]:
    """Return the files of keyframes in a folder by their steps, in the order of training."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return {}
    found = {int(match[1]): folder / name for name in names if (match := _KEYFRAME.fullmatch(name))}
    return dict(sorted(found.items()))


class _File:
    """A file of a run: where it lies on this computer, brought here if need be; raises as `Storage.path`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, files: "RunFiles", _owner: type) -> Path:
        return files.storage.path(files.folder.name, self._name)


class RunFiles:
    """Paths of one run's files.

    A path that is asked for leads to the file wherever that is kept: with object storage it is brought first.

    Parameters
    ----------
    runs_dir : Path
    run_id : str
    storage : Storage, optional
        Where the files are kept; by default in `runs_dir`.

    Raises
    ------
    RunNotFoundError
        If `run_id` does not have the form of a run id.
    """

    model = _File(MODEL)
    onnx = _File(ONNX)
    layers = _File(LAYERS)
    parts = _File(PARTS)
    probabilities = _File(PROBABILITIES)
    labels = _File(LABELS)
    checkpoint = _File(CHECKPOINT)
    base_weights = _File("base_weights.npz")
    older_base = _File("base.keras")  # of runs of earlier versions
    base_probabilities = _File("base.npz")
    drawings = _File("drawings.npz")
    drawings_run = _File("drawings_run.txt")
    teaching = _File("teaching.npz")
    passing = _File(f"{FILM}/{PASSING}")

    def __init__(self, runs_dir: Path, run_id: str, storage: Storage | None = None) -> None:
        if not is_run_id(run_id):
            raise RunNotFoundError("There is no run with this id.")
        self.folder = runs_dir / run_id
        self.storage = storage or FolderStorage(runs_dir)
        # These are always those of this computer: the record of runs writes them, and a worker prints.
        self.record = self.folder / RECORD
        self.curve = self.folder / CURVE
        self.log = self.folder / LOG

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunFiles) and other.folder == self.folder

    def __hash__(self) -> int:
        return hash(self.folder)

    def of(self, run_id: str) -> "RunFiles":
        """Return the files of another run, kept where these are."""
        return RunFiles(self.folder.parent, run_id, self.storage)

    @property
    def tensorboard(self) -> Path:
        """The folder of logs for TensorBoard."""
        return self.storage.folder(self.folder.name, "tensorboard")

    @property
    def keyframes(self) -> dict[int, Path]:
        """The files of the run's film by their steps, in the order of training: see `mnist_core.film`."""
        found = keyframes_in(self.storage.folder(self.folder.name, FILM))
        listed = self.storage.listed(self.folder.name)  # an older copy may hold some that were thrown away since
        return {step: path for step, path in found.items() if listed is None or f"{FILM}/{path.name}" in listed}

    def holds_work(self) -> bool:
        """Whether there is anything of a network in the folder, or what one could be trained on with."""
        work = (self.model, self.onnx, self.layers, self.checkpoint, self.drawings)
        return self.is_fine_tuned() or any(path.exists() for path in work)

    def is_fine_tuned(self) -> bool:
        """Whether the folder holds a network that the run began with."""
        return self.base_weights.exists() or self.older_base.exists()

    def write_probabilities(self, tables: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Write one table of shape (n, classes) for each split."""
        with replacing(self.probabilities) as path:
            np.savez(
                path, allow_pickle=False, **{name: np.asarray(table, np.float32) for name, table in tables.items()}
            )

    def read_probabilities(self) -> dict[str, npt.NDArray[np.float32]]:
        """Return the tables by split name; raises `ArtifactMissingError`."""
        tables = _read_arrays(
            self.probabilities,
            Sentence("The predictions of this run are missing or damaged. Train it again to get them back."),
        )
        return {name: np.asarray(table, np.float32) for name, table in tables.items()}

    def read_labels(self) -> dict[str, npt.NDArray[np.uint8]]:
        """Return the labels by split name that a run brought along, so that it can be judged without its dataset.

        Empty where it brought none, as a run that was trained here; raises `ArtifactMissingError`.
        """
        if not self.labels.exists():
            return {}
        return _read_arrays(
            self.labels, Sentence("The labels of this run are damaged. Start MNIST Lab again to get them back.")
        )

    def read_base_weights(self) -> dict[str, npt.NDArray[np.float32]]:
        """Return the weights that a fine-tuned run begins with; raises `ArtifactMissingError`."""
        return _read_arrays(
            self.base_weights,
            Sentence("The model that this run begins with is missing or damaged. Fine-tune another one."),
        )

    def read_base_probabilities(self) -> dict[str, npt.NDArray[np.float32]]:
        """Return the tables of the run that a fine-tuned one began with; raises `ArtifactMissingError`."""
        return _read_arrays(
            self.base_probabilities,
            Sentence("What this run said before is missing or damaged. Fine-tune the network again."),
        )

    def write_parts(self, parts: Mapping[str, npt.NDArray[np.floating[Any]]]) -> None:
        """Write a network's parts, as `read_parts` gives them."""
        with replacing(self.parts) as path:
            np.savez(path, allow_pickle=False, **parts)

    def read_parts(self) -> dict[str, npt.NDArray[np.floating[Any]]]:
        """Return what there is to see inside of a network.

        Returns
        -------
        dict of str to ndarray
            ``kernel_01`` and so on, float32: weights of the layer of that number, counted from 0, of
            all convolutions and of the first dense layer where its inputs are a picture.
            ``before`` and ``after``, float16, of shape (n, d): what the last hidden layer made of the
            first test images before training and after it, where there is one.

        Raises
        ------
        ArtifactMissingError
            If the run is from before there was such a file, or it can't be read.
        """
        if not self.parts.exists():
            raise ArtifactMissingError("This run was trained by an older version. Train it again to look inside.")
        return _read_arrays(
            self.parts, Sentence("What this run kept of its inside is damaged. Train it again to look inside.")
        )

    def write_drawings(self, drawings: PersonalSet) -> None:
        """Write what a fine-tuned run learns from, what judges it, and whose they are."""
        with replacing(self.drawings) as path:
            np.savez_compressed(
                path,
                allow_pickle=False,
                images=drawings.images,
                labels=drawings.labels,
                held_out=drawings.held_out,
                owner=np.array(drawings.owner or ""),
            )

    def refer_to_drawings(self, run_id: str) -> None:
        """Let the run learn from the drawings of another one, which stay where they are: a picture has one place."""
        with replacing(self.drawings_run) as path:
            path.write_text(run_id, encoding="ascii")

    @property
    def drawings_of(self) -> str:
        """The id of the run in whose folder the drawings lie: mostly its own."""
        with suppress(OSError, ValueError):
            named = self.drawings_run.read_text(encoding="ascii").strip()
            if is_run_id(named):
                return named
        return self.folder.name

    def read_drawings(self) -> PersonalSet:
        """Return the drawings that the run learns from, numbered from 0, for its process.

        What is shown to people comes from `Drawings.of_run`, which asks whose they are.

        Raises
        ------
        ArtifactMissingError
            If they are damaged, or gone with the run that they belong to.
        """
        holder = self.of(self.drawings_of)
        arrays = _read_arrays(
            holder.drawings,
            Sentence("The drawings of this run are missing or damaged. Fine-tune the network again.")
            if holder.folder == self.folder
            else Sentence(
                "The drawings that this network learned from stayed with the run that it goes on from, and are gone "
                "with it. Fine-tune a network on your own drawings instead."
            ),
        )
        images, labels = arrays["images"], arrays["labels"]
        # Runs of earlier versions chose as it is chosen for drawings that were only added.
        flags = arrays["held_out"] if "held_out" in arrays else held_out(labels)
        owner = str(arrays["owner"]) if "owner" in arrays else None
        return PersonalSet(images, labels, tuple(range(len(labels))), flags, owner or None)

    def write_teaching(self, tables: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Write what fine-tuning changed, as `read_teaching` gives it."""
        with replacing(self.teaching) as path:
            np.savez_compressed(path, allow_pickle=False, **tables)

    def read_teaching(self) -> dict[str, npt.NDArray[Any]]:
        """Return what a network said before it was fine-tuned and afterwards.

        Returns
        -------
        dict of str to ndarray
            ``held_out``, bool, of shape (n,): which of the drawings it did not learn from;
            ``labels``, uint8, of shape (m,): what those are, missing in runs of earlier versions;
            ``before`` and ``after``, float32, of shape (m, classes): probabilities of those;
            ``test_before``, float32, of shape (images, classes): those of the test set. The ones
            afterwards are the run's own.

        Raises
        ------
        ArtifactMissingError
        """
        return _read_arrays(
            self.teaching, Sentence("What fine-tuning changed is missing or damaged. Fine-tune the network again.")
        )

    def checkpoint_step(self) -> int | None:
        """Return how many batches the checkpoint has behind it; None where there is none that can be read."""
        listed = self.storage.listed(self.folder.name)
        if listed is None:
            return step_of(self.checkpoint)
        told = listed.get(CHECKPOINT)
        return None if told is None else told.step or step_of(self.checkpoint)

    def copy_checkpoint(self, earlier: "RunFiles") -> int:
        """Copy the checkpoint of a run to go on with; return its step. Raises `RunStateError` where it has none."""
        step = earlier.checkpoint_step()
        if step is None:
            raise RunStateError("This run can't be continued: its checkpoint is missing or damaged.")
        with replacing(self.checkpoint) as path:
            shutil.copyfile(earlier.checkpoint, path)
        return step

    def copy_film(self, earlier: "RunFiles", step: int) -> None:
        """Copy what was kept of a run to go on with, up to a step."""
        for told, path in earlier.keyframes.items():
            if told <= step:
                with replacing(self.folder / FILM / path.name) as copy:
                    shutil.copyfile(path, copy)

    def begin_with(
        self, base: "RunFiles", weights: Mapping[str, npt.NDArray[np.float32]], drawings: PersonalSet, owner: str | None
    ) -> None:
        """Give a fine-tuned run its first weights and its drawings; they are of `owner` unless they say otherwise.

        Parameters
        ----------
        base : RunFiles
            Of the run that it begins with.
        weights : mapping of str to ndarray
            Of that run's network, by layer and variable.
        drawings : PersonalSet
        owner : str or None

        Raises
        ------
        RunStateError
            If what the run to begin with said is gone.
        """
        self.write_drawings(replace(drawings, owner=drawings.owner or owner))
        with replacing(self.base_weights) as path:
            np.savez(path, allow_pickle=False, **weights)
        _copy(base.probabilities, self.base_probabilities)

    def begin_as(self, earlier: "RunFiles") -> None:
        """Give a run that goes on with a fine-tuned one what that one began with; raises as `begin_with`.

        Raises
        ------
        ArtifactMissingError
            If its drawings are gone: it is said now and not when training begins.
        """
        earlier.read_drawings()
        self.refer_to_drawings(earlier.drawings_of)
        if earlier.base_weights.exists():  # earlier versions had none: see `read_base` in `mnist_core.models`
            _copy(earlier.base_weights, self.base_weights)
        _copy(earlier.base_probabilities, self.base_probabilities)

    def size(self) -> int:
        """Return the bytes of all files but the record's own copy; what vanishes meanwhile counts nothing."""
        listed = self.storage.listed(self.folder.name)
        if listed is not None:
            return sum(file.bytes for name, file in listed.items() if name not in (RECORD, CURVE))
        total = 0
        for path in self.folder.rglob("*"):
            with suppress(OSError):
                total += 0 if path.name in (RECORD, CURVE, WORK) else path.lstat().st_size
        return total

    def size_of(self, name: str) -> int | None:
        """Return the bytes of a file, which is not brought for that; None where there is none."""
        return self._bytes_and_time(name)[0]

    def changed(self, name: str) -> int | None:
        """Return when a file was changed, in microseconds since 1970, as `size_of`; it is the same on all computers."""
        return self._bytes_and_time(name)[1]

    def _bytes_and_time(self, name: str) -> tuple[int, int] | tuple[None, None]:
        listed = self.storage.listed(self.folder.name)
        if listed is not None:
            return (listed[name].bytes, listed[name].changed) if name in listed else (None, None)
        try:
            found = (self.folder / name).stat()
        except OSError:
            return None, None
        return found.st_size, found.st_mtime_ns // 1000

    def log_tail(self, lines: int) -> str:
        """Return the last lines of the worker's log, without TensorFlow's own notes; empty where there is none.

        From another computer it is as it was when the run was last published.
        """
        log = self.storage.path(self.folder.name, LOG)
        try:
            with log.open("rb") as stream:
                stream.seek(0, 2)
                stream.seek(max(0, stream.tell() - 200 * (lines + _CHATTER_LINES)))
                text = stream.read().decode(errors="replace")
        except OSError:
            return ""
        return "\n".join([line for line in text.splitlines() if not _CHATTER.match(line)][-lines:])


def step_of(checkpoint: Path) -> int | None:
    """Return how many batches a checkpoint has behind it; None where it can't be read."""
    try:
        with np.load(checkpoint, allow_pickle=False) as archive:
            return int(archive["step"])
    except Exception:  # NumPy and zipfile raise a dozen classes for damaged content
        return None


def _copy(source: Path, target: Path) -> None:
    try:
        with replacing(target) as path:
            shutil.copyfile(source, path)
    except FileNotFoundError as error:
        raise RunStateError("The model of this run is missing, so it can't learn more. Choose another one.") from error


def _read_arrays(path: Path, problem: Sentence) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of an archive by name; raises `ArtifactMissingError` with the sentence `problem`."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:  # NumPy and zipfile raise a dozen classes for damaged content
        raise ArtifactMissingError(problem) from error

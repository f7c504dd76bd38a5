"""Datasets as arrays: decoded once, then memory-mapped from the cache."""

import json
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from mnist_core.config import DataConfig
from mnist_core.config.datasets import PEN_STROKES, DatasetSpec, get_spec
from mnist_core.datasets.decode import ARRAY_NAMES, Arrays, decode
from mnist_core.datasets.fetch import DownloadProgress, download, local_copies
from mnist_core.datasets.pen import Report
from mnist_core.errors import CorruptDataError, DataError
from mnist_core.settings import Settings
from mnist_core.system.files import storage_errors
from mnist_core.text import Phrase, listed

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")

# Part of the cache folder's name: a changed way of decoding makes a new folder.
_CACHE_VERSION = 1

STROKES_COUNT = 3
"""Times that each pen-written digit is seen in an epoch beside MNIST."""


@dataclass(frozen=True)
class Dataset:
    """A dataset's arrays, usually memory-mapped and read-only.

    Attributes
    ----------
    x_train, x_test : ndarray of shape (n, 28, 28), uint8
        Images, 0 = background, 255 = full ink.
    y_train, y_test : ndarray of shape (n,), uint8
        Labels, the places of ``spec.class_names``.
    more : tuple of (ndarray of shape (m, 28, 28), ndarray of shape (m,)), uint8, optional
        Images and labels from elsewhere that are learned from as well.
    """

    spec: DatasetSpec
    x_train: npt.NDArray[np.uint8]
    y_train: npt.NDArray[np.uint8]
    x_test: npt.NDArray[np.uint8]
    y_test: npt.NDArray[np.uint8]
    more: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]] | None = None

    def split(self, name: Split, config: DataConfig) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        """Return images and labels of one split, as views where they lie in one array.

        Of the first ``train_size`` training images the last ``validation_split`` share is the
        validation set, as in Keras's ``fit(validation_split=...)``. The test set is apart. `more`
        belongs to the training images only, so both other splits measure the same with and without.
        """
        if name == "test":
            return self.x_test, self.y_test
        used = self.train_size(config)
        border = int(used * (1.0 - config.validation_split))
        part = slice(0, border) if name == "train" else slice(border, used)
        images, labels = self.x_train[part], self.y_train[part]
        if name == "train" and self.more is not None:
            return np.concatenate([images, self.more[0]]), np.concatenate([labels, self.more[1]])
        return images, labels

    def train_size(self, config: DataConfig) -> int:
        """Return how many training images are used, validation included."""
        return min(config.train_size or len(self.x_train), len(self.x_train))


def cache_dir(spec: DatasetSpec, settings: Settings) -> Path:
    """Return the folder of a dataset's decoded arrays."""
    return settings.datasets_dir / f"{spec.id}-v{_CACHE_VERSION}"


def is_ready(dataset_id: str, settings: Settings) -> bool:
    """Whether the dataset can be loaded at once, without decoding or download."""
    return (cache_dir(get_spec(dataset_id), settings) / "complete.json").is_file()


def is_offered(dataset_id: str, settings: Settings) -> bool:
    """Whether one can have the dataset: it can be downloaded, or comes with a library, or its file is at hand."""
    spec = get_spec(dataset_id)
    if spec.is_downloadable or not spec.files:
        return True
    return is_ready(dataset_id, settings) or any(True for _ in local_copies(spec, settings))


def load_dataset(
    dataset_id: str, settings: Settings, progress: DownloadProgress | None = None, report: Report | None = None
) -> Dataset:
    """Return a dataset from the cache, from files on this computer, or from its publisher.

    Neither Keras nor TensorFlow is imported. The first call decodes and checks the files; later
    calls take milliseconds.

    Parameters
    ----------
    dataset_id : str
        One of `mnist_core.config.datasets.DATASETS`.
    settings : Settings
        Folders and download address.
    progress : DownloadProgress, optional
        Told about the bytes of a download.
    report : callable, optional
        Told the share that is decoded, 0 to 1, where that takes longer than a moment.

    Raises
    ------
    DataError
        If the data can't be had; the message names every source that was tried.
    StorageError
        If the disk is full or the cache folder can't be written.
    """
    spec = get_spec(dataset_id)
    folder = cache_dir(spec, settings)
    cached = _read_cache(spec, folder)
    if cached is not None:
        return cached
    _write_cache(_decode_from_anywhere(spec, settings, progress, report), folder)
    cached = _read_cache(spec, folder)
    if cached is None:
        raise DataError(
            "The cached copy of {title} in {folder} can't be read. Delete that folder and try again.",
            title=Phrase(spec.title),
            folder=folder,
        )
    return cached


def load_training_data(config: DataConfig, settings: Settings) -> Dataset:
    """Return a configuration's dataset, with the pen strokes of other writers where it asks for them.

    There are 16 times fewer of them than images in MNIST, so that each counts three times.

    Raises
    ------
    DataError
        If the data can't be had.
    StorageError
        If the cache folder can't be written.
    """
    dataset = load_dataset(config.dataset, settings)
    if not config.pen_strokes:
        return dataset
    strokes = load_dataset(PEN_STROKES.id, settings)
    images, labels = (np.concatenate([array] * STROKES_COUNT) for array in (strokes.x_train, strokes.y_train))
    return replace(dataset, more=(images, labels))


def _decode_from_anywhere(
    spec: DatasetSpec, settings: Settings, progress: DownloadProgress | None, report: Report | None
) -> Arrays:
    if not spec.files:
        return decode(spec, (), report)
    problems: list[Phrase] = []
    for paths in local_copies(spec, settings):
        try:
            return decode(spec, paths, report)
        except (CorruptDataError, OSError) as error:
            problems.append(error.phrase if isinstance(error, CorruptDataError) else Phrase("{reason}", reason=error))
            if spec.is_downloadable:
                _discard_own_download(paths, settings)
    if not spec.is_downloadable:
        raise _all_of(problems) if problems else _not_at_hand(spec)
    try:
        paths = download(spec, settings, progress)
    except DataError as error:
        if not problems:
            raise
        raise _all_of([*problems, error.phrase]) from error
    try:
        arrays = decode(spec, paths, report)
    except CorruptDataError:
        _discard_own_download(paths, settings)
        raise
    _discard_own_download(paths, settings)  # the decoded arrays are kept, the download is not
    return arrays


def _all_of(problems: list[Phrase]) -> DataError:
    return DataError("{problems}", problems=listed(problems, " "))


def _not_at_hand(spec: DatasetSpec) -> DataError:
    return DataError(
        "{title} is not on this computer, and can't be downloaded from here: put {file} of {source} into a folder "
        "and name it in MNIST_LAB_DATA_DIR.",
        title=Phrase(spec.title),
        file=", ".join(file.name for file in spec.files),
        source=Phrase(spec.source),
    )


def _discard_own_download(paths: list[Path], settings: Settings) -> None:
    for path in paths:
        if path.is_relative_to(settings.datasets_dir):
            path.unlink(missing_ok=True)


def _write_cache(arrays: Arrays, folder: Path) -> None:
    with storage_errors(folder.parent):
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder.parent))
        try:
            for name in ARRAY_NAMES:
                np.save(temporary / f"{name}.npy", arrays[name])
            shapes = {name: list(arrays[name].shape) for name in ARRAY_NAMES}
            (temporary / "complete.json").write_text(json.dumps(shapes))
            temporary.chmod(0o755)
            if folder.exists():  # an unreadable leftover; another process's good copy was read before
                shutil.rmtree(folder, ignore_errors=True)
            try:
                os.replace(temporary, folder)
            except OSError:
                if not (folder / "complete.json").is_file():
                    raise
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _read_cache(spec: DatasetSpec, folder: Path) -> Dataset | None:
    try:
        shapes = json.loads((folder / "complete.json").read_text())
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAY_NAMES}
    except (OSError, ValueError, EOFError):
        return None
    if {name: list(array.shape) for name, array in arrays.items()} != shapes:
        return None
    return Dataset(spec, **arrays)

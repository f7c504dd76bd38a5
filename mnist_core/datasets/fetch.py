"""Finding or downloading a dataset's files. Knows folders and servers, not formats."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from mnist_core.config.datasets import DatasetSpec, RemoteFile
from mnist_core.errors import DownloadError
from mnist_core.settings import Settings
from mnist_core.system.files import storage_errors
from mnist_core.text import Phrase


class DownloadProgress(Protocol):
    """Told how far a download is."""

    def __call__(self, received: int, total: int, /) -> None:
        """Take the bytes received so far and the bytes expected."""


def local_copies(spec: DatasetSpec, settings: Settings) -> Iterator[list[Path]]:
    """Yield every complete set of files that is on this computer, best source first.

    First the folder that a setting names, then Keras's cache, then earlier downloads.
    """
    folders = (settings.data_dir, settings.keras_dir, downloads_dir(settings))
    for folder in folders:
        if folder is None:
            continue
        paths = [folder / file.name for file in spec.files]
        if paths and all(path.is_file() for path in paths):
            yield paths


def switched_off(spec: DatasetSpec) -> DownloadError:
    """Return why a dataset can't be had where downloading is switched off, and what to do."""
    return DownloadError(
        "{title} is not on this computer, and downloading is switched off (MNIST_LAB_OFFLINE). Whoever runs MNIST Lab "
        "can put {files} into a folder and name the folder in MNIST_LAB_DATA_DIR.",
        title=Phrase(spec.title),
        files=", ".join(file.name for file in spec.files),
    )


def downloads_dir(settings: Settings) -> Path:
    """Return the folder that downloads are kept in until they are decoded."""
    return settings.datasets_dir / "downloads"


def download(spec: DatasetSpec, settings: Settings, progress: DownloadProgress | None = None) -> list[Path]:
    """Download a dataset's files and return their paths.

    Each file is written under a temporary name and moved into place when its checksum fits, so a
    failed download leaves nothing behind.

    Raises
    ------
    DownloadError
        If the server can't be reached or serves something else.
    StorageError
        If the disk is full or the folder can't be written.
    """
    if settings.offline:
        raise switched_off(spec)
    # Imported here: pooch brings requests, which the app only needs while it downloads.
    import pooch

    pooch.get_logger().setLevel("WARNING")
    folder = downloads_dir(settings)
    mirror = settings.data_url
    manager = pooch.create(
        path=folder,
        base_url="" if mirror is None else mirror.rstrip("/") + "/",
        urls={file.name: file.url for file in spec.files} if mirror is None else None,
        # A mirror may pack the same content into another container, so only the publishers' own are checked here.
        # What is in them is checked in any case, as far as it is known.
        registry={file.name: (file.checksum or None) if mirror is None else None for file in spec.files},
        retry_if_failed=settings.download_retries,
    )
    meter = _Meter(spec, progress)
    paths = []
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for file in spec.files:
            paths.append(_fetch(manager, file, spec, meter))
    return paths


def _fetch(manager: "object", file: RemoteFile, spec: DatasetSpec, meter: "_Meter") -> Path:
    import pooch
    import requests

    assert isinstance(manager, pooch.Pooch)
    downloader = pooch.HTTPDownloader(progressbar=meter, chunk_size=1 << 16, timeout=30)
    try:
        path = Path(manager.fetch(file.name, downloader=downloader))
    except (requests.RequestException, ValueError) as error:
        raise DownloadError(
            "{title} could not be downloaded from {url}: {reason}. Check the connection and try again, or put "
            "the files into a folder and name it in MNIST_LAB_DATA_DIR.",
            title=Phrase(spec.title),
            url=manager.get_url(file.name),
            reason=_reason(error),
        ) from error
    meter.finished(file)
    return path


def _reason(error: Exception) -> Phrase:
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return Phrase("the server answered {code}", code=error.response.status_code)
    if isinstance(error, requests.Timeout):
        return Phrase("the server did not answer in time")
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return Phrase("the connection broke off")
    if isinstance(error, requests.ConnectionError):
        return Phrase("there is no connection to the server")
    if isinstance(error, requests.RequestException):
        return Phrase("this address can't be used ({reason})", reason=error)
    return Phrase("the file's checksum is wrong")


class _Meter:
    """pooch's progress bar interface, summed over all files of a dataset."""

    def __init__(self, spec: DatasetSpec, progress: DownloadProgress | None) -> None:
        self._spec = spec
        self._progress = progress
        self._total = 0
        self._done = 0
        self._current = 0
        self._shown = 0

    @property
    def total(self) -> int:
        """Bytes of the file under way; 0 where the server does not tell."""
        return self._total

    @total.setter
    def total(self, count: int) -> None:
        # pooch sets it whenever a try begins; what a broken one had received is void.
        self._total = count
        self._current = 0

    def update(self, count: int) -> None:
        self._current = min(self._current + count, self.total or self._current + count)
        self._report()

    def reset(self) -> None:
        self._current = 0

    def close(self) -> None:
        """Nothing is held open."""

    def finished(self, file: RemoteFile) -> None:
        self._done += file.size
        self._current = 0
        self._report()

    def _report(self) -> None:
        if self._progress is not None:
            total = self._spec.download_size
            # A repeated try begins at 0, but a bar that goes back would only worry people.
            self._shown = max(self._shown, min(self._done + self._current, total))
            self._progress(self._shown, total)

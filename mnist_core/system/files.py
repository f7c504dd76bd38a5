"""Writing files so that a reader sees all of a file or nothing of it."""

import contextlib
import errno
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from mnist_core.errors import DiskFullError, MnistLabError, StorageError

WRITING = ".writing-"  # how the names of files begin that are not whole yet
_OWN = 0o600  # the home folder holds what visitors drew
_EVERYBODY = 0o666  # less what the umask takes away
# Names of what this process has open already. Opened anew, a file behind them would be emptied.
_OPEN = re.compile(r"/dev/std(?P<name>out|err)|/(dev|proc/self)/fd/(?P<number>\d{1,6})")


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path`; on success it replaces `path` in one step.

    For files of the program's own: nobody else may read a new one. Whatever was written is removed when the
    block fails. The temporary name keeps the suffix of `path`, because libraries choose a format by it.

    Raises
    ------
    StorageError
        If the disk is full or the folder can't be written.
    """
    with storage_errors(path.parent), _replacing(path, _OWN) as temporary:
        yield temporary


@contextlib.contextmanager
def _replacing(path: Path, mode: int) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{WRITING}{secrets.token_hex(8)}{path.suffix}")
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
    try:
        there = _status(path)
        if there is not None:
            _keep_owner_and_mode(temporary, there)
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def output_file(path: Path) -> Iterator[Path]:
    """Give a temporary name for a file that somebody asked for; on success its content is at `path`.

    A link stays a link: what it leads to is written. An existing file keeps its permissions and its
    owner; the umask decides those of a new one. A device, a pipe, or a file with several names is written
    directly, all others are replaced in one step.

    Raises
    ------
    StorageError
        If `path` is a folder, or can't be written.
    """
    with written_or_told(path):
        there = _status(path)
        if there is not None and stat.S_ISDIR(there.st_mode):
            raise StorageError("{path} is a folder. Name a file in it.", path=path)
        target = Path(os.path.realpath(path))
        descriptor = _open_already(path)
        if descriptor is not None or (there is not None and _must_stay(target, there)):
            with tempfile.TemporaryDirectory() as folder:
                temporary = Path(folder) / f"output{path.suffix}"
                yield temporary
                opened = path if descriptor is None else os.dup(descriptor)
                with temporary.open("rb") as content, open(opened, "wb") as stream:
                    shutil.copyfileobj(content, stream)
            return
        if there is not None and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        with _replacing(target, _EVERYBODY) as temporary:
            yield temporary


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _open_already(path: Path) -> int | None:
    found = _OPEN.fullmatch(os.path.abspath(path))
    if found is None:
        return None
    return int(found["number"]) if found["number"] else {"out": 1, "err": 2}[found["name"]]


def _must_stay(target: Path, there: os.stat_result) -> bool:
    """Whether another file can't take this one's place without harm."""
    return not stat.S_ISREG(there.st_mode) or there.st_nlink > 1 or not os.access(target.parent, os.W_OK)


def _keep_owner_and_mode(path: Path, there: os.stat_result) -> None:
    with contextlib.suppress(OSError, AttributeError):  # only root may give files away; not on Windows
        os.chown(path, there.st_uid, there.st_gid)
    os.chmod(path, stat.S_IMODE(there.st_mode))


@contextlib.contextmanager
def written_or_told(path: Path) -> Iterator[None]:
    """Turn the system's errors about a place that somebody named into a `StorageError` with the reason."""
    try:
        yield
    except (MnistLabError, BrokenPipeError):  # the latter: who reads has enough
        raise
    except OSError as error:
        raise StorageError(
            "{path} can't be written: {reason}. Name another place.", path=path, reason=error.strerror or str(error)
        ) from error


@contextlib.contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Turn the system's errors about disks and permissions into a `StorageError`."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise disk_full(folder) from error
        # pooch raises a PermissionError without a number.
        if isinstance(error, PermissionError) or error.errno in (errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise StorageError(
                "The folder {folder} can't be written. Make it writable or set MNIST_LAB_HOME to another folder.",
                folder=folder,
            ) from error
        raise


def is_full(error: OSError) -> bool:
    """Whether the system says that there is no space left, or none for this user."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def disk_full(folder: Path) -> DiskFullError:
    """Return the error of a folder that can't take more."""
    return DiskFullError(
        "The disk is full: {folder} can't take more. Free some space and try again.",
        folder=folder,
    )


# What a zip can say: its years are counted from 1980 with seven bits.
_FIRST_ZIP_DATE, _LAST_ZIP_DATE = (1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58)
_ZipDate = tuple[int, int, int, int, int, int]


def zip_date(date: _ZipDate | None = None) -> _ZipDate:
    """Return a date, by default now, or the nearest one that a zip can hold: a computer's clock may say 1973."""
    date = date or time.localtime()[:6]
    return min(max(date, _FIRST_ZIP_DATE), _LAST_ZIP_DATE)


def write_zip_entry(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Add a file to a zip, packed as the zip says, that everyone may read once it is unpacked."""
    entry = zipfile.ZipInfo(name, zip_date())
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, archive.compression, archive.compresslevel)


def plain_entry(name: str) -> zipfile.ZipInfo:
    """Return an entry of a zip that says nothing about when and where it was written."""
    entry = zipfile.ZipInfo(name, _FIRST_ZIP_DATE)
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry


class _DatedZipInfo(zipfile.ZipInfo):
    def __init__(self, filename: str = "NoName", date_time: _ZipDate = _FIRST_ZIP_DATE) -> None:
        super().__init__(filename, zip_date(date_time))


@contextlib.contextmanager
def zips_of_any_date() -> Iterator[None]:
    """Let a library write zips whatever the clock says; only for processes in which nothing else writes one."""
    usual = zipfile.ZipInfo
    zipfile.ZipInfo = _DatedZipInfo  # type: ignore[misc]
    try:
        yield
    finally:
        zipfile.ZipInfo = usual  # type: ignore[misc]

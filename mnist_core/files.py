"""Writing files so that a reader sees all of a file or nothing of it."""

import contextlib
import errno
import os
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from mnist_core.errors import DiskFullError, StorageError


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path`; on success it replaces `path` in one step.

    Whatever was written is removed when the block fails. The temporary name keeps the suffix of
    `path`, because libraries choose a format by it.

    Raises
    ------
    StorageError
        If the disk is full or the folder can't be written.
    """
    with storage_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".writing-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


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

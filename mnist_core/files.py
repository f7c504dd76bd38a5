"""Writing files so that a reader sees all of a file or nothing of it."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mnist_core.errors import StorageError


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
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageError(
                "The disk is full: {folder} can't take more. Free some space and try again.",
                folder=folder,
            ) from error
        # pooch raises a PermissionError without a number.
        if isinstance(error, PermissionError) or error.errno in (errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise StorageError(
                "The folder {folder} can't be written. Make it writable or set MNIST_LAB_HOME to another folder.",
                folder=folder,
            ) from error
        raise

"""What of a run's folder is published in object storage: a mere copy of it, or work that goes on from it.

One small file in the folder says so. Where it is missing, as in a lab that had no object storage before, the folder
holds work; one that only a log was written into is a copy.
"""

import json
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from mnist_core.store.objects.published import digest_of_files
from mnist_core.store.run_files import CURVE, LOG, RECORD, WORK
from mnist_core.system.files import WRITING, replacing

NOTHING = digest_of_files({})
_NOTES = (RECORD, CURVE, LOG)  # they are written into copies too


def goes_on_from(folder: Path) -> frozenset[str] | None:
    """Return of what published files the work in a folder may go on from, as digests; None where it is a copy."""
    try:
        told = json.loads((folder / WORK).read_text(encoding="ascii"))["goes_on_from"]
        return None if told is None else frozenset(told)
    except FileNotFoundError:
        return frozenset([NOTHING]) if any(name not in _NOTES for name in files_in(folder)) else None
    except (ValueError, KeyError, TypeError):  # damaged
        return frozenset([NOTHING])


def mark_work(folder: Path, digests: Collection[str]) -> None:
    """Say that there is work in a folder, and from which published files it may go on: mostly those of one digest."""
    with replacing(folder / WORK) as path:
        path.write_text(json.dumps({"goes_on_from": sorted(digests)}), encoding="ascii")


def mark_copy(folder: Path) -> None:
    """Say that all that is in a folder is published."""
    with replacing(folder / WORK) as path:
        path.write_text(json.dumps({"goes_on_from": None}), encoding="ascii")


def is_marked(folder: Path) -> bool:
    """Whether a folder says what of it is published."""
    return (folder / WORK).exists()


def forget_work(folder: Path) -> None:
    """Make a copy of a folder whose work nobody will publish any more; its log stays, which somebody may be writing."""
    for path in [folder / name for name in files_in(folder) if name not in _NOTES]:
        with suppress(OSError):
            path.unlink()
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
    mark_copy(folder)


def files_in(folder: Path) -> list[str]:
    """Return the names of all files in a run's folder, but for half-written ones and the mark of this module."""
    found = []
    for path in folder.rglob("*"):
        with suppress(OSError):
            if path.is_file() and not path.is_symlink() and path.name != WORK and not path.name.startswith(WRITING):
                found.append(path.relative_to(folder).as_posix())
    return sorted(found)

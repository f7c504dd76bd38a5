"""Putting shipped models into the record of runs."""

import sys
import zlib
from collections.abc import Mapping
from pathlib import Path

from mnist_core.onnx.editing import with_last_output_only
from mnist_core.sharing.shipped.package import FILES, Package
from mnist_core.store import Finished, RunRecord, Shipped, Store
from mnist_core.store.artifacts import LAYERS, ONNX
from mnist_core.system.files import replacing

FOLDER = Path(__file__).parent


def install_shipped(store: Store, folder: Path = FOLDER) -> list[str]:
    """Make the shipped models finished runs that everyone may look at; return the ids of those that were written.

    What is there and whole is only looked at (some milliseconds). What is missing, damaged or older is written: first
    the files, each in one step, the record last, so that nobody sees half of a run, and what was cut off is done at the
    next start. Several processes may do so at once. A package that can't be used is named in the log and left out.
    """
    done = []
    there = {record.id: record for record in store.runs.shipped()}
    for path in sorted(folder.glob("*.zip")):
        try:
            with Package(path) as package:
                if _install(package, store, there):
                    done.append(package.manifest.run_id)
        except Exception as error:  # the program works without it; whatever is wrong must not stop its start
            print(f"A shipped model is left out: {error}", file=sys.stderr, flush=True)
    return done


def _install(package: Package, store: Store, there: Mapping[str, RunRecord]) -> bool:
    """Write a model unless it is there, or a newer one; return whether it was written."""
    manifest = package.manifest
    record = there.get(manifest.run_id)
    known = record.shipped if record is not None else None
    if known is not None and known.version > manifest.version:
        return False  # a newer version of the program uses this folder too
    files = store.files(manifest.run_id)
    wanted = {name: (package.entries[name].file_size, package.entries[name].CRC) for name in FILES}
    wanted[ONNX] = (manifest.model_size, manifest.model_crc)
    damaged = [name for name, what in wanted.items() if not _is_whole(files.folder / name, *what)]
    if not damaged and known is not None and known.digest == package.digest:
        return False
    for name in damaged:
        content = with_last_output_only(package.read(LAYERS)) if name == ONNX else package.read(name)
        with replacing(files.folder / name) as temporary:
            temporary.write_bytes(content)
    store.runs.put_shipped(
        manifest.run_id,
        Shipped(
            name=manifest.name,
            version=manifest.version,
            digest=package.digest,
            summary=manifest.summary,
            sources=list(manifest.sources),
        ),
        Finished(
            name=manifest.title,
            config=manifest.config,
            outcome=manifest.outcome,
            points=manifest.points,
            epoch=manifest.epoch,
            step=manifest.step,
            steps_per_epoch=manifest.steps_per_epoch,
            size=files.size(),
            recipe=manifest.recipe,
        ),
        manifest.created,
    )
    return True


def _is_whole(path: Path, size: int, checksum: int) -> bool:
    try:
        return path.stat().st_size == size and zlib.crc32(path.read_bytes()) == checksum
    except OSError:
        return False

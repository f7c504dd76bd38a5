"""Putting shipped models into the record of runs."""

import hashlib
import zlib
from collections.abc import Iterable
from pathlib import Path

from mnist_core.errors import BundleError
from mnist_core.sharing.shipped.catalogue import SHIPPED, ShippedModel
from mnist_core.store import RunRecord, Shipped, Store
from mnist_core.system.files import replacing
from mnist_core.system.saying import complain

FOLDER = Path(__file__).parent
# These are not trained here, so what may be trained here does not matter.
_LIMITS = {"max_parameters": 10_000_000, "film_mb": 12.0}


def install_shipped(
    store: Store, folder: Path = FOLDER, models: Iterable[ShippedModel] = tuple(SHIPPED.values())
) -> list[str]:
    """Make the shipped models finished runs that everyone may look at; return the ids of those that were written.

    What is there and whole is only looked at (some milliseconds). What is missing, damaged or older is written: first
    the files, each in one step, the record last, so that nobody sees half of a run, and what was cut off is done at the
    next start. Several processes may do so at once. A bundle that can't be used is named in the log and left out.
    """
    done = []
    there = {record.id: record for record in store.runs.shipped()}
    for model in models:
        path = folder / f"{model.name}.zip"
        if not path.exists():  # the program works without it
            continue
        try:
            if _install(path, model, store, there.get(model.run_id)):
                done.append(model.run_id)
        except Exception as error:  # whatever is wrong must not stop the program's start
            complain(f"A shipped model is left out: {path}", error)
    return done


def _install(path: Path, model: ShippedModel, store: Store, record: RunRecord | None) -> bool:
    """Write a model unless it is there, or a newer one; return whether it was written."""
    known = record.shipped if record is not None else None
    if known is not None and known.version > model.version:
        return False  # a newer version of the program uses this folder too
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()[:12]
    folder = store.files(model.run_id).folder
    if known is not None and (known.version, known.digest) == (model.version, digest) and _is_whole(folder, known):
        return False
    # Imported here: at most starts nothing is to be read.
    from mnist_core.sharing.bundle.read import read_bundle

    bundle = read_bundle(data, store.settings.model_copy(update=_LIMITS))
    if bundle.manifest.run_id != model.run_id:
        raise BundleError("It is the bundle of another run.")
    for name, content in bundle.files.items():
        with replacing(folder / name) as temporary:
            temporary.write_bytes(content)
    store.new_runs.put_shipped(
        model.run_id,
        Shipped(
            name=model.name,
            version=model.version,
            digest=digest,
            summary=model.summary,
            sources=list(model.sources),
            files={name: _size_and_checksum(content) for name, content in bundle.files.items()},
        ),
        bundle.finished(model.title, bundle.manifest.recipe),
        bundle.manifest.created,
    )
    return True


def _is_whole(folder: Path, known: Shipped) -> bool:
    """Whether all files are as they were written."""
    try:
        return bool(known.files) and all(
            _size_and_checksum((folder / name).read_bytes()) == told for name, told in known.files.items()
        )
    except OSError:
        return False


def _size_and_checksum(content: bytes) -> list[int]:
    return [len(content), zlib.crc32(content)]

"""Runs that an earlier version imported: it kept the files of the bundle, which are a stranger's."""

from contextlib import suppress
from pathlib import Path

from mnist_core.store import RunRecord, Store
from mnist_core.system.files import replacing
from mnist_core.system.saying import complain

_ASIDE = ".foreign"  # ends the names of files that nothing opens


def write_earlier_imports(store: Store) -> list[str]:
    """Write the networks of such runs anew from their numbers, before anything opens them; return the runs' ids.

    Most often there are none, and that takes no time. Where numbers can't be read the files get another name, under
    which nothing looks for them, and the log says so: what the network said stays, and the network is gone. Several
    processes may do so at once.
    """
    done = []
    for record in store.runs.imported_earlier():
        files = store.files(record.id)
        foreign = [files.onnx, files.layers, files.model]
        try:
            _write(record, store)
        except Exception as error:  # of any content; and whatever is wrong must not stop the program's start
            for path in foreign:
                with suppress(OSError):
                    path.replace(_aside(path))
            complain(f"The network of the imported run {record.id} can't be read.", error)
        else:
            done.append(record.id)
    return done


def _write(record: RunRecord, store: Store) -> None:
    # Imported here: at most starts there is no such run.
    from mnist_core.models.network_files import network_files
    from mnist_core.models.onnx_reader import read_weights

    files = store.files(record.id)
    source = files.onnx if files.onnx.exists() else _aside(files.onnx)
    spec = record.config.spec
    weights = read_weights(source.read_bytes(), record.config.model, spec.num_classes)
    written = dict(network_files(record.config.model, weights, spec.num_classes))
    for name, content in written.items():
        with replacing(files.folder / name) as path:
            path.write_bytes(content)
    for path in (files.onnx, files.layers, files.model):
        _aside(path).unlink(missing_ok=True)
        if path.name not in written:
            path.unlink(missing_ok=True)
    store.runs.mark_written_here(record)


def _aside(path: Path) -> Path:
    return path.with_name(path.name + _ASIDE)

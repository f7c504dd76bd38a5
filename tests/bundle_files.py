"""Bundles for tests: honest ones, and what strangers might make of them."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core.drawing import paint, samples, write_canvas
from mnist_core.sharing.bundle.make import make_bundle
from mnist_core.store import Imported, RunRecord, Store
from tests.run_rows import write_columns

CANVAS, PEN = 280, 18


def bundle_of(record: RunRecord, store: Store, folder: Path) -> bytes:
    """Return the bundle of a run."""
    return make_bundle(record, store, folder / f"{record.id}.zip").read_bytes()


def members(data: bytes) -> dict[str, bytes]:
    """Return the content of each file in a bundle by its name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def changed(data: bytes, changes: Mapping[str, bytes | None]) -> bytes:
    """Return a bundle with some files added or replaced, or left out where they are None."""
    files = members(data) | dict(changes)
    return zipped({name: content for name, content in files.items() if content is not None})


def npz(**arrays: npt.NDArray[Any]) -> bytes:
    """Return arrays as an NPZ file, pickled ones too."""
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=True, **arrays)
    return stream.getvalue()


def keras_file(units: int = 16, classes: int = 10, *, extra: Mapping[str, bytes] = {}, **more: Any) -> bytes:
    """Return a ``.keras`` file as Keras writes it for a network with one dense layer, but for its weights.

    `more` is put into the description of the first dense layer; `extra` are further files.
    """

    def layer(name: str, **config: Any) -> dict[str, Any]:
        return {"module": "keras.layers", "class_name": name, "config": config, "registered_name": None}

    layers = [layer("InputLayer"), layer("Flatten"), layer("Dense", units=units) | more, layer("Dense", units=classes)]
    content = {"module": "keras", "class_name": "Sequential", "config": {"layers": layers}, "registered_name": None}
    return zipped(
        {
            "metadata.json": b"{}",
            "config.json": json.dumps(content).encode(),
            "model.weights.h5": b"\x89HDF\r\n\x1a\n",
            **extra,
        }
    )


HOSTILE_KERAS = keras_file(module="os", class_name="system")


def as_imported_earlier(store: Store, record: RunRecord) -> RunRecord:
    """Let a run look as an earlier version imported it, with a file for Keras that would run a stranger's code."""
    told = asdict(Imported(run_id=record.id, created="2026-11-01T10:00:00+00:00", moment="2026-11-02T10:00:00+00:00"))
    del told["written_here"]  # it knew no such thing
    store.files(record.id).model.write_bytes(HOSTILE_KERAS)
    write_columns(store, record.id, imported=told)
    return store.runs.get(record.id)


def drawings(n: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield a file name and the content of drawings, turned and resized at random: strokes and pictures in turn.

    Every fifth shows two digits side by side.
    """
    rng = np.random.default_rng(seed)
    digits = [sample for sample in samples() if sample.collection == "digits" and len(sample.name) == 1]
    for number in range(n):
        strokes = []
        count = 2 if number % 5 == 4 else 1
        for place in range(count):
            sample = digits[int(rng.integers(len(digits)))]
            turn, size = np.radians(rng.uniform(-12, 12)), rng.uniform(0.5, 0.9) / count
            matrix = size * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
            middle = np.array([CANVAS * (2 * place + 1) / (2 * count), CANVAS / 2]) + rng.uniform(-8, 8, 2)
            strokes += [(points - CANVAS / 2) @ matrix + middle for points, _ in sample.shapes]
        if number % 2:
            yield f"{number:03}.json", json.dumps(write_canvas(strokes, PEN)).encode()
            continue
        ink = paint(strokes, CANVAS, int(rng.integers(10, 26)))
        stream = io.BytesIO()
        Image.fromarray(255 - ink if number % 4 else ink).save(stream, "PNG")
        yield f"{number:03}.png", stream.getvalue()

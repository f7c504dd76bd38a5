"""Whether a bundle says what the site says: ``python -m benchmarks.bundles RUN [RUN ...]``.

Makes each run's bundle as a page does, unpacks it, and lets its ``predict.py`` read 100 drawings (strokes and pictures)
in a new environment with the newest numpy, pillow and onnxruntime. Beside it, what the pages say to the same drawings.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np

from mnist_core.commands.common import chosen_run
from mnist_core.drawing import prepare_parts, read_canvas
from mnist_core.inference import open_classifier
from mnist_core.photos import find_digits, read_upload
from mnist_core.sharing.bundle import import_bundle, request_bundle
from mnist_core.store import RunRecord, shared_store
from tests.bundle_files import CANVAS, drawings

_DRAWINGS = 100


def main() -> None:
    """Print one row for each run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bundles", description=__doc__)
    parser.add_argument("runs", nargs="+", metavar="RUN")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", f"{folder}/fresh"], check=True)
        python = f"{folder}/fresh/bin/python"
        subprocess.run([python, "-m", "pip", "install", "-q", "numpy", "pillow", "onnxruntime"], check=True)
        print("| run | MB | made (s) | drawings read (s) | digits | other answers | largest difference | import (s) |")
        print("|---|---|---|---|---|---|---|---|")
        for number, name in enumerate(options.runs):
            _row(chosen_run(name), Path(folder) / str(number), python)


def _row(record: RunRecord, folder: Path, python: str) -> None:
    store = shared_store()
    begin = time.monotonic()
    while (task := request_bundle(record, store)).state == "running":
        time.sleep(0.1)
    if task.result is None:
        raise SystemExit(str(task.problem))
    made = time.monotonic() - begin
    with zipfile.ZipFile(task.result) as archive:
        archive.extractall(folder)
    content = dict(drawings(_DRAWINGS, seed=0))
    for name, data in content.items():
        (folder / name).write_bytes(data)
    begin = time.monotonic()
    done = subprocess.run(
        [python, "-E", "-s", "predict.py", "--json", *content], cwd=folder, capture_output=True, text=True, check=True
    )
    reading = time.monotonic() - begin
    digits = different = 0
    away = 0.0
    for line in done.stdout.splitlines():
        told = json.loads(line)
        said = np.array([list(found["probabilities"].values()) for found in told["found"]])
        expected = _site(record, told["file"], content[told["file"]])
        digits += len(expected)
        different += int((said.argmax(axis=1) != expected.argmax(axis=1)).sum())
        away = max(away, float(np.abs(said - expected).max()))
    begin = time.monotonic()
    back = import_bundle(task.result.read_bytes(), store)
    importing = time.monotonic() - begin
    size = task.result.stat().st_size / 1e6
    store.bin.remove(back.id)
    row = (
        record.name,
        f"{size:.1f}",
        f"{made:.1f}",
        f"{reading:.1f}",
        digits,
        different,
        f"{away:.0e}",
        f"{importing:.1f}",
    )
    print("| " + " | ".join(map(str, row)) + " |")


def _site(record: RunRecord, name: str, data: bytes) -> np.ndarray:
    if name.endswith(".json"):
        parts = prepare_parts(read_canvas(json.loads(data), CANVAS), CANVAS, "digits")
        images = np.stack([part.image for part in parts])
    else:
        images = find_digits(read_upload(data)).images
    return open_classifier(shared_store().files(record.id)).predict(images)


if __name__ == "__main__":
    main()

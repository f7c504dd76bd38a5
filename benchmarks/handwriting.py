"""How well models read strangers' handwriting, by the path that the Draw page takes.

``python -m benchmarks.handwriting FILE [--run RUN ...] [--writers all|development|check] [--json]``

FILE is a UNIPEN file like ``pendigits-orig.tra.gz`` or ``pendigits-orig.tes``, compressed with gzip or not. The
recorded strokes become what the canvas would have written of them; then come the page's own steps, and ONNX Runtime.
Beside that, the same drawings as pixels, and shrunk as a whole. Without ``--run`` the models that come with the program
are measured, first the one that Draw begins with.

All writers of FILE are measured, with one exception: of the file that shipped models learned from, those with an even
number were for development, so there only those with an odd number count, by whom nothing was learned or chosen.
"""

import argparse
import gzip
import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.config.kinds import DIGITS
from mnist_core.datasets import PEN_STROKES, get_spec
from mnist_core.drawing import (
    Drawing,
    Prepared,
    paint,
    prepare_digit,
    prepare_parts,
    prepare_raw,
    read_canvas,
    write_canvas,
)
from mnist_core.drawing.strokes import RecordedDigit, read_unipen
from mnist_core.errors import MnistLabError
from mnist_core.evaluation import class_scores, confusion_matrix
from mnist_core.inference import open_classifier
from mnist_core.sharing.shipped import SHIPPED, install_shipped
from mnist_core.store import shared_store

CANVAS = 280  # pixels, as on the page
TABLET = 500  # units of the recording box

WAYS: dict[str, Callable[[Drawing], Prepared]] = {
    "strokes": lambda drawing: prepare_parts(drawing, CANVAS, "digits")[0],
    "pixels": lambda drawing: prepare_digit(paint(drawing.strokes, CANVAS, drawing.pens)),
    "raw": lambda drawing: prepare_raw(paint(drawing.strokes, CANVAS, drawing.pens)),
}


def main() -> None:
    """Print how many drawings each model reads rightly, in three ways of preparing them."""
    options = _options()
    try:
        _measure(options)
    except (MnistLabError, OSError, EOFError) as error:
        sys.exit(f"benchmarks.handwriting: {error}")


def _measure(options: argparse.Namespace) -> None:
    content = read(options.file)
    writers, why = chosen_writers(content, options.writers)
    digits = chosen_digits(content, writers, options.drawings)
    labels = np.array([digit.label for digit in digits])
    people = len({digit.writer for digit in digits})
    measured = f"{len(labels)} drawings by {people} writers ({writers}: {why}), pen {options.pen:g} pixels"
    print(measured, file=sys.stderr if options.json else sys.stdout, flush=True)
    names = _models(options.run)
    drawings = [as_drawn(digit, options.pen) for digit in digits]
    images = {way: _prepared(way, drawings) for way in WAYS}
    results = [_result(name, images, labels) for name in names]
    if options.json:
        found = {"file": options.file.name, "writers": writers, "why": why, "people": people}
        found |= {"drawings": len(labels), "pen": options.pen}
        print(json.dumps(found | {"default_model": results[0], "models": results}))
        return
    for result in results:
        _show(result)
    _table(results)


def read(file: Path) -> bytes:
    """Return the content of a file, decompressed where it is compressed."""
    content = file.read_bytes()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def chosen_writers(content: bytes, asked: str | None) -> tuple[str, str]:
    """Return which writers are measured (``development``, ``check`` or ``all``), and why."""
    if asked is not None:
        return asked, "as asked for"
    if hashlib.md5(content, usedforsecurity=False).hexdigest() == get_spec(PEN_STROKES.id).content_md5["strokes"]:
        return "check", "this is the development file, and a shipped model learned from its other writers"
    return "all", "no shipped model learned from this file"


def chosen_digits(content: bytes, writers: str, most: int | None) -> list[RecordedDigit]:
    """Return the digits of some writers (``development``, ``check``, ``all``), at most so many, evenly spaced."""
    digits = list(read_unipen(content.decode("latin-1")))
    if writers != "all":
        digits = [d for d in digits if d.writer is not None and d.writer % 2 == (writers == "check")]
    if not digits:
        sys.exit("There are no digits of these writers in this file. A UNIPEN file with .SEGMENT DIGIT is expected.")
    if most is None or most >= len(digits):
        return digits
    return [digits[index] for index in np.linspace(0, len(digits) - 1, most).round().astype(int)]


def as_drawn(digit: RecordedDigit, pen: float) -> Drawing:
    """Return a digit as the page has it when it was drawn on the canvas; the recording box fills the canvas."""
    scale = CANVAS / TABLET  # y was turned to point down, so the box runs from -500 to 0
    strokes = [(stroke + [0, TABLET]) * scale for stroke in digit.strokes]
    return read_canvas(write_canvas(strokes, pen), CANVAS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--run", nargs="+", help="ids of runs on digits, or names of shipped models; all shipped if not given"
    )
    parser.add_argument("--writers", choices=("development", "check", "all"), help="even, odd, or all numbers")
    parser.add_argument("--drawings", type=int, help="evenly spaced over the file; all if not given")
    parser.add_argument("--pen", type=float, default=18.0, help="diameter in pixels; strokes do not depend on it")
    parser.add_argument("--json", action="store_true", help="print one JSON object, and nothing else")
    return parser.parse_args()


def _models(asked: list[str] | None) -> list[str]:
    """Return the ids of the runs to measure: those asked for, else the shipped ones, Draw's own first."""
    store = shared_store()
    install_shipped(store)
    names = [SHIPPED[name].run_id if name in SHIPPED else name for name in asked or ()]
    records = [store.runs.get(name) for name in names] if names else store.runs.shipped()
    digits = [record.id for record in records if get_spec(record.config.data.dataset).kind is DIGITS]
    if not digits:
        sys.exit("There is no model of digits to measure. Give one by --run: python -m mnist_core train ... makes one.")
    return digits


def _prepared(way: str, drawings: list[Drawing]) -> npt.NDArray[np.uint8]:
    images = []
    for index, drawing in enumerate(drawings, start=1):
        images.append(WAYS[way](drawing).image)
        if index % 100 == 0 or index == len(drawings):
            print(f"\rpreparing {way}: {index} of {len(drawings)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return np.stack(images)


def _result(run_id: str, images: dict[str, npt.NDArray[np.uint8]], labels: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Return a model's accuracy in each way, and with strokes per class and by confusion."""
    predict = open_classifier(shared_store().files(run_id)).predict
    probabilities = {way: predict(found) for way, found in images.items()}
    accuracies = {way: float((found.argmax(axis=1) == labels).mean()) for way, found in probabilities.items()}
    matrix = confusion_matrix(probabilities["strokes"], labels)
    return {
        "run": run_id,
        "name": shared_store().runs.get(run_id).name,
        "accuracy": accuracies["strokes"],
        "pixels": accuracies["pixels"],
        "raw": accuracies["raw"],
        "recall": [float(recall) for recall in class_scores(matrix).recall],
        "confusion_matrix": matrix.counts.tolist(),
    }


def _show(result: dict[str, Any]) -> None:
    print(f"\n{result['name']} ({result['run']})")
    print(f"  strokes {result['accuracy']:.4f}   pixels {result['pixels']:.4f}   raw {result['raw']:.4f}")
    for label, (recall, row) in enumerate(zip(result["recall"], result["confusion_matrix"], strict=True)):
        wrong = sorted(((n, j) for j, n in enumerate(row) if n and j != label), reverse=True)
        print(f"  {label}: {recall:.3f}  taken for {', '.join(f'{j} ({n})' for n, j in wrong) or 'nothing else'}")


def _table(results: list[dict[str, Any]]) -> None:
    """Print a row for each model: accuracy in each way, then how many of each class it reads."""
    width = max(len(result["name"]) for result in results)
    print(f"\n{'model':{width}}  strokes  pixels     raw  " + "".join(f"{label:>7}" for label in range(10)))
    for result in results:
        ways = f"{result['accuracy']:7.4f} {result['pixels']:7.4f} {result['raw']:7.4f}"
        print(f"{result['name']:{width}}  {ways}  " + "".join(f"{recall:7.3f}" for recall in result["recall"]))


if __name__ == "__main__":
    main()

"""How well models read strangers' handwriting, by the path that the Draw page takes.

``python -m benchmarks.handwriting FILE [--run RUN ...] [--writers all] [--json]``

FILE is a UNIPEN file like ``pendigits-orig.tra.gz``. The recorded strokes become what the canvas would have written of
them; then come the page's own steps, and ONNX Runtime. Beside that, the same drawings as pixels, and shrunk as a whole.

Writers with an even number are for development, those with an odd number for checking: nothing is chosen by theirs.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

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
from mnist_core.evaluation import class_scores, confusion_matrix
from mnist_core.inference import classifier
from mnist_core.store import RunState, shared_store

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
    digits = chosen_digits(options.file, options.writers, options.drawings)
    labels = np.array([digit.label for digit in digits])
    drawings = [as_drawn(digit, options.pen) for digit in digits]
    images = {way: _prepared(way, drawings) for way in WAYS}
    names = options.run or _newest()
    results = [_result(name, images, labels) for name in names]
    if options.json:
        found = {"writers": options.writers, "drawings": len(labels), "pen": options.pen}
        print(json.dumps(found | {"default_model": results[0], "models": results}))
        return
    writers = len({digit.writer for digit in digits})
    print(f"{len(labels)} drawings by {writers} writers ({options.writers}), pen {options.pen:g} pixels")
    for result in results:
        _show(result)


def chosen_digits(file: Path, writers: str, most: int | None) -> list[RecordedDigit]:
    """Return the digits of some writers (``development``, ``check``, ``all``), at most so many, evenly spaced."""
    opener = gzip.open if file.suffix == ".gz" else open
    with opener(file, "rt", encoding="latin-1") as stream:
        digits = list(read_unipen(stream.read()))
    if writers != "all":
        digits = [d for d in digits if d.writer is not None and d.writer % 2 == (writers == "check")]
    if not digits:
        sys.exit(f"There are no digits of these writers in {file}.")
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
    parser.add_argument("--run", nargs="+", help="ids of runs on digits; the newest one if not given")
    parser.add_argument("--writers", choices=("development", "check", "all"), default="all")
    parser.add_argument("--drawings", type=int, help="evenly spaced over the file; all if not given")
    parser.add_argument("--pen", type=float, default=18.0, help="diameter in pixels; strokes do not depend on it")
    parser.add_argument("--json", action="store_true", help="print one JSON object, last")
    return parser.parse_args()


def _newest() -> list[str]:
    for record in shared_store().find(states=[RunState.COMPLETED]):
        if record.config.data.dataset == "mnist":
            return [record.id]
    sys.exit("There is no finished run on MNIST here. Train one: python -m mnist_core train small-cnn")


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
    predict = classifier(shared_store().files(run_id)).predict
    probabilities = {way: predict(found) for way, found in images.items()}
    accuracies = {way: float((found.argmax(axis=1) == labels).mean()) for way, found in probabilities.items()}
    matrix = confusion_matrix(probabilities["strokes"], labels)
    return {
        "run": run_id,
        "name": shared_store().get(run_id).name,
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


if __name__ == "__main__":
    main()

"""How well a run's model reads strangers' handwriting, by the path that the Draw page takes.

``python -m benchmarks.handwriting FILE --run RUN [--drawings 300] [--pen 12] [--json]``

FILE is a UNIPEN file like ``pendigits-orig.tra.gz``. The recorded strokes are painted on a
280 pixel canvas, prepared the MNIST way and classified with ONNX Runtime.
"""

import argparse
import gzip
import json
from pathlib import Path

import numpy as np

from mnist_core.drawing import prepare_digit
from mnist_core.drawing.strokes import paint, read_unipen
from mnist_core.evaluation import class_scores, confusion_matrix
from mnist_core.inference import classifier
from mnist_core.store import shared_store

CANVAS = 280  # pixels, as on the page
TABLET = 500  # units of the recording box


def main() -> None:
    """Print how many of the drawings are read rightly, and what the others were taken for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--run", required=True, help="id of a run on digits")
    parser.add_argument("--drawings", type=int, default=300, help="evenly spaced over the file")
    parser.add_argument("--pen", type=float, default=12.0, help="diameter in pixels")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    opener = gzip.open if options.file.suffix == ".gz" else open
    with opener(options.file, "rt", encoding="latin-1") as stream:
        digits = list(read_unipen(stream.read()))
    chosen = np.linspace(0, len(digits) - 1, min(options.drawings, len(digits))).round().astype(int)
    labels = np.array([digits[index].label for index in chosen])
    images = np.stack([_image(digits[index].strokes, options.pen) for index in chosen])
    probabilities = classifier(shared_store().files(options.run)).predict(images)

    accuracy = float((probabilities.argmax(axis=1) == labels).mean())
    matrix = confusion_matrix(probabilities, labels)
    if options.json:
        print(json.dumps({"accuracy": accuracy, "drawings": len(labels), "confusion_matrix": matrix.counts.tolist()}))
        return
    print(f"{accuracy:.4f} of {len(labels)} drawings at pen width {options.pen:g} are read rightly.")
    for label, recall in enumerate(class_scores(matrix).recall):
        wrong = {str(j): int(n) for j, n in enumerate(matrix.counts[label]) if n and j != label}
        print(f"  {label}: {recall:.3f}  taken for {wrong or 'nothing else'}")


def _image(strokes: tuple[np.ndarray, ...], pen: float) -> np.ndarray:
    """Place the recording box on the canvas; y was turned to point down, so it runs from -500 to 0."""
    scale = CANVAS / TABLET
    return prepare_digit(paint([(stroke + [0, TABLET]) * scale for stroke in strokes], CANVAS, pen)).image


if __name__ == "__main__":
    main()

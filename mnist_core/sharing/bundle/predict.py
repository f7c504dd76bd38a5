"""Read photos and drawings with the network in this folder, exactly as MNIST Lab does.

    python predict.py photo.jpg drawing.png
    python predict.py photo.jpg --json

or, from a program:

    from predict import Reader
    answers = Reader().read(open("photo.jpg", "rb").read())

It needs Python 3.11 or newer with numpy, pillow and onnxruntime (pip install numpy pillow onnxruntime).
A file is a picture (PNG, JPEG, WebP or GIF), or the strokes of a canvas as JSON.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mnist_core.errors import MnistLabError
from mnist_core.inference.network import Network, open_graph
from mnist_core.inference.pictures import content_of, parts_of
from mnist_core.inference.readings import Answer, Reading, error_as_json, read_parts

MODEL = Path(__file__).with_name("model.onnx")


class Reader:
    """The network. Safe to use from several threads.

    Parameters
    ----------
    model : Path
        A ``model.onnx`` of a bundle: what it knows is written in its metadata.

    Raises
    ------
    MnistLabError
        If the file is missing or damaged.
    """

    def __init__(self, model: Path = MODEL) -> None:
        try:
            self._network = Network(open_graph(model.read_bytes()))
            told = self._network.metadata
            self.kind: str = told["kind"]
            self.classes: tuple[str, ...] = tuple(json.loads(told["classes"]))
            self.sure_from = float(told["sure_from"])
        except Exception as error:  # ONNX Runtime raises its own classes without a common base
            raise MnistLabError(
                "{model} is missing or damaged. Take it from the bundle again, and keep it beside predict.py.",
                model=model,
            ) from error

    def predict(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return probabilities of shape (n, classes) for images of shape (n, 28, 28), uint8, white on black."""
        return self._network.predict(images)

    def reading(self, data: bytes) -> Reading:
        """Return what stands in the bytes of a file; raises `MnistLabError` with a sentence where there is nothing."""
        return read_parts(parts_of(data, self.kind), self.predict, self.classes, self.sure_from)

    def read(self, data: bytes) -> list[Answer]:
        """Return the answer to each digit, or piece of clothing, in the bytes of a file; raises as `reading`."""
        return list(self.reading(data).answers)


def main(arguments: list[str] | None = None) -> int:
    """Read files and print the answers; return 0, 1 where a file could not be read, 2 without a model."""
    parser = argparse.ArgumentParser(
        prog="predict.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
    parser.add_argument("--json", action="store_true", help="print one JSON object for each file")
    parser.add_argument("--model", type=Path, default=MODEL, help="another model.onnx of a bundle")
    options = parser.parse_args(arguments)
    try:
        reader = Reader(options.model)
    except MnistLabError as error:
        print(error, file=sys.stderr)
        return 2
    code = 0
    for path in options.files:
        try:
            reading = reader.reading(content_of(path))
        except MnistLabError as error:
            code = 1
            told = json.dumps({"file": str(path)} | error_as_json(error)) if options.json else f"{path}: {error}"
            print(told)
            continue
        _print(path, reading, options.json)
    return code


def _print(path: Path, reading: Reading, in_json: bool) -> None:
    if in_json:
        told = [
            {
                "answer": answer.name,
                "sure": answer.sure,
                "probabilities": answer.probabilities,
                "box": answer.box,
                "line": answer.line,
            }
            for answer in reading.answers
        ]
        text = " / ".join(reading.lines)
        print(json.dumps({"file": str(path), "text": text, "found": told} | reading.as_json()))
        return
    print(f"{path}: {reading.in_a_line()}")
    for number, answer in enumerate(reading.answers, start=1):
        shares = ", ".join(f"{name} {share:.1%}" for name, share in answer.ranked)
        print(f"  {number}. {shares}{'' if answer.sure else '  (not sure)'}")


if __name__ == "__main__":
    sys.exit(main())

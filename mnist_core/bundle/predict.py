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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.drawing import prepare_parts, read_canvas
from mnist_core.errors import ImageError, MnistLabError
from mnist_core.photos import MOST_BYTES, find_clothes, find_digits, read_upload

MODEL = Path(__file__).with_name("model.onnx")
CANVAS = 280  # pixels of the canvas's side, where its file does not say "size"
_BATCH = 10


@dataclass(frozen=True)
class Answer:
    """What the network says to one digit or piece of clothing.

    Attributes
    ----------
    name : str
        Of the most probable class.
    sure : bool
        Whether it is so probable that it may be given as an answer.
    probabilities : dict of str to float
        Of all classes by name, 0 to 1.
    image : ndarray of shape (28, 28), uint8
        What the network saw: 0 = background, 255 = ink.
    box : tuple of int or None
        Where it is in a picture: top, left, bottom, right in its pixels.
    line : int
        Which line of writing it stands in, from 0.
    after_gap : bool
        Whether a new number begins with it.
    """

    name: str
    sure: bool
    probabilities: dict[str, float]
    image: npt.NDArray[np.uint8]
    box: tuple[int, int, int, int] | None = None
    line: int = 0
    after_gap: bool = False


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
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                model.read_bytes(), options, providers=["CPUExecutionProvider"]
            )
            told = self._session.get_modelmeta().custom_metadata_map
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
        name = self._session.get_inputs()[0].name
        scaled = images.astype(np.float32) / np.float32(255)
        batches = [scaled[start : start + _BATCH] for start in range(0, max(len(scaled), 1), _BATCH)]
        return np.concatenate([self._session.run(None, {name: batch})[0] for batch in batches])

    def read(self, data: bytes) -> list[Answer]:
        """Return what is in the bytes of a file; raises `MnistLabError` with a sentence where there is nothing."""
        if data[:1] in (b"{", b"["):
            return self.read_strokes(data)
        picture = read_upload(data)
        if self.kind == "digits":
            found = find_digits(picture)
            places: list[dict[str, Any]] = [
                {"box": digit.box, "line": digit.line, "after_gap": digit.after_gap} for digit in found.digits
            ]
            return self._answers(found.images, places)
        clothes = find_clothes(picture)
        return self._answers(clothes.prepared.image[None], [{"box": clothes.box}])

    def read_strokes(self, data: bytes) -> list[Answer]:
        """Return what the strokes of a canvas say, as Fabric writes them: ``{"size": 280, "objects": [...]}``."""
        try:
            content = json.loads(data)
        except (ValueError, RecursionError):
            raise ImageError("This file begins like strokes of a canvas (JSON), but can't be read as such.") from None
        size = content.get("size", CANVAS) if isinstance(content, dict) else CANVAS
        if not isinstance(size, int) or not 28 <= size <= 4000:
            raise ImageError("The size of a canvas is 28 to 4000 pixels. Received: {size}", size=repr(size)[:40])
        parts = prepare_parts(read_canvas(content, size), size, self.kind)
        return self._answers(np.stack([part.image for part in parts]), [{}] * len(parts))

    def _answers(self, images: npt.NDArray[np.uint8], places: list[dict[str, Any]]) -> list[Answer]:
        return [
            Answer(
                self.classes[int(row.argmax())],
                bool(row.max() >= self.sure_from),
                dict(zip(self.classes, row.tolist(), strict=True)),
                image,
                **place,
            )
            for row, image, place in zip(self.predict(images), images, places, strict=True)
        ]


def as_text(answers: list[Answer]) -> str:
    """Return the numbers as they stand in the picture, one line below the other: ``12 34 / 567``."""
    lines: list[str] = []
    for answer in answers:
        if answer.line == len(lines):
            lines.append(answer.name)
        else:
            lines[-1] += (" " if answer.after_gap else "") + answer.name
    return " / ".join(lines)


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
            answers = reader.read(_content(path))
        except MnistLabError as error:
            code = 1
            print(json.dumps({"file": str(path), "error": str(error)}) if options.json else f"{path}: {error}")
            continue
        _print(path, answers, options.json)
    return code


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)  # one more than may be: the reader then says that it is too large
    except OSError as error:
        raise ImageError("The file can't be opened: {reason}", reason=error.strerror) from error


def _print(path: Path, answers: list[Answer], as_json: bool) -> None:
    if as_json:
        told = [
            {
                "answer": answer.name,
                "sure": answer.sure,
                "probabilities": answer.probabilities,
                "box": answer.box,
                "line": answer.line,
            }
            for answer in answers
        ]
        print(json.dumps({"file": str(path), "text": as_text(answers), "found": told}))
        return
    print(f"{path}: {as_text(answers)}")
    for number, answer in enumerate(answers, start=1):
        ranked = sorted(answer.probabilities.items(), key=lambda item: -item[1])[:3]
        shares = ", ".join(f"{name} {share:.1%}" for name, share in ranked)
        print(f"  {number}. {shares}{'' if answer.sure else '  (not sure)'}")


if __name__ == "__main__":
    sys.exit(main())

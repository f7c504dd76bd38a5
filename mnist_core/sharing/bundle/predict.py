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
from mnist_core.photos.reading import Answer, answers_to, as_json, content_of, error_as_json, lines_of, parts_of

MODEL = Path(__file__).with_name("model.onnx")
_BATCH = 10


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
        return list(answers_to(parts_of(data, self.kind), self.predict, self.classes, self.sure_from))


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
            answers = reader.read(content_of(path))
        except MnistLabError as error:
            code = 1
            told = json.dumps({"file": str(path)} | error_as_json(error)) if options.json else f"{path}: {error}"
            print(told)
            continue
        _print(path, answers, options.json)
    return code


def _print(path: Path, answers: list[Answer], in_json: bool) -> None:
    text = " / ".join(lines_of(answers))
    if in_json:
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
        print(json.dumps({"file": str(path), "text": text, "found": told} | as_json(answers)))
        return
    print(f"{path}: {text}")
    for number, answer in enumerate(answers, start=1):
        ranked = sorted(answer.probabilities.items(), key=lambda item: -item[1])[:3]
        shares = ", ".join(f"{name} {share:.1%}" for name, share in ranked)
        print(f"  {number}. {shares}{'' if answer.sure else '  (not sure)'}")


if __name__ == "__main__":
    sys.exit(main())

"""What is said about a network where it goes: how its input is made, its data, the versions."""

import hashlib
import json
import platform
from importlib.metadata import PackageNotFoundError, version

from mnist_core import __version__
from mnist_core.config import RunConfig
from mnist_core.datasets import DatasetSpec, get_spec
from mnist_core.store import RunRecord

_LIBRARIES = ("keras", "tensorflow", "jax", "numpy", "scikit-learn", "onnxruntime", "pillow")

INPUT = (
    "float32 of shape (n, 28, 28): grey values from 0 to 255 divided by 255, 0 = background, 1 = full ink; "
    "light on dark, as in MNIST."
)
OUTPUT = "float32 of shape (n, {classes}): the probability of each class, in the order of the classes."
_DIGITS = (
    "Photo or drawing: shadows are divided out and ink is separated from paper, whichever is darker; connected parts "
    "are grouped into digits; the pen is made 0.125 times as wide as the digit's longest side.",
    "Each digit: the tight box around its ink is padded to a square, resampled by area to 20 x 20 pixels, and "
    "stretched so that its largest value is 255.",
    "These 20 x 20 pixels are placed into 28 x 28 by whole pixels so that the centre of mass falls on pixel 14 "
    "(counted from 0) in both directions.",
    "The values are divided by 255.",
)
_CLOTHES = (
    "Photo: what stands out of a plain ground is cut out, and brightness is inverted, so that the ground becomes 0.",
    "The piece is resampled so that its longest side has 28 pixels, and centred by its box in 28 x 28 pixels.",
    "The values are divided by 255.",
)


def preprocessing(spec: DatasetSpec) -> tuple[str, ...]:
    """Return the steps from a picture to the network's input, in words and numbers."""
    return _DIGITS if spec.kind == "digits" else _CLOTHES


def onnx_metadata(record: RunRecord, sure_from: float) -> dict[str, str]:
    """Return what ``model.onnx`` says about itself in its ``metadata_props``."""
    spec = get_spec(record.config.data.dataset)
    return {
        "name": record.name,
        "run": record.id,
        "made_with": f"mnist-lab {__version__}",
        "dataset": spec.id,
        "kind": spec.kind,
        "classes": json.dumps(spec.class_names),
        "sure_from": repr(sure_from),
        "input": INPUT,
        "output": OUTPUT.format(classes=spec.num_classes),
        "preprocessing": "\n".join(f"{n}. {step}" for n, step in enumerate(preprocessing(spec), start=1)),
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of all libraries that are installed and matter."""
    found = {"python": platform.python_version(), "mnist-lab": __version__}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            pass
    return found


def data_checksum(config: RunConfig) -> str:
    """Return which data a run learned from: checksums of the dataset's content, as this program tries them."""
    spec = get_spec(config.data.dataset)
    if spec.content_md5:
        return ", ".join(f"{name} md5 {digest}" for name, digest in spec.content_md5.items())
    if spec.strokes_md5:
        return f"strokes md5 {spec.strokes_md5}"
    return "comes with scikit-learn, whose version is above"


def digest_of(parts: object) -> str:
    """Return 12 hex digits that are equal for equal values."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:12]

"""What is said about a network where it goes: how its input is made, its data, the versions."""

import hashlib
import json
import platform

from mnist_core import __version__
from mnist_core.config import RunConfig
from mnist_core.store import RunRecord
from mnist_core.system.libraries import version_of
from mnist_core.text import English, Sentence

_LIBRARIES = ("keras", "tensorflow", "jax", "numpy", "scikit-learn", "onnxruntime", "pillow")

INPUT: Sentence = (
    "float32 of shape (n, 28, 28): grey values from 0 to 255 divided by 255, 0 = background, 1 = full ink; "
    "light on dark, as in MNIST."
)
OUTPUT: Sentence = "float32 of shape (n, {classes}): the probability of each class, in the order of the classes."


def onnx_metadata(record: RunRecord, sure_from: float) -> dict[str, str]:
    """Return what ``model.onnx`` says about itself in its ``metadata_props``; English, because programs read it."""
    spec = record.config.spec
    return {
        "name": record.name,
        "run": record.id,
        "made_with": f"mnist-lab {__version__}",
        "dataset": spec.id,
        "kind": spec.kind.reader,
        "classes": json.dumps(spec.class_names),
        "sure_from": repr(sure_from),
        "input": INPUT,
        "output": OUTPUT.format(classes=spec.num_classes),
        "preprocessing": "\n".join(f"{n}. {step}" for n, step in enumerate(spec.kind.notes.steps, start=1)),
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of all libraries that are installed and matter."""
    found = {"python": platform.python_version(), "mnist-lab": __version__}
    return found | {name: version for name in _LIBRARIES if (version := version_of(name))}


def data_checksum(config: RunConfig, t: English) -> str:
    """Return which data a run learned from: checksums of the dataset's content, as this program tries them."""
    spec = config.spec
    if spec.content_md5:
        return ", ".join(f"{name} md5 {digest}" for name, digest in spec.content_md5.items())
    if spec.files:
        return ", ".join(f"{file.name} {file.checksum.replace(':', ' ')}" for file in spec.files)
    return t("comes with scikit-learn, whose version is named here")


def digest_of(parts: object) -> str:
    """Return 12 hex digits that are equal for equal values."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:12]

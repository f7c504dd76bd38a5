"""The words that lie in a bundle."""

from collections.abc import Mapping, Sequence

from mnist_core.sharing.bundle.describe import INPUT, OUTPUT, data_checksum, versions
from mnist_core.sharing.bundle.evidence import Evidence
from mnist_core.sharing.bundle.reading import PACKAGE
from mnist_core.text.markdown import plain

_WHAT: tuple[tuple[str, str], ...] = (
    ("predict.py", "reads photos and drawings exactly as MNIST Lab does, with the folder `{package}`"),
    ("model.onnx", "the network for ONNX Runtime; its metadata describe input, output and preprocessing"),
    ("model.keras", "the network for Keras, as it was trained"),
    ("weights.npz", "its weights as NumPy arrays, by layer and name; with `config.json` they are the whole network"),
    ("model.tflite", "the network for LiteRT (TensorFlow Lite), on phones and small devices"),
    ("saved_model/", "the network for TensorFlow Serving and other programs of TensorFlow"),
    ("report.html", "curves, confusion matrix and mistakes on one page; opens in any browser, offline"),
    ("config.json", "every setting of the run"),
    ("metrics.csv", "the whole curve, as it was measured"),
    ("run/", "what MNIST Lab needs to show the run again: import this zip on its page Runs"),
)


def readme(evidence: Evidence, names: Sequence[str], left_out: Mapping[str, str], sure_from: float) -> str:
    """Return the text of ``README.md``.

    Parameters
    ----------
    evidence : Evidence
    names : sequence of str
        Of the files in the bundle.
    left_out : mapping of str to str
        Files that could not be made, each with a sentence why.
    sure_from : float
        See `Evidence.sureness`.
    """
    record, spec = evidence.record, evidence.spec
    there = [(name, words) for name, words in _WHAT if any(n == name or n.startswith(name) for n in names)]
    steps = "\n".join(f"{n}. {step}" for n, step in enumerate(spec.kind.notes.steps, start=1))
    sure = f"{sure_from:.1%} on" if sure_from <= 1 else "no share on: it is wrong too often"
    told = facts(evidence) | {"hardware": plain(record.device or "unknown")}  # an imported run's is of any content
    parts = [
        f"# {plain(record.name)}",
        f"A network that knows {spec.title} ({', '.join(spec.class_names)}), trained with MNIST Lab.",
        "## Use it\n\n```sh\npip install numpy pillow onnxruntime\npython predict.py photo.jpg\n"
        "python predict.py photo.jpg --json\n```\n\nIn a program:\n\n```python\nfrom predict import Reader\n"
        'answers = Reader().read(open("photo.jpg", "rb").read())\n```\n\nPython 3.11 or newer; a file is a picture '
        "(PNG, JPEG, WebP, GIF) or the strokes of a canvas (JSON).",
        "## What is in here\n\n" + "\n".join(f"- `{name}`: {words.format(package=PACKAGE)}" for name, words in there),
        *([_missing(left_out)] if left_out else []),
        f"## Input and output\n\nInput: {INPUT}\n\nOutput: {OUTPUT.format(classes=spec.num_classes)}\n\n"
        f"How `predict.py` and MNIST Lab make the input of a picture:\n\n{steps}\n\n"
        f"The network counts as sure from {sure} ({_SURE}).",
        "## Where it comes from\n\n" + "\n".join(f"- {name}: {value}" for name, value in told.items()),
        f"The data: {spec.title}, {spec.source}, {spec.licence}.",
    ]
    return "\n\n".join(parts) + "\n"


_SURE = "there 99% of its answers to turned and resized images are right"


def facts(evidence: Evidence) -> dict[str, str]:
    """Return what is to be told about where a run comes from, by what it is."""
    record = evidence.record
    trained = record.imported.created if record.imported else record.created.isoformat()
    told = {
        "run": record.id,
        "trained": f"{trained[:16].replace('T', ' ')} UTC",
        "hardware": record.device or "unknown",
        "seed": str(record.config.train.seed),
        "data": f"{evidence.spec.title} ({evidence.spec.id})",
        "data checksum": data_checksum(record.config),
        "settings": f"fingerprint {record.fingerprint}",
    }
    outcome = record.outcome
    if outcome.test_accuracy is not None:
        told["test accuracy"] = f"{outcome.test_accuracy:.4f} of {len(evidence.probabilities['test']):,} images"
    if outcome.test_loss is not None:
        told["test loss"] = f"{outcome.test_loss:.4f}"
    if record.imported is not None:
        told["imported"] = f"{record.imported.moment[:10]}: the figures are those of whoever made the first bundle"
    told["versions of the installation that made this bundle"] = ", ".join(
        f"{name} {number}" for name, number in versions().items()
    )
    return told


def _missing(left_out: Mapping[str, str]) -> str:
    return "Left out:\n\n" + "\n".join(f"- `{name}`: {why}" for name, why in left_out.items())

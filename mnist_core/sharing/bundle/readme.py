"""The words that lie in a bundle, in the language of who asked for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from mnist_core.config.wording import run_name
from mnist_core.sharing.bundle.describe import INPUT, OUTPUT, data_checksum, versions
from mnist_core.sharing.bundle.evidence import Evidence
from mnist_core.sharing.bundle.reading import PACKAGE
from mnist_core.text import English, Phrase, Sentence, english
from mnist_core.text.markdown import plain

_WHAT: Mapping[str, Sentence] = {
    "predict.py": "reads photos and drawings exactly as MNIST Lab does, with the folder `{package}`",
    "model.onnx": "the network for ONNX Runtime; its metadata describe input, output and preprocessing",
    "model.keras": "the network for Keras, as it was trained",
    "weights.npz": "its weights as NumPy arrays, by layer and name; with `config.json` they are the whole network",
    "model.tflite": "the network for LiteRT (TensorFlow Lite), on phones and small devices",
    "saved_model/": "the network for TensorFlow Serving and other programs of TensorFlow",
    "report.html": "curves, confusion matrix and mistakes on one page; opens in any browser, offline",
    "config.json": "every setting of the run",
    "metrics.csv": "the whole curve, as it was measured",
    "run/": "what MNIST Lab needs to show the run again: import this zip on its page Runs",
}
_COMMANDS = """\
```sh
pip install numpy pillow onnxruntime
python predict.py photo.jpg
python predict.py photo.jpg --json
```"""
_PROGRAM = """\
```python
from predict import Reader
answers = Reader().read(open("photo.jpg", "rb").read())
```"""


def readme(
    evidence: Evidence, names: Sequence[str], left_out: Mapping[str, str], sure_from: float, t: English = english
) -> str:
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
    t : English
        Of the reader.
    """
    record, spec = evidence.record, evidence.spec
    there = [
        (f"`{name}`", t(words, package=PACKAGE))
        for name, words in _WHAT.items()
        if any(known.startswith(name) for known in names)
    ]
    title = t(spec.title)
    parts = [
        f"# {plain(run_name(record.name, record.recipe, bool(record.shipped), t))}",
        t(
            "A network that knows {title} ({names}), trained with MNIST Lab.",
            title=title,
            names=", ".join(map(t, spec.class_names)),
        ),
        f"## {t('Use it')}",
        _COMMANDS,
        t("In a program:"),
        _PROGRAM,
        t("Python 3.11 or newer; a file is a picture (PNG, JPEG, WebP, GIF) or the strokes of a canvas (JSON)."),
        f"## {t('What is in here')}",
        _listed(there),
        *([t("Left out:"), _listed((f"`{name}`", why) for name, why in left_out.items())] if left_out else []),
        f"## {t('Input and output')}",
        *_input_and_output(evidence, sure_from, t),
        f"## {t('Where it comes from')}",
        _listed(facts(evidence, t, plain)),
        t("The data: {title}, {source}, {licence}.", title=title, source=t(spec.source), licence=spec.licence),
    ]
    return "\n\n".join(parts) + "\n"


def _input_and_output(evidence: Evidence, sure_from: float, t: English) -> list[str]:
    spec = evidence.spec
    sure: Sentence = (
        "The network counts as sure from {share:.1%} on (there 99% of its answers to turned and resized images are "
        "right)."
        if sure_from <= 1
        else "The network counts as sure from no share on: it is wrong too often (there 99% of its answers to turned "
        "and resized images are right)."
    )
    return [
        t("Input: {what}", what=Phrase(INPUT)),
        t("Output: {what}", what=Phrase(OUTPUT, classes=spec.num_classes)),
        t("How `predict.py` and MNIST Lab make the input of a picture:"),
        "\n".join(f"{n}. {step}" for n, step in enumerate(map(t, spec.kind.notes.steps), start=1)),
        t(sure, share=sure_from),
    ]


def facts(evidence: Evidence, t: English = english, escaped: Callable[[str], str] = str) -> list[tuple[str, str]]:
    """Return what is to be told about where a run comes from: what it is, and the words.

    Parameters
    ----------
    evidence : Evidence
    t : English
        Of the reader.
    escaped : callable
        Makes text of any content, as an imported run has it, into such that the file shows as it is.
    """
    record, outcome = evidence.record, evidence.record.outcome
    trained = record.imported.created if record.imported else record.created.isoformat()
    told = [
        (t("run"), record.id),
        (t("trained"), f"{trained[:16].replace('T', ' ')} UTC"),
        (t("hardware"), escaped(record.device or t("unknown"))),
        (t("seed"), str(record.config.train.seed)),
        (t("data"), f"{t(evidence.spec.title)} ({evidence.spec.id})"),
        (t("data checksum"), data_checksum(record.config, t)),
        (t("settings"), t("fingerprint {fingerprint}", fingerprint=record.fingerprint)),
    ]
    if outcome.test_accuracy is not None:
        total = len(evidence.probabilities["test"])
        told.append((t("test accuracy"), t("{share:.4f} of {n:,} images", share=outcome.test_accuracy, n=total)))
    if outcome.test_loss is not None:
        told.append((t("test loss"), t.number(outcome.test_loss, ".4f")))
    if evidence.study is not None:
        told += [(title, escaped(words)) for title, words in evidence.study.facts(t)]
    if record.imported is not None:
        words = t("{date}: the figures are those of whoever made the first bundle", date=record.imported.moment[:10])
        told.append((t("imported"), words))
    numbers = ", ".join(f"{name} {number}" for name, number in versions().items())
    told.append((t("versions of the installation that made this bundle"), numbers))
    return told


def _listed(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"- {name}: {words}" for name, words in rows)

"""The model card of a run, in the sections of the Hub's template. Knows values, not where they come from."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core import __version__
from mnist_core.config import LogisticConfig
from mnist_core.datasets import PEN_STROKES, get_spec
from mnist_core.evaluation import class_scores, confusion_matrix, cross_entropy, wilson_interval
from mnist_core.models.summary import layer_rows
from mnist_core.sharing.hub.metadata import head
from mnist_core.sharing.hub.usage import usage
from mnist_core.sharing.hub.words import intended_use, limits, out_of_scope, preparation
from mnist_core.store import RunRecord
from mnist_core.tensorboard.hparams import COLUMNS, settings_of
from mnist_core.text import percent, plain

_CONFUSIONS = 8  # rows of the table of mistakes
_ARCHITECTURE = "### Model Architecture and Objective\n\n"


@dataclass(frozen=True, kw_only=True)
class CardFacts:
    """What a card is made of.

    Attributes
    ----------
    record : RunRecord
        A run with a model.
    probabilities : ndarray of shape (n_test, classes)
    labels : ndarray of shape (n_test,), int
        Of the test set.
    base : str or None
        What the network is called that a fine-tuned one began with, if it is still there.
    keras_version : str or None
        That the model was saved with; None for a baseline.
    """

    record: RunRecord
    probabilities: npt.NDArray[np.float32]
    labels: npt.NDArray[np.integer]
    base: str | None = None
    keras_version: str | None = None


def model_card(facts: CardFacts) -> str:
    """Return the text of ``README.md``: metadata as YAML, then Markdown.

    Whatever a visitor typed is escaped; nothing of the visitor is named, and no drawing is in it.
    """
    record = facts.record
    matrix = confusion_matrix(facts.probabilities, facts.labels)
    parts = [
        f"---\n{head(record, matrix, class_scores(matrix), _loss(facts))}\n---",
        f"# {plain(record.name)}",
        _summary(facts),
        "## Model Details",
        _details(facts),
        "## Uses",
        f"### Direct Use\n\n{intended_use(record.config)}",
        "### Out-of-Scope Use\n\n" + _bullets(out_of_scope()),
        "## Bias, Risks, and Limitations",
        _bullets(limits(record.config)),
        "### Recommendations\n\nTry it on pictures of the kind that you have, count its mistakes for each class, and "
        "let it say “not sure” below a confidence that you choose by them.",
        "## How to Get Started with the Model",
        preparation(record.config),
        usage(record.config),
        "## Training Details",
        _data(facts),
        _procedure(facts),
        "## Evaluation",
        _evaluation(facts),
        "## Environmental Impact",
        _impact(record),
        "## Technical Specifications",
        _architecture(record),
        f"### Software\n\n{_software(facts)}",
        "## Model Card Contact\n\n[More Information Needed]",
    ]
    return "\n\n".join(parts) + "\n"


def readable(card: str) -> str:
    """Return a card for a part of a page: without its head, and with smaller headings."""
    body = card.split("\n---\n", 1)[1]
    return re.sub(r"^#+(?= )", lambda found: "#" * min(6, len(found[0]) + 3), body, flags=re.MULTILINE)


def _loss(facts: CardFacts) -> float:
    """Return the run's own test loss, as all pages show it."""
    loss = facts.record.outcome.test_loss
    return cross_entropy(facts.probabilities, facts.labels) if loss is None else loss


def _summary(facts: CardFacts) -> str:
    record, spec = facts.record, get_spec(facts.record.config.data.dataset)
    right, total = _right(facts)
    low, high = wilson_interval(right, total)
    words = "A logistic regression" if isinstance(record.config.model, LogisticConfig) else "A neural network"
    return (
        f"{words} that tells the {spec.num_classes} classes of {spec.title} apart. It is right about "
        f"**{right / total:.2%}** of the {total:,} test images (95% interval {low:.2%} to {high:.2%}). "
        "Trained with MNIST Lab, a dashboard to meet neural networks."
    )


def _details(facts: CardFacts) -> str:
    record, config = facts.record, facts.record.config
    rows = [
        ("Developed by", "[More Information Needed]" if record.shipped is None else "MNIST Lab"),
        ("Model type", "image classification, " + str(settings_of(config, "")["model"])),
        ("Parameters", f"{record.outcome.parameters:,}" if record.outcome.parameters is not None else "not known"),
        ("License", f"{config.spec.hub_licence}, that of the data it learned from"),
    ]
    if config.fine_tune is not None:
        base = f"“{plain(facts.base)}”, a network of MNIST Lab" if facts.base else "a network that is deleted since"
        rows.append(("Finetuned from model", base))
    if record.shipped is not None and record.shipped.summary:
        rows.append(("Good for", record.shipped.summary))
    return "\n".join(f"- **{name}:** {words}" for name, words in rows)


def _data(facts: CardFacts) -> str:
    config = facts.record.config
    spec = get_spec(config.data.dataset)
    name = spec.title
    if spec.hub_id is not None:
        name = f"[{name}](https://huggingface.co/datasets/{spec.hub_id})"
    lines = [f"{name}: {spec.source}. Licence: {spec.licence}. {spec.summary}"]
    size = config.data.n_used
    split = (
        f"the last {percent(config.data.validation_split)}% of them were kept for validation"
        if config.uses_validation
        else "none of them was kept for validation"
    )
    images = f"all {size:,}" if size == spec.n_train else f"the first {size:,} of {spec.n_train:,}"
    lines.append(f"It learned from {images} training images; {split}.")
    if facts.record.shipped is not None and len(facts.record.shipped.sources) > 1:
        lines.append("It learned from: " + "; ".join(facts.record.shipped.sources) + ".")
    elif config.data.pen_strokes:
        lines.append(f"It also learned from digits of {PEN_STROKES.source}. Licence: {PEN_STROKES.licence}.")
    if config.fine_tune is not None:
        lines.append(
            f"It was then fine-tuned on {config.fine_tune.copies:,} varied copies of one person's drawings, among "
            f"{config.fine_tune.rehearsal:,} of these images. The drawings are private: they are not part of this "
            "repository."
        )
    text = "### Training Data\n\n" + "\n\n".join(lines)
    if spec.content_md5:
        rows = [(f"`{name}`", f"`{digest}`") for name, digest in spec.content_md5.items()]
        text += "\n\nMD5 of the decoded content:\n\n" + _table(("content", "MD5"), rows)
    return text


def _procedure(facts: CardFacts) -> str:
    values = settings_of(facts.record.config, "")
    rows = [
        (title, f"{value:g}" if isinstance(value, float) else str(value))
        for name, title, _ in COLUMNS
        if name not in ("name", "dataset") and (value := values.get(name)) is not None
    ]
    return (
        "### Training Procedure\n\nPixels were divided by 255; nothing else was done to the images, but for the "
        "augmentation named here.\n\n#### Training Hyperparameters\n\n" + _table(("setting", "value"), rows)
    )


def _evaluation(facts: CardFacts) -> str:
    spec = get_spec(facts.record.config.data.dataset)
    matrix = confusion_matrix(facts.probabilities, facts.labels)
    scores = class_scores(matrix)
    right, total = _right(facts)
    low, high = wilson_interval(right, total)
    sure = float(facts.probabilities.max(axis=1).mean())
    lows, highs = wilson_interval(np.diag(matrix.counts), scores.support)
    classes = [
        (name, f"{precision:.2%}", f"{recall:.2%}", f"{one:.2%} to {two:.2%}", f"{f1:.2%}", f"{support:,}")
        for name, precision, recall, one, two, f1, support in zip(
            spec.class_names, scores.precision, scores.recall, lows, highs, scores.f1, scores.support, strict=True
        )
    ]
    parts = [
        f"### Testing Data\n\nThe {total:,} test images of {spec.title}, kept away from training.",
        "### Results\n\n"
        + _table(
            ("figure", "value"),
            [
                ("Accuracy", f"{right / total:.2%} (95% interval {low:.2%} to {high:.2%})"),
                ("Loss (cross-entropy)", f"{_loss(facts):.4f}"),
                ("Wrong", f"{total - right:,} of {total:,}"),
                ("Mean confidence", f"{sure:.2%}"),
            ],
        ),
        f"On average it is {sure:.1%} sure and {right / total:.1%} right: {_calibration(sure, right / total)}.",
        "#### Each Class\n\nIntervals are of the recall, 95%.\n\n"
        + _table(("class", "precision", "recall", "interval", "F1", "images"), classes),
    ]
    confusions = _confusions(matrix.counts, spec.class_names)
    if confusions:
        parts.append("#### Most Frequent Mistakes\n\n" + _table(("is", "taken for", "times"), confusions))
    return "\n\n".join(parts)


def _calibration(sure: float, right: float) -> str:
    if sure - right > 0.01:
        return "it is surer than it may be"
    if right - sure > 0.01:
        return "it is less sure than it could be"
    return "its confidence is about right on these images"


def _confusions(counts: npt.NDArray[np.int64], names: Sequence[str]) -> list[tuple[str, str, str]]:
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:_CONFUSIONS]
    cells = [divmod(int(index), len(names)) for index in order]
    return [(names[true], names[said], f"{wrong[true, said]:,}") for true, said in cells if wrong[true, said]]


def _impact(record: RunRecord) -> str:
    seconds = sum(record.outcome.epoch_seconds)  # those before a pause included
    took = f"{seconds:,.0f} seconds ({seconds / 3600:.2g} hours) of training" if seconds else "not known"
    rows = [
        ("Hardware Type", plain(record.outcome.device or "not known")),
        ("Hours used", took),
        ("Cloud Provider", "none that MNIST Lab knows of"),
        ("Carbon Emitted", "not measured"),
    ]
    return "\n".join(f"- **{name}:** {words}" for name, words in rows)


def _architecture(record: RunRecord) -> str:
    config, classes = record.config, get_spec(record.config.data.dataset).num_classes
    if isinstance(config.model, LogisticConfig):
        return _ARCHITECTURE + 'scikit-learn: `SGDClassifier(loss="log_loss")` on 784 pixels.'
    rows = [
        (
            row.name,
            f"`{row.detail}`" if row.detail else "",
            " × ".join(map(str, row.output_shape)),
            f"{row.parameters:,}",
        )
        for row in layer_rows(config.model, classes)
    ]
    return _ARCHITECTURE + _table(("layer", "arguments", "output", "parameters"), rows)


def _software(facts: CardFacts) -> str:
    library = f"Keras {plain(facts.keras_version)}" if facts.keras_version else "scikit-learn and ONNX"
    return f"MNIST Lab {__version__}, {library}. Run `{facts.record.id}`, fingerprint `{facts.record.fingerprint}`."


def _right(facts: CardFacts) -> tuple[int, int]:
    matrix = confusion_matrix(facts.probabilities, facts.labels)
    return matrix.right, matrix.total


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)

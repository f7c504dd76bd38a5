"""The model card of a run, in the sections of the Hub's template. Knows values, not where they come from."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core import __version__
from mnist_core.config import LogisticConfig
from mnist_core.config.wording import run_name
from mnist_core.datasets import PEN_STROKES, get_spec
from mnist_core.evaluation import class_scores, confusion_matrix, cross_entropy, wilson_interval
from mnist_core.models.summary import layer_rows
from mnist_core.sharing.hub.metadata import head
from mnist_core.sharing.hub.usage import usage
from mnist_core.sharing.hub.words import limits, out_of_scope
from mnist_core.sharing.of_study import StudyTold
from mnist_core.store import RunRecord
from mnist_core.tensorboard.hparams import COLUMNS, settings_of
from mnist_core.text import English, Phrase, Sentence, english, plain

_CONFUSIONS = 8  # rows of the table of mistakes
_GAP = "[More Information Needed]"  # never translated: it is the Hub's mark, which people and programs search for


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
    base : RunRecord or None
        The network that a fine-tuned one began with, if it is still there.
    keras_version : str or None
        That the model was saved with; None for a baseline.
    study : StudyTold or None
        The study that asked for the run.
    """

    record: RunRecord
    probabilities: npt.NDArray[np.float32]
    labels: npt.NDArray[np.integer]
    base: RunRecord | None = None
    keras_version: str | None = None
    study: StudyTold | None = None


def model_card(facts: CardFacts, t: English = english) -> str:
    """Return the text of ``README.md``: metadata as YAML, then Markdown in the language of `t`.

    Whatever a visitor typed is escaped; nothing of the visitor is named, and no drawing is in it.
    """
    record, notes = facts.record, facts.record.config.spec.kind.notes
    matrix = confusion_matrix(facts.probabilities, facts.labels)
    parts = [
        f"---\n{head(record, matrix, class_scores(matrix), _loss(facts))}\n---",
        f"# {_name(record, t)}",
        _summary(facts, t),
        f"## {t('Model Details')}",
        _details(facts, t),
        f"## {t('Uses')}",
        f"### {t('Direct Use')}",
        t(notes.use),
        f"### {t('Out-of-Scope Use')}",
        _bullets(map(t, out_of_scope())),
        f"## {t('Bias, Risks, and Limitations')}",
        _bullets(map(t, limits(record.config))),
        f"### {t('Recommendations')}",
        t(
            "Try it on pictures of the kind that you have, count its mistakes for each class, and let it say “not "
            "sure” below a confidence that you choose by them."
        ),
        f"## {t('How to Get Started with the Model')}",
        t(notes.expects),
        usage(record.config, t),
        f"## {t('Training Details')}",
        _data(facts, t),
        _procedure(facts, t),
        *_study(facts, t),
        f"## {t('Evaluation')}",
        _evaluation(facts, t),
        f"## {t('Environmental Impact')}",
        _impact(record, t),
        f"## {t('Technical Specifications')}",
        f"### {t('Model Architecture and Objective')}",
        _architecture(record, t),
        f"### {t('Software')}",
        _software(facts, t),
        f"## {t('Model Card Contact')}",
        _GAP,
    ]
    return "\n\n".join(parts) + "\n"


def readable(card: str) -> str:
    """Return a card for a part of a page: without its head, and with smaller headings."""
    body = card.split("\n---\n", 1)[1]
    return re.sub(r"^#+(?= )", lambda found: "#" * min(6, len(found[0]) + 3), body, flags=re.MULTILINE)


def _name(record: RunRecord, t: English) -> str:
    return plain(run_name(record.name, record.recipe, bool(record.shipped), t))


def _loss(facts: CardFacts) -> float:
    """Return the run's own test loss, as all pages show it."""
    loss = facts.record.outcome.test_loss
    return cross_entropy(facts.probabilities, facts.labels) if loss is None else loss


def _summary(facts: CardFacts, t: English) -> str:
    record, spec = facts.record, get_spec(facts.record.config.data.dataset)
    right, total = _right(facts)
    low, high = wilson_interval(right, total)
    words: Sentence = (
        "A logistic regression that tells the {n} classes of {title} apart."
        if isinstance(record.config.model, LogisticConfig)
        else "A neural network that tells the {n} classes of {title} apart."
    )
    sentences = (
        t(words, n=spec.num_classes, title=t(spec.title)),
        t(
            "It is right about **{share:.2%}** of the {total:,} test images (95% interval {low:.2%} to {high:.2%}).",
            share=right / total,
            total=total,
            low=low,
            high=high,
        ),
        t("Trained with MNIST Lab, a dashboard to meet neural networks."),
    )
    return " ".join(sentences)


def _details(facts: CardFacts, t: English) -> str:
    record, config = facts.record, facts.record.config
    parameters = record.outcome.parameters
    rows = [
        (t("Developed by"), _GAP if record.shipped is None else "MNIST Lab"),
        (t("Model type"), t("image classification, {model}", model=settings_of(config, "", t)["model"])),
        (t("Parameters"), t("not known") if parameters is None else t.number(parameters, ",")),
        (t("License"), t("{licence}, that of the data it learned from", licence=config.spec.hub_licence)),
    ]
    if config.fine_tune is not None:
        base = (
            t("“{name}”, a network of MNIST Lab", name=_name(facts.base, t))
            if facts.base
            else t("a network that is deleted since")
        )
        rows.append((t("Finetuned from model"), base))
    if record.shipped is not None and record.shipped.summary:
        rows.append((t("Good for"), t(record.shipped.summary)))
    return _pairs(rows)


def _data(facts: CardFacts, t: English) -> str:
    config = facts.record.config
    spec = get_spec(config.data.dataset)
    name = t(spec.title)
    if spec.hub_id is not None:
        name = f"[{name}](https://huggingface.co/datasets/{spec.hub_id})"
    about = t("{name}: {source}. Licence: {licence}.", name=name, source=t(spec.source), licence=spec.licence)
    lines = [f"{about} {t(spec.summary)}", _share_of_images(facts, t)]
    if facts.record.shipped is not None and len(facts.record.shipped.sources) > 1:
        lines.append(t("It learned from: {sources}.", sources="; ".join(map(t, facts.record.shipped.sources))))
    elif config.data.pen_strokes:
        lines.append(
            t(
                "It also learned from digits that are not of MNIST: {source}. Licence: {licence}.",
                source=t(PEN_STROKES.source),
                licence=PEN_STROKES.licence,
            )
        )
    if config.fine_tune is not None:
        lines.append(
            t(
                "It was then fine-tuned on {copies:,} varied copies of one person's drawings, among {rehearsal:,} of "
                "these images. The drawings are private: they are not part of this repository.",
                copies=config.fine_tune.copies,
                rehearsal=config.fine_tune.rehearsal,
            )
        )
    if spec.content_md5:
        lines.append(t("MD5 of the decoded content:"))
        rows = [(f"`{name}`", f"`{digest}`") for name, digest in spec.content_md5.items()]
        lines.append(_table((t("content"), "MD5"), rows))
    return f"### {t('Training Data')}\n\n" + "\n\n".join(lines)


def _share_of_images(facts: CardFacts, t: English) -> str:
    config, spec = facts.record.config, facts.record.config.spec
    size = config.data.n_used
    words: Sentence = (
        "It learned from all {n:,} training images; {kept}."
        if size == spec.n_train
        else "It learned from the first {n:,} of {all:,} training images; {kept}."
    )
    kept = (
        Phrase("the last {share:%} of them were kept for validation", share=config.data.validation_split)
        if config.uses_validation
        else Phrase("none of them was kept for validation")
    )
    return t(words, n=size, all=spec.n_train, kept=kept)


def _procedure(facts: CardFacts, t: English) -> str:
    values = settings_of(facts.record.config, "", t)
    rows = [
        (t(title), t.number(value, "g") if isinstance(value, float) else str(value))
        for name, title, _ in COLUMNS
        if name not in ("name", "dataset") and (value := values.get(name)) is not None
    ]
    parts = [
        f"### {t('Training Procedure')}",
        t("Pixels were divided by 255; nothing else was done to the images, but for the augmentation named here."),
        f"#### {t('Training Hyperparameters')}",
        _table((t("setting"), t("value")), rows),
    ]
    return "\n\n".join(parts)


def _study(facts: CardFacts, t: English) -> list[str]:
    if facts.study is None:
        return []
    told = [(title[:1].upper() + title[1:], plain(words)) for title, words in facts.study.facts(t)]
    return [f"### {t('The study')}", _pairs(told)]


def _evaluation(facts: CardFacts, t: English) -> str:
    spec = get_spec(facts.record.config.data.dataset)
    matrix = confusion_matrix(facts.probabilities, facts.labels)
    right, total = _right(facts)
    low, high = wilson_interval(right, total)
    sure = float(facts.probabilities.max(axis=1).mean())
    accuracy = t(
        "{share:.2%} (95% interval {low:.2%} to {high:.2%})",
        share=right / total,
        low=low,
        high=high,
    )
    figures = [
        (t("Accuracy"), accuracy),
        (t("Loss (cross-entropy)"), t.number(_loss(facts), ".4f")),
        (t("Wrong"), t("{n:,} of {all:,}", n=total - right, all=total)),
        (t("Mean confidence"), t.number(sure, ".2%")),
    ]
    parts = [
        f"### {t('Testing Data')}",
        t("The {n:,} test images of {title}, kept away from training.", n=total, title=t(spec.title)),
        f"### {t('Results')}",
        _table((t("figure"), t("value")), figures),
        t(
            "On average it is {sure:.1%} sure and {right:.1%} right: {verdict}.",
            sure=sure,
            right=right / total,
            verdict=_calibration(sure, right / total),
        ),
        f"#### {t('Each Class')}",
        t("Intervals are of the recall, 95%."),
        _classes(facts, t),
    ]
    confusions = _confusions(matrix.counts, [t(name) for name in spec.class_names], t)
    if confusions:
        parts += [
            f"#### {t('Most Frequent Mistakes')}",
            _table((t("is"), t("taken for"), t("times")), confusions),
        ]
    return "\n\n".join(parts)


def _classes(facts: CardFacts, t: English) -> str:
    matrix = confusion_matrix(facts.probabilities, facts.labels)
    scores = class_scores(matrix)
    lows, highs = wilson_interval(np.diag(matrix.counts), scores.support)
    rows = [
        (
            t(name),
            t.number(scores.precision[label], ".2%"),
            t.number(scores.recall[label], ".2%"),
            t("{low:.2%} to {high:.2%}", low=lows[label], high=highs[label]),
            t.number(scores.f1[label], ".2%"),
            t.number(scores.support[label], ","),
        )
        for label, name in enumerate(facts.record.config.spec.class_names)
    ]
    return _table((t("class"), t("precision"), t("recall"), t("interval"), "F1", t("images")), rows)


def _calibration(sure: float, right: float) -> Phrase:
    if sure - right > 0.01:
        return Phrase("it is surer than it may be")
    if right - sure > 0.01:
        return Phrase("it is less sure than it could be")
    return Phrase("its confidence is about right on these images")


def _confusions(counts: npt.NDArray[np.int64], names: Sequence[str], t: English) -> list[tuple[str, str, str]]:
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:_CONFUSIONS]
    cells = [divmod(int(index), len(names)) for index in order]
    return [(names[true], names[said], t.number(wrong[true, said], ",")) for true, said in cells if wrong[true, said]]


def _impact(record: RunRecord, t: English) -> str:
    seconds = sum(record.outcome.epoch_seconds)  # those before a pause included
    took = (
        t("{n:,.0f} seconds ({hours:.2g} hours) of training", n=seconds, hours=seconds / 3600)
        if seconds
        else t("not known")
    )
    return _pairs(
        [
            (t("Hardware Type"), plain(record.outcome.device or t("not known"))),
            (t("Hours used"), took),
            (t("Cloud Provider"), t("none that MNIST Lab knows of")),
            (t("Carbon Emitted"), t("not measured")),
        ]
    )


def _architecture(record: RunRecord, t: English) -> str:
    config, classes = record.config, get_spec(record.config.data.dataset).num_classes
    if isinstance(config.model, LogisticConfig):
        return t('scikit-learn: `SGDClassifier(loss="log_loss")` on 784 pixels.')
    rows = [
        (
            row.name,
            f"`{row.detail}`" if row.detail else "",
            " × ".join(map(str, row.output_shape)),
            t.number(row.parameters, ","),
        )
        for row in layer_rows(config.model, classes)
    ]
    return _table((t("layer"), t("arguments"), t("output"), t("parameters")), rows)


def _software(facts: CardFacts, t: English) -> str:
    record, keras = facts.record, facts.keras_version
    return t(
        "MNIST Lab {version}, {library}. Run `{run}`, fingerprint `{fingerprint}`.",
        version=__version__,
        library=f"Keras {plain(keras)}" if keras else Phrase("scikit-learn and ONNX"),
        run=record.id,
        fingerprint=record.fingerprint,
    )


def _right(facts: CardFacts) -> tuple[int, int]:
    matrix = confusion_matrix(facts.probabilities, facts.labels)
    return matrix.right, matrix.total


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _pairs(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"- **{name}:** {words}" for name, words in rows)


def _bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)

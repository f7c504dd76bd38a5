"""The report of a run: one page with everything in it, which opens without a network.

How it looks stands in ``report.html.jinja`` and ``report.css``; here is worked out what it shows.
"""

import base64
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from math import isfinite
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core.config import LogisticConfig, NetworkConfig
from mnist_core.config.table import SETTINGS
from mnist_core.evaluation import ConfusionMatrix, class_scores, confusion_matrix, mistakes, wilson_interval
from mnist_core.models.summary import layer_rows
from mnist_core.sharing.bundle.evidence import Evidence
from mnist_core.sharing.bundle.svg import line_chart
from mnist_core.text import translator

if TYPE_CHECKING:
    from jinja2 import Template

_TILES = 24
_CURVES = (("Loss", "loss", "lower is better"), ("Accuracy", "accuracy", "share that is right"))


def report_html(evidence: Evidence, facts: Mapping[str, str]) -> str:
    """Return the page.

    Parameters
    ----------
    evidence : Evidence
    facts : mapping of str to str
        What else is told about the run, such as versions; shown at the end.
    """
    record, spec = evidence.record, evidence.spec
    config, t = record.config, translator("en")
    given = config.given
    when = f"trained {record.imported.created[:10] if record.imported else record.created.date()}"
    return _template().render(
        name=record.name,
        origin=[part for part in (spec.title, when, record.device) if part],
        dataset=spec.title,
        class_names=spec.class_names,
        numbers=_numbers(evidence),
        **_curves(evidence),
        judged=_judged(evidence) if "test" in evidence.labels else None,
        layers=_layers(evidence),
        settings=[(setting.title, setting.words(given, t)) for setting in SETTINGS.values() if setting.is_told(given)],
        facts=facts.items(),
    )


@cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("report.html.jinja")


def _numbers(evidence: Evidence) -> list[tuple[str, str, str]]:
    outcome = evidence.record.outcome
    shown: list[tuple[str, str, str]] = []
    if outcome.test_accuracy is not None:
        total = len(evidence.probabilities["test"])
        low, high = wilson_interval(round(outcome.test_accuracy * total), total)
        shown.append(("Test accuracy", f"{outcome.test_accuracy:.2%}", f"95% interval {low:.2%} to {high:.2%}"))
    if outcome.test_loss is not None:
        shown.append(("Test loss", f"{outcome.test_loss:.4f}", f"of {len(evidence.probabilities['test']):,} images"))
    if outcome.parameters is not None:
        shown.append(("Parameters", f"{outcome.parameters:,}", "numbers that were learned"))
    if (seconds := outcome.seconds.get("fit")) is not None:
        shown.append(("Training time", f"{seconds:.0f} s", f"{evidence.record.epoch} epochs"))
    return shown


def _curves(evidence: Evidence) -> dict[str, Any]:
    from markupsafe import Markup

    points = [point for point in evidence.points if point.kind == "epoch"]
    folds = isinstance(evidence.record.config.model, LogisticConfig)  # each is a training of its own
    charts, with_validation = [], False
    for title, name, meaning in _CURVES:
        curves = []
        for kind, words, key in (("train", "training", name), ("valid", "validation", f"val_{name}")):
            line = [(float(p.epoch), v) for p in points if isfinite(v := p.values.get(key, float("nan")))]
            if line:
                curves.append((kind, words, line))
                with_validation |= kind == "valid"
        if curves:
            if folds:
                last = "on average " + ", ".join(
                    f"{words} {fmean(y for _, y in line):.4f}" for _, words, line in curves
                )
                chart = line_chart(curves, "fold", f"{title} of each fold; {last}", joined=False)
            else:
                last = ", ".join(f"{words} {line[-1][1]:.4f}" for _, words, line in curves)
                chart = line_chart(curves, "epoch", f"{title} after each epoch; at the end {last}")
            charts.append({"title": title, "meaning": meaning, "last": last, "svg": Markup(chart)})
    return {"charts": charts, "with_validation": with_validation}


def _judged(evidence: Evidence) -> dict[str, Any]:
    table, labels, names = evidence.probabilities["test"], evidence.labels["test"], evidence.spec.class_names
    matrix = confusion_matrix(table, labels)
    scores = class_scores(matrix)
    wrong = mistakes(table, labels)
    return {
        "matrix": [(name, _cells(matrix, true)) for true, name in enumerate(names)],
        "classes": [
            (name, f"{p:.2%}", f"{r:.2%}", f"{f:.2%}", f"{n:,}")
            for name, p, r, f, n in zip(
                names, scores.precision, scores.recall, scores.f1, scores.support.tolist(), strict=True
            )
        ],
        "wrong": f"{len(wrong):,} of {len(labels):,}",
        "tiles": _tiles(evidence, wrong[:_TILES]),
        "images_missing": len(wrong) > 0 and evidence.dataset is None,
    }


def _cells(matrix: ConfusionMatrix, true: int) -> list[tuple[str, str, int]]:
    """Return a row of the matrix: the colour of each cell, how opaque it is, and how many images are in it."""
    cells = []
    for told, (share, count) in enumerate(zip(matrix.shares("row")[true], matrix.counts[true].tolist(), strict=True)):
        # Mistakes are few, so theirs show early.
        opacity = share * 0.55 if told == true else min(share * 6, 1.0) ** 0.5 * 0.6
        cells.append(("right" if told == true else "wrong", f"{opacity:.2f}", count))
    return cells


def _tiles(evidence: Evidence, wrong: npt.NDArray[np.intp]) -> list[tuple[str, str, str, str]]:
    """Return images that were read wrongly: what each shows, what was said, how surely, and the picture."""
    if evidence.dataset is None:
        return []
    table, labels, names = evidence.probabilities["test"], evidence.labels["test"], evidence.spec.class_names
    tiles = []
    for index in wrong:
        told, true = int(table[index].argmax()), int(labels[index])
        png = _png(evidence.dataset.x_test[index])
        tiles.append((names[true], names[told], f"{table[index, told]:.1%}", png))
    return tiles


def _png(image: npt.NDArray[np.uint8]) -> str:
    stream = BytesIO()
    Image.fromarray(np.asarray(image)).save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def _layers(evidence: Evidence) -> list[tuple[str, str, str, str]]:
    model = evidence.record.config.model
    if not isinstance(model, NetworkConfig):
        return []
    return [
        (row.name, row.detail, " × ".join(map(str, row.output_shape)), f"{row.parameters:,}")
        for row in layer_rows(model, evidence.spec.num_classes)
    ]

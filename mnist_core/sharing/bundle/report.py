"""The report of a run: one page with everything in it, which opens without a network.

How it looks and its sentences stand in ``report.html.jinja``; here is worked out what it shows.
"""

import base64
from collections.abc import Mapping, Sequence
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
from mnist_core.config.wording import run_name
from mnist_core.diagram import at_work, diagram_of, flow_of, picture_svg, words_of
from mnist_core.evaluation import ConfusionMatrix, class_scores, confusion_matrix, mistakes, wilson_interval
from mnist_core.evaluation.comparing import test_point
from mnist_core.evaluation.diagnosis import Course, Finding, diagnose
from mnist_core.sharing.bundle.evidence import Evidence
from mnist_core.sharing.bundle.svg import line_chart
from mnist_core.text import English, Sentence, english

if TYPE_CHECKING:
    from jinja2 import Template

_TILES = 24
_TITLES: Mapping[str, Sentence] = {"loss": "Loss", "accuracy": "Accuracy"}
_MEANINGS: Mapping[str, Sentence] = {"loss": "lower is better", "accuracy": "share that is right"}


def report_html(evidence: Evidence, facts: Sequence[tuple[str, str]], t: English = english) -> str:
    """Return the page.

    Parameters
    ----------
    evidence : Evidence
    facts : sequence of (str, str)
        What else is told about the run, such as versions: what it is, and the words, both translated. Shown at the end.
    t : English
        Of the reader.
    """
    record, given = evidence.record, evidence.record.config.given
    date = record.imported.created[:10] if record.imported else f"{record.created.date()}"
    dataset, when = t(evidence.spec.title), t("trained {date}", date=date)
    names = [t(name) for name in evidence.spec.class_names]
    told = [setting for setting in SETTINGS.values() if setting.is_told(given)]
    return _template().render(
        _=t,
        language=t.language.replace("_", "-"),
        name=run_name(record.name, record.recipe, bool(record.shipped), t),
        origin=[part for part in (dataset, when, record.device) if part],
        dataset=dataset,
        class_names=names,
        numbers=_numbers(evidence, t),
        **_curves(evidence, t),
        judged=_judged(evidence, names, t) if "test" in evidence.labels else None,
        **_network(evidence, t),
        settings=[(t(setting.title), setting.words(given, t)) for setting in told],
        facts=facts,
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


def _numbers(evidence: Evidence, t: English) -> list[tuple[str, str, str]]:
    outcome = evidence.record.outcome
    total = len(evidence.probabilities["test"])
    shown: list[tuple[str, str, str]] = []
    if outcome.test_accuracy is not None:
        low, high = wilson_interval(round(outcome.test_accuracy * total), total)
        interval = t("95% interval {low:.2%} to {high:.2%}", low=low, high=high)
        shown.append((t("Test accuracy"), t.number(outcome.test_accuracy, ".2%"), interval))
    if outcome.test_loss is not None:
        shown.append((t("Test loss"), t.number(outcome.test_loss, ".4f"), t("of {n:,} images", n=total)))
    if outcome.parameters is not None:
        shown.append((t("Parameters"), t.number(outcome.parameters, ","), t("numbers that were learned")))
    if (seconds := outcome.seconds.get("fit")) is not None:
        epochs = t.plural("{n} epoch", "{n} epochs", evidence.record.epoch)
        shown.append((t("Training time"), t("{n:.0f} s", n=seconds), epochs))
    return shown


def _curves(evidence: Evidence, t: English) -> dict[str, Any]:
    from markupsafe import Markup

    points = [point for point in evidence.points if point.kind == "epoch"]
    folds = isinstance(evidence.record.config.model, LogisticConfig)  # each is a training of its own
    charts, kinds = [], set()
    for name in _TITLES:
        title, curves = t(_TITLES[name]), []
        for kind, words, key in (("train", t("training"), name), ("valid", t("validation"), f"val_{name}")):
            line = [(float(p.epoch), v) for p in points if isfinite(v := p.values.get(key, float("nan")))]
            if line:
                curves.append((kind, words, line))
        if curves and not folds and (test := _test(evidence, name)) is not None:
            curves.append(("test", t("test"), [test]))
        kinds |= {kind for kind, _, _ in curves}
        if curves:
            ends = [(words, fmean(y for _, y in line) if folds else line[-1][1]) for _, words, line in curves]
            last = ", ".join(f"{words} {t.number(value, '.4f')}" for words, value in ends)
            if folds:
                last = t("on average {figures}", figures=last)
                alt = t("{title} of each fold; {figures}", title=title, figures=last)
            else:
                alt = t("{title} after each epoch; at the end {figures}", title=title, figures=last)
            svg = line_chart(curves, t("fold") if folds else t("epoch"), alt, t, joined=not folds)
            charts.append({"title": title, "meaning": t(_MEANINGS[name]), "last": last, "svg": Markup(svg)})
    told = [t(found.words.words, **found.words.values) for found in _findings(evidence)]
    return {"charts": charts, "kinds": kinds, "told": told}


def _test(evidence: Evidence, name: str) -> tuple[float, float] | None:
    """Return where on the curves the kept weights are, and what they reach on the test set; see `test_point`."""
    record = evidence.record
    return test_point(record.config, record.outcome, evidence.points, record.steps_per_epoch, name)


def _findings(evidence: Evidence) -> tuple[Finding, ...]:
    record = evidence.record
    if not isinstance(record.config.model, NetworkConfig):
        return ()
    return diagnose(
        Course.of(
            record.config,
            evidence.points,
            test_accuracy=record.outcome.test_accuracy,
            steps_per_epoch=record.steps_per_epoch,
        )
    )


def _judged(evidence: Evidence, names: Sequence[str], t: English) -> dict[str, Any]:
    table, labels = evidence.probabilities["test"], evidence.labels["test"]
    matrix = confusion_matrix(table, labels)
    scores = class_scores(matrix)
    wrong = mistakes(table, labels)
    return {
        "matrix": [(name, _cells(matrix, true)) for true, name in enumerate(names)],
        "classes": [
            (name, *(t.number(share, ".2%") for share in (p, r, f)), t.number(n, ","))
            for name, p, r, f, n in zip(
                names, scores.precision, scores.recall, scores.f1, scores.support.tolist(), strict=True
            )
        ],
        "counts": {"wrong": len(wrong), "total": len(labels)},
        "tiles": _tiles(evidence, wrong[:_TILES], names),
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


def _tiles(evidence: Evidence, wrong: npt.NDArray[np.intp], names: Sequence[str]) -> list[tuple[str, str, float, str]]:
    """Return images that were read wrongly: what each shows, what was said, how surely, and the picture."""
    if evidence.dataset is None:
        return []
    table, labels = evidence.probabilities["test"], evidence.labels["test"]
    tiles = []
    for index in wrong:
        told, true = int(table[index].argmax()), int(labels[index])
        png = _png(evidence.dataset.x_test[index])
        tiles.append((names[true], names[told], float(table[index, told]), png))
    return tiles


def _png(image: npt.NDArray[np.uint8]) -> str:
    stream = BytesIO()
    Image.fromarray(np.asarray(image)).save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def _network(evidence: Evidence, t: English) -> dict[str, Any]:
    """Return the network as a picture, with a test image on its way through it where there are images, and as rows."""
    from markupsafe import Markup

    config, flow = evidence.record.config, None
    diagram = diagram_of(config)
    inside = evidence.files.layers if isinstance(config.model, NetworkConfig) else evidence.files.onnx
    if evidence.dataset is not None and inside.exists():
        flow = flow_of(at_work(evidence.files, config, np.asarray(evidence.dataset.x_test[0])))
    words = [words_of(block, t) for block in diagram.blocks]
    return {
        "picture": Markup(picture_svg(diagram, t, flow=flow)),
        "layers": [(one.name, one.code, one.shape, one.parts, one.parameters) for one in words],
    }

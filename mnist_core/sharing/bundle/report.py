"""The report of a run: one page with everything in it, which opens without a network."""

import base64
from collections.abc import Iterable, Mapping
from html import escape
from io import BytesIO
from math import isfinite
from pathlib import Path
from statistics import fmean

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core.config import LogisticConfig, NetworkConfig
from mnist_core.config.table import SETTINGS
from mnist_core.evaluation import class_scores, confusion_matrix, mistakes, wilson_interval
from mnist_core.models.summary import layer_rows
from mnist_core.sharing.bundle.evidence import Evidence
from mnist_core.sharing.bundle.svg import line_chart
from mnist_core.text import translator

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
    when = f"trained {record.imported.created[:10] if record.imported else record.created.date()}"
    body = [
        f"<h1>{escape(record.name)}</h1>",
        f'<p class="soft">{escape(" · ".join(part for part in (spec.title, when, record.device) if part))}</p>',
        _numbers(evidence),
        _curves(evidence),
        *(_judged(evidence) if "test" in evidence.labels else [_not_judged(spec.title)]),
        _settings(evidence),
        "<h2>Where it comes from</h2>",
        _table(facts.items(), "settings"),
    ]
    style = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # Nothing is fetched and nothing runs, whatever stands in a name.
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; style-src '
        "'unsafe-inline'\">"
        f"<title>{escape(record.name)}</title><style>\n{style}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _numbers(evidence: Evidence) -> str:
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
    tiles = "".join(
        f'<div class="number"><span class="soft">{title}</span><b>{value}</b><span class="soft">{detail}</span></div>'
        for title, value, detail in shown
    )
    return f'<div class="numbers">{tiles}</div>'


def _curves(evidence: Evidence) -> str:
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
            charts.append(f"<figure><figcaption><b>{title}</b>, {meaning}<br>{last}</figcaption>{chart}</figure>")
    if not charts:
        return ""
    key = '<span class="key"></span>training set'
    if with_validation:
        key += '<span class="key valid"></span>validation set, which it did not learn from'
    return f'<h2>How it learned</h2><p class="soft">{key}</p><div class="charts">{"".join(charts)}</div>'


def _not_judged(title: str) -> str:
    return f'<p class="soft">The labels of {escape(title)} were not on the computer that made this report.</p>'


def _judged(evidence: Evidence) -> list[str]:
    table, labels, names = evidence.probabilities["test"], evidence.labels["test"], evidence.spec.class_names
    matrix = confusion_matrix(table, labels)
    shares = matrix.shares("row")
    rows = []
    for true, name in enumerate(names):
        cells = "".join(
            f'<td style="background:rgba(var(--{"right" if true == told else "wrong"}),'
            f'{_shade(shares[true, told], true == told):.2f})">{matrix.counts[true, told] or ""}</td>'
            for told in range(len(names))
        )
        rows.append(f"<tr><th>{escape(name)}</th>{cells}</tr>")
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    scores = class_scores(matrix)
    per_class = "".join(
        f"<tr><td>{escape(name)}</td><td>{p:.2%}</td><td>{r:.2%}</td><td>{f:.2%}</td><td>{n:,}</td></tr>"
        for name, p, r, f, n in zip(
            names, scores.precision, scores.recall, scores.f1, scores.support.tolist(), strict=True
        )
    )
    return [
        "<h2>What it takes for what</h2>",
        '<p class="soft">Test set: rows are what an image shows, columns what the network said. Blue is right, red is '
        "wrong; the stronger, the larger its share of the row.</p>",
        f'<div class="wide"><table class="matrix"><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>",
        "<h2>Each class</h2>",
        '<div class="wide"><table><thead><tr><th>class</th><th>precision</th><th>recall</th><th>F1</th><th>images</th>'
        f"</tr></thead><tbody>{per_class}</tbody></table></div>",
        *_mistakes(evidence, table, labels),
    ]


def _shade(share: float, right: bool) -> float:
    """Return how opaque a cell is: mistakes are few, so theirs show early."""
    return share * 0.55 if right else min(share * 6, 1.0) ** 0.5 * 0.6


def _mistakes(evidence: Evidence, table: npt.NDArray[np.float32], labels: npt.NDArray[np.uint8]) -> list[str]:
    wrong = mistakes(table, labels)
    title = f"<h2>Its surest mistakes</h2><p class='soft'>{len(wrong):,} of {len(labels):,} test images read wrongly"
    if not len(wrong):
        return [title + ".</p>"]
    if evidence.dataset is None:
        return [title + "; the images were not on the computer that made this report.</p>"]
    names, tiles = evidence.spec.class_names, []
    for index in wrong[:_TILES]:
        told, true = int(table[index].argmax()), int(labels[index])
        alt = f"{names[true]}, taken for {names[told]}"
        tiles.append(
            f'<div class="tile"><img alt="{escape(alt)}" src="{_png(evidence.dataset.x_test[index])}">'
            f"<b>{escape(names[told])}</b><span>{table[index, told]:.1%} sure</span>"
            f"<span>it is {escape(names[true])}</span></div>"
        )
    return [f"{title}; these it was surest about.</p>", f'<div class="tiles">{"".join(tiles)}</div>']


def _png(image: npt.NDArray[np.uint8]) -> str:
    stream = BytesIO()
    Image.fromarray(np.asarray(image)).save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def _settings(evidence: Evidence) -> str:
    config = evidence.record.config
    given, t = config.given, translator("en")
    rows = [(setting.title, setting.words(given, t)) for setting in SETTINGS.values() if setting.is_told(given)]
    layers = ""
    if isinstance(config.model, NetworkConfig):
        lines = [
            f'<tr><td>{escape(row.name)}</td><td class="words">{escape(row.detail)}</td>'
            f"<td>{' × '.join(map(str, row.output_shape))}</td><td>{row.parameters:,}</td></tr>"
            for row in layer_rows(config.model, evidence.spec.num_classes)
        ]
        layers = (
            '<h2>The network</h2><div class="wide"><table><thead><tr><th>layer</th><th class="words">arguments</th>'
            f"<th>output</th><th>parameters</th></tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
        )
    return f"{layers}<h2>Settings</h2>{_table(rows, 'settings')}"


def _table(rows: Iterable[tuple[str, str]], kind: str) -> str:
    lines = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in rows)
    return f'<div class="wide"><table class="{kind}"><tbody>{lines}</tbody></table></div>'

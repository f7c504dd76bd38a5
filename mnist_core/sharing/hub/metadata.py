"""The head of a model card: what the Hub itself reads, as YAML."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mnist_core.config import RunConfig
from mnist_core.datasets import DatasetSpec
from mnist_core.evaluation import ClassScores, ConfusionMatrix
from mnist_core.store import RunRecord
from mnist_core.text import one_line


def head(record: RunRecord, matrix: ConfusionMatrix, scores: ClassScores, loss: float) -> dict[str, Any]:
    """Return a card's metadata; `loss` is the one on the test set."""
    config = record.config
    spec = config.spec
    values: dict[str, Any] = {
        "license": spec.hub_licence,
        "library_name": "keras" if config.model.kind == "network" else "onnx",
        "pipeline_tag": "image-classification",
        "tags": _tags(config, spec),
    }
    if spec.hub_id is not None:
        values["datasets"] = [spec.hub_id]
    values["metrics"] = ["accuracy", "f1"]
    metrics = [
        ("accuracy", matrix.right / matrix.total, "Test accuracy"),
        ("f1", float(scores.f1.mean()), "Mean F1 of the classes"),
        ("loss", loss, "Test loss"),
    ]
    result = {
        "task": {"type": "image-classification", "name": "Image Classification"},
        "dataset": {"name": spec.title, "type": spec.hub_id or spec.id, "split": "test"},
        "metrics": [{"type": kind, "value": round(value, 6), "name": name} for kind, value, name in metrics],
    }
    values["model-index"] = [{"name": one_line(record.name), "results": [result]}]
    return values


def yaml(values: Mapping[str, Any]) -> str:
    """Return mappings and lists of plain values as YAML; every string is quoted, so that none means another."""
    return "\n".join(_lines(values, 0)) + "\n"


def _lines(values: Mapping[str, Any] | Sequence[Any], indent: int) -> list[str]:
    space = " " * indent
    lines: list[str] = []
    if isinstance(values, Mapping):
        for key, value in values.items():
            if isinstance(value, Mapping | list):
                lines += [f"{space}{key}:", *_lines(value, indent + 2)]
            else:
                lines.append(f"{space}{key}: {json.dumps(value, ensure_ascii=False)}")
        return lines
    for value in values:
        if isinstance(value, Mapping):
            first, *rest = _lines(value, indent + 2)
            lines += [f"{space}- {first.lstrip()}", *rest]
        else:
            lines.append(f"{space}- {json.dumps(value, ensure_ascii=False)}")
    return lines


def _tags(config: RunConfig, spec: DatasetSpec) -> list[str]:
    library = ["keras", "onnx"] if config.model.kind == "network" else ["onnx", "scikit-learn", "logistic-regression"]
    return ["mnist-lab", spec.id.replace("_", "-"), *spec.kind.notes.tags, *library]

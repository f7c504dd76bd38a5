"""What a run's files tell about the run, where its folder has no record: those of older versions have none.

Settings, name and curve come from its TensorBoard logs, layers from Keras's file, the position from its checkpoint.
"""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from mnist_core.config import LAYERS, NetworkConfig, RunConfig
from mnist_core.errors import ArtifactMissingError, MnistLabError
from mnist_core.models.summary import parameter_count
from mnist_core.store import MetricPoint, Outcome, RunFiles, RunState
from mnist_core.tensorboard.events import event_files, read_events
from mnist_core.tensorboard.hparams import told_settings
from mnist_core.text import Sentence

_START, _END = "_hparams_/session_start_info", "_hparams_/session_end_info"
_UNITS = ("epoch", "fold")  # a baseline has folds


class UntoldError(MnistLabError, ValueError):
    """The files of a run don't tell what it was."""

    code = "untold"


# What no file tells of a run.
_MISSING: tuple[Sentence, ...] = ("whose it was", "its notes and star", "a name given later", "its device")


@dataclass(frozen=True)
class Traces:
    """A run as its files tell it.

    Attributes
    ----------
    values : dict of str to object
        Columns of the table of runs.
    points : list of MetricPoint
    missing : tuple of str
        What the files don't tell, in words.
    """

    values: dict[str, Any]
    points: list[MetricPoint]
    missing: tuple[Sentence, ...]


@dataclass
class _Logs:
    """What the TensorBoard logs hold."""

    settings: dict[str, str | float] = field(default_factory=dict)
    began: float | None = None
    ended: float | None = None
    results: dict[str, float] = field(default_factory=dict)
    last_step: int = 0
    unit: str = "epoch"
    # By part, then by number of the epoch: wall time and figures.
    epochs: dict[int, dict[str, float]] = field(default_factory=dict)
    moments: dict[int, float] = field(default_factory=dict)
    batches: dict[int, dict[str, float]] = field(default_factory=dict)


def read_traces(files: RunFiles, *, shared: bool) -> Traces:
    """Return what the files of a run tell about it.

    Parameters
    ----------
    files : RunFiles
    shared : bool
        Whether everyone may look at it: that, and whose it was, no file tells.

    Raises
    ------
    UntoldError
        If they don't tell the settings.
    """
    logs = _read_logs(files)
    config = _config(files, logs)
    points = _points(logs, files)
    epochs = max(logs.epochs, default=0)
    created = datetime.strptime(files.folder.name[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC).timestamp()
    has_model = files.onnx.exists()
    complete = epochs >= config.train.epochs or config.model.kind == "logistic_sgd" or config.train.early_stopping
    state = RunState.COMPLETED if complete else RunState.STOPPED
    name = str(logs.settings.get("name") or f"Run {files.folder.name}")
    outcome = _outcome(logs, config, files) if has_model else Outcome()
    values: dict[str, Any] = {
        "id": files.folder.name,
        "name": name[:200],
        "config": config.to_json(),
        "fingerprint": config.fingerprint(),
        "state": (state if has_model else RunState.INTERRUPTED).value,
        "created": created,
        "started": logs.began,
        "finished": logs.ended,
        "updated": logs.ended or created,
        "epoch": epochs,
        "step": points[-1].step if points else 0,
        "steps_per_epoch": points[-1].step // epochs if points and epochs else 0,
        "shared": shared,
        "bytes": files.size(),
        "outcome": asdict(outcome),
    }
    return Traces(values, points, _MISSING)


def _read_logs(files: RunFiles) -> _Logs:
    logs = _Logs()
    for part in ("", "train", "validation"):
        for event, value in _values_of(files, part):
            plain = value.tag.removeprefix("batch_")
            unit = next((unit for unit in _UNITS if value.tag.startswith(f"{unit}_")), None)
            if part == "":
                _read_own(logs, event, value)
            elif unit is not None:
                logs.unit = unit
                name = value.tag.removeprefix(f"{unit}_")
                name = f"val_{name}" if part == "validation" else name
                logs.epochs.setdefault(event.step, {})[name] = value.simple_value
                logs.moments.setdefault(event.step, event.wall_time)
            elif plain != value.tag:
                logs.batches.setdefault(event.step, {"wall": event.wall_time})[plain] = value.simple_value
    return logs


def _values_of(files: RunFiles, part: str) -> Iterator[tuple[Any, Any]]:
    for path in event_files(files.tensorboard / part):
        for event in read_events(path):
            for value in event.summary.value:
                yield event, value


def _read_own(logs: _Logs, event: Any, value: Any) -> None:
    if value.tag == _START:
        from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

        told = HParamsPluginData.FromString(value.metadata.plugin_data.content).session_start_info
        logs.began = event.wall_time
        for name, setting in told.hparams.items():
            logs.settings[name] = setting.string_value or setting.number_value
    elif value.tag == _END:
        logs.ended = event.wall_time
    elif value.tag in ("test_accuracy", "test_loss", "training_seconds"):
        logs.results[value.tag] = value.simple_value
        logs.last_step = event.step


def _config(files: RunFiles, logs: _Logs) -> RunConfig:
    """Return the configuration; raises `UntoldError`."""
    told = logs.settings
    if not told:
        raise UntoldError("there are no logs that tell its settings")
    if files.is_fine_tuned():
        raise UntoldError("it was fine-tuned, and no file tells from which run")
    values: dict[str, Any] = dict(told_settings(told))
    if told.get("model") == "logistic regression":
        values["model"] = {"kind": "logistic_sgd", "folds": max(logs.epochs, default=5)}
    else:
        values["model"] = {"kind": "network", "layers": _layers(files)}
    try:
        return RunConfig.parse(values)
    except MnistLabError as error:
        raise UntoldError("its settings can't be read: {reason}", reason=error.phrase) from error


def _layers(files: RunFiles) -> list[dict[str, Any]]:
    """Return the hidden layers that Keras's file describes; raises `UntoldError`."""
    try:
        with zipfile.ZipFile(files.model) as archive:
            described = json.loads(archive.read("config.json"))["config"]["layers"]
        layers = [layer for layer in map(_layer, described) if layer is not None]
        if not layers or layers[-1] != {"kind": "dense", "units": layers[-1].get("units"), "activation": "softmax"}:
            raise UntoldError("its network is none of this program")
        return layers[:-1]
    except (OSError, KeyError, TypeError, ValueError, IndexError, zipfile.BadZipFile) as error:
        if isinstance(error, UntoldError):
            raise
        raise UntoldError("there is no network of Keras that tells its layers") from error


def _layer(described: dict[str, Any]) -> dict[str, Any] | None:
    spec = next((spec for spec in LAYERS.values() if spec.title == described["class_name"]), None)
    return spec.read(described["config"]) if spec else None  # the others bring images into shape


def _points(logs: _Logs, files: RunFiles) -> list[MetricPoint]:
    """Return the curve; batches are counted by where training ended."""
    began = logs.began or 0.0
    epochs = max(logs.epochs, default=0)
    last = logs.last_step or files.checkpoint_step() or epochs
    per_epoch = max(1, last // epochs) if epochs and logs.unit == "epoch" else 1
    points = [
        MetricPoint(
            kind="batch",
            step=step,
            epoch=(step - 1) // per_epoch + 1,
            seconds=max(0.0, values["wall"] - began),
            values={name: value for name, value in values.items() if name != "wall"},
        )
        for step, values in logs.batches.items()
    ]
    points += [
        MetricPoint(
            kind="epoch",
            step=epoch * per_epoch,
            epoch=epoch,
            seconds=max(0.0, logs.moments[epoch] - began),
            values=values,
        )
        for epoch, values in logs.epochs.items()
    ]
    return sorted(points, key=lambda point: (point.step, point.kind == "epoch"))


def _outcome(logs: _Logs, config: RunConfig, files: RunFiles) -> Outcome:
    accuracy = logs.results.get("test_accuracy")
    classes = config.spec.num_classes
    try:
        images, classes = files.read_probabilities()["test"].shape
        if accuracy is not None:  # a share of so many images; the logs have it rounded
            accuracy = round(accuracy * images) / images
    except (ArtifactMissingError, KeyError):
        pass
    moments = [logs.began or 0.0, *[logs.moments[epoch] for epoch in sorted(logs.moments)]]
    spent = logs.results.get("training_seconds")
    # A baseline has a weight for each pixel and one more, for each class.
    parameters = parameter_count(config.model, classes) if isinstance(config.model, NetworkConfig) else 785 * classes
    return Outcome(
        test_accuracy=accuracy,
        test_loss=logs.results.get("test_loss"),
        parameters=parameters,
        seconds={} if spent is None else {"fit": spent},
        epoch_seconds=np.diff(moments).clip(0).tolist(),
    )

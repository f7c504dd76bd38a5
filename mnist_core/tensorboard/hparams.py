"""Settings and results as TensorBoard's HParams view lists them, one run a row.

Logs are English whoever trains: programs read them, `mnist_core.recovery` among them, and TensorBoard is English.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mnist_core.config import AugmentationConfig, LogisticConfig, NetworkConfig, RunConfig
from mnist_core.config.study import Parameter
from mnist_core.config.study.words import parameter_title
from mnist_core.config.table import SETTINGS, Setting, given_in
from mnist_core.text import English, english, exact

_AUGMENTATION = ("augmentation", "Augmentation", False)


def _columns() -> tuple[tuple[str, str, bool], ...]:
    """Return name, title, and whether values are numbers, column by column."""
    settings = [
        _AUGMENTATION if setting.section == "augment" else (name, setting.title, setting.is_number)
        for name, setting in SETTINGS.items()
    ]
    return (("name", "Name", False), ("model", "Model", False), *dict.fromkeys(settings))


# The same in every run, so that any run can tell TensorBoard about all of them; what a run does not have stays empty.
COLUMNS = _columns()
# TensorBoard shows these columns first; the others are ticked off at first.
_FIRST = ("dataset", "epochs", "learning_rate", "model", "optimizer")
# Columns of results: folder below the run's own, tag, title.
_RESULTS = (
    ("", "test_accuracy", "Test accuracy"),
    ("", "test_loss", "Test loss"),
    ("validation", "epoch_accuracy", "Validation accuracy"),
    ("train", "epoch_accuracy", "Training accuracy"),
    ("", "training_seconds", "Training seconds"),
)


@dataclass(frozen=True)
class TriedColumns:
    """What a study tried in a run: columns of their own where they are no settings, such as the units of a layer.

    Attributes
    ----------
    over : tuple of Parameter
        Of the study; these columns are shown first.
    values : mapping of str to value
        Of this trial.
    """

    over: tuple[Parameter, ...]
    values: Mapping[str, Any]

    def columns(self) -> tuple[tuple[str, str, bool], ...]:
        """Return the columns that other runs do not have; the same in each run of the study."""
        return tuple(
            (parameter.name, parameter_title(parameter.name, english), _has_numbers(parameter))
            for parameter in self.over
            if parameter.name not in SETTINGS
        )

    def told(self) -> dict[str, str | float]:
        """Return the values of these columns, as far as this trial has them."""
        return {
            name: float(self.values[name]) if is_number else str(self.values[name])
            for name, _, is_number in self.columns()
            if name in self.values
        }


def _has_numbers(parameter: Parameter) -> bool:
    values = parameter.values
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def settings_of(config: RunConfig, name: str, t: English = english) -> dict[str, str | float]:
    """Return what a run was trained with, by column; settings without an effect on it are left out.

    Words are translated by `t`. Layers and values keep the names that Keras and ``--set`` know them by.
    """
    given = config.given
    values: dict[str, str | float] = {"name": name, "model": model_words(config, t)}
    for key, setting in SETTINGS.items():
        value = setting.value(given)
        if value is not None and setting.section != "augment" and setting.is_told(given):
            values[key] = value if setting.is_number else str(value)
    if isinstance(config.model, NetworkConfig):
        values["augmentation"] = augmentation_words(config) or t("none")
    return values


def told_settings(told: Mapping[str, str | float]) -> dict[str, dict[str, Any]]:
    """Return the parts of a configuration that `settings_of` told, all but the model; not checked.

    Logs have what was used, whether it was set or not: what is the default anyway counts as not set.
    """
    values: dict[str, dict[str, Any]] = {"data": {"validation_split": 0.0}, "train": {}}
    values["augment"] = _told_augmentation(str(told.get("augmentation", "none")))
    for name, setting in SETTINGS.items():
        if name in told and setting.section in ("data", "train"):
            values[setting.section][name] = _told(setting, told[name])
    given = given_in(values)
    for name, value in values["train"].items():
        setting = SETTINGS[name]
        if setting.spec.unset is not None and value == setting.spec.unset(given):
            values["train"][name] = setting.default
    return values


def _told(setting: Setting, value: str | float) -> Any:
    if setting.is_whole:
        return int(value)
    return value == "True" if value in ("True", "False") else value


def _told_augmentation(words: str) -> dict[str, Any]:
    """Return what ``rotation 10, mirror`` says, as `augmentation_words` writes it."""
    found: dict[str, Any] = {}
    for word in words.split(", "):
        name, _, value = word.partition(" ")
        if name in AugmentationConfig.model_fields:
            found[name] = float(value) if value else True
    return found


def model_words(config: RunConfig, t: English = english) -> str:
    """Return a network in a few words: ``Conv2D 32 - MaxPooling2D 2 - Dense 128``."""
    if isinstance(config.model, LogisticConfig):
        return t("logistic regression")
    words = " - ".join(layer.brief() for layer in config.model.layers) or t("no hidden layer")
    return t("{network}, fine-tuned", network=words) if config.fine_tune is not None else words


def augmentation_words(config: RunConfig) -> str:
    """Return how training images were changed: ``rotation 10, shift 2``; empty where they were not."""
    used = {name: value for name, value in config.augment.model_dump().items() if value}
    return ", ".join(name if value is True else f"{name} {exact(value)}" for name, value in used.items())


def beginning(values: Mapping[str, str | float], wall_time: float, tried: TriedColumns | None = None) -> list[Any]:
    """Return the events that tell the view its columns, and a run's settings; `tried` is for a run of a study."""
    from google.protobuf import struct_pb2
    from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

    columns, first = COLUMNS, frozenset(_FIRST)
    if tried is not None:
        columns, values = (*COLUMNS, *tried.columns()), {**values, **tried.told()}
        first = frozenset(parameter.name for parameter in tried.over)
    experiment = api_pb2.Experiment(
        hparam_infos=[
            api_pb2.HParamInfo(
                name=name,
                display_name=title,
                differs=name in first,
                type=api_pb2.DATA_TYPE_FLOAT64 if is_number else api_pb2.DATA_TYPE_STRING,
            )
            for name, title, is_number in columns
        ],
        metric_infos=[
            api_pb2.MetricInfo(name=api_pb2.MetricName(group=group, tag=tag), display_name=title)
            for group, tag, title in _RESULTS
        ],
    )
    start = plugin_data_pb2.SessionStartInfo(start_time_secs=wall_time)
    for name, value in values.items():
        if isinstance(value, str):
            start.hparams[name].CopyFrom(struct_pb2.Value(string_value=value))
        else:
            start.hparams[name].CopyFrom(struct_pb2.Value(number_value=value))
    return [
        _event(metadata.EXPERIMENT_TAG, plugin_data_pb2.HParamsPluginData(experiment=experiment), wall_time),
        _event(metadata.SESSION_START_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_start_info=start), wall_time),
    ]


def ending(success: bool) -> Any:
    """Return the event that tells the view how a run ended."""
    from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

    now = time.time()
    status = api_pb2.STATUS_SUCCESS if success else api_pb2.STATUS_FAILURE
    end = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=now)
    return _event(metadata.SESSION_END_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_end_info=end), now)


def _event(tag: str, data: Any, wall_time: float) -> Any:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.hparams import metadata

    value = Summary.Value(tag=tag, metadata=metadata.create_summary_metadata(data), tensor=metadata.NULL_TENSOR)
    return Event(wall_time=wall_time, summary=Summary(value=[value]))

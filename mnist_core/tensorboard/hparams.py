"""Settings and results as TensorBoard's HParams view lists them, one run a row."""

import time
from collections.abc import Mapping
from typing import Any

from mnist_core.config import LogisticConfig, NetworkConfig, RunConfig
from mnist_core.text import exact

# Columns: name, title, whether its values are numbers. The same in every run, so that any run can tell TensorBoard
# about all of them; what a run does not have stays empty.
SETTINGS: tuple[tuple[str, str, bool], ...] = (
    ("name", "Name", False),
    ("dataset", "Dataset", False),
    ("model", "Model", False),
    ("optimizer", "Optimizer", False),
    ("learning_rate", "Learning rate", True),
    ("schedule", "Learning rate over time", False),
    ("batch_size", "Batch size", True),
    ("epochs", "Epochs", True),
    ("loss", "Loss", False),
    ("validation_split", "Validation split", True),
    ("train_size", "Training images", True),
    ("augmentation", "Augmentation", False),
    ("early_stopping", "Early stopping", True),
    ("precision", "Number precision", False),
    ("seed", "Seed", True),
)
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


def settings_of(config: RunConfig, name: str) -> dict[str, str | float]:
    """Return what a run was trained with, by column; settings without an effect on it are left out."""
    values: dict[str, str | float | None] = {
        "name": name,
        "dataset": config.data.dataset,
        "model": model_words(config),
        "epochs": config.train.epochs,
        "train_size": config.data.train_size,
        "seed": config.train.seed,
    }
    if isinstance(config.model, NetworkConfig):
        train = config.train
        values |= {
            "optimizer": train.optimizer,
            "learning_rate": config.effective_learning_rate,
            "schedule": train.schedule,
            "batch_size": train.batch_size,
            "loss": train.loss,
            "validation_split": config.data.validation_split,
            "augmentation": augmentation_words(config),
            "early_stopping": train.early_stopping,
            "precision": train.precision,
        }
    return {name: value for name, value in values.items() if value is not None}


def model_words(config: RunConfig) -> str:
    """Return a network in a few words: ``Conv2D 32 - MaxPooling2D 2 - Dense 128``."""
    if isinstance(config.model, LogisticConfig):
        return "logistic regression"
    return (" - ".join(layer.brief() for layer in config.model.layers) or "no hidden layer") + (
        ", fine-tuned" if config.fine_tune is not None else ""
    )


def augmentation_words(config: RunConfig) -> str:
    """Return how training images were changed: ``rotation 10, shift 2``, or ``none``."""
    used = {name: value for name, value in config.augment.model_dump().items() if value}
    return ", ".join(name if value is True else f"{name} {exact(value)}" for name, value in used.items()) or "none"


def beginning(values: Mapping[str, str | float], wall_time: float) -> list[Any]:
    """Return the events that tell the view its columns, and a run's settings."""
    from google.protobuf import struct_pb2
    from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

    experiment = api_pb2.Experiment(
        hparam_infos=[
            api_pb2.HParamInfo(
                name=name,
                display_name=title,
                differs=name in _FIRST,
                type=api_pb2.DATA_TYPE_FLOAT64 if is_number else api_pb2.DATA_TYPE_STRING,
            )
            for name, title, is_number in SETTINGS
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

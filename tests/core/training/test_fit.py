"""Training in this process, on tiny data: events, stopping, divergence, repeatability."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from mnist_core.config import Conv2D, DataConfig, Dense, Dropout, MaxPooling2D, NetworkConfig, RunConfig, TrainConfig
from mnist_core.datasets import Dataset
from mnist_core.errors import TrainingDivergedError
from mnist_core.store import MetricPoint
from mnist_core.training.fit import encode_labels, fit, scale, steps_per_epoch

pytestmark = pytest.mark.slow


class ListSink:
    """Collects the events of a run."""

    def __init__(self) -> None:
        self.collected: list[MetricPoint] = []

    def phase(self, name: str) -> None:
        """Not used by fit."""

    def started(self, device: str, steps_per_epoch: int) -> None:
        """Not used by fit."""

    def points(self, points: Sequence[MetricPoint]) -> None:
        self.collected += points

    def history(self, name: str) -> list[float]:
        return [p.values[name] for p in self.collected if p.kind == "epoch"]


def config(**train: object) -> RunConfig:
    return RunConfig(
        data=DataConfig(dataset="digits", validation_split=0.2),
        model=NetworkConfig(layers=(Dense(units=16),)),
        train=TrainConfig.model_validate({"epochs": 3, "batch_size": 16, **train}),
    )


def trained(dataset: Dataset, settings: RunConfig, **options: object):
    from mnist_core.models.build import build_model

    sink = ListSink()
    model = build_model(settings)
    result = fit(model, dataset, settings, sink, **options)
    return model, sink, result


def test_epoch_points_carry_training_and_validation_metrics(tiny_dataset: Dataset) -> None:
    _, sink, result = trained(tiny_dataset, config())
    epochs = [p for p in sink.collected if p.kind == "epoch"]
    assert [p.epoch for p in epochs] == [1, 2, 3]
    assert [p.step for p in epochs] == [10, 20, 30]
    assert all(set(p.values) == {"loss", "accuracy", "val_loss", "val_accuracy"} for p in epochs)
    assert len(result.epoch_seconds) == 3


def test_the_figures_are_those_of_the_plain_script(tiny_dataset: Dataset) -> None:
    import keras

    from mnist_core.models.build import build_model

    settings = config()
    _, sink, _ = trained(tiny_dataset, settings)
    model = build_model(settings)
    plain = model.fit(
        tiny_dataset.x_train / 255.0,
        keras.utils.to_categorical(tiny_dataset.y_train, 10),
        batch_size=16,
        epochs=3,
        validation_split=0.2,
        verbose=0,
    )
    for name, values in plain.history.items():
        np.testing.assert_allclose(sink.history(name), values, atol=1e-4)


def test_the_same_seed_gives_the_same_history_and_another_does_not(tiny_dataset: Dataset) -> None:
    first, second, other = (trained(tiny_dataset, config(seed=seed))[1].history("loss") for seed in (1, 1, 2))
    assert first == second
    assert first != other


def test_stop_ends_training_within_one_batch_and_keeps_the_weights(tiny_dataset: Dataset) -> None:
    asked = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) >= 4

    model, sink, result = trained(tiny_dataset, config(epochs=50), stop_requested=stop)
    assert len(asked) == 4
    assert result.epoch_seconds == []  # a half epoch has no result
    assert sink.history("loss") == []
    assert np.isfinite(model.predict(scale(tiny_dataset.x_test), verbose=0)).all()


def test_early_stopping_ends_before_the_last_epoch(tiny_dataset: Dataset) -> None:
    # Labels without a pattern: learning them by heart makes the validation loss worse.
    noise = replace(tiny_dataset, y_train=np.random.default_rng(0).permutation(tiny_dataset.y_train))
    _, sink, _ = trained(noise, config(epochs=30, early_stopping=1, learning_rate=0.01))
    assert 1 < len(sink.history("loss")) < 30


def test_a_loss_that_is_no_number_is_explained(tiny_dataset: Dataset) -> None:
    settings = config(optimizer="sgd", learning_rate=10.0, momentum=0.99, epochs=200)
    deep = settings.model_copy(
        update={"model": NetworkConfig(layers=tuple(Dense(units=64, activation="linear") for _ in range(6)))}
    )
    with pytest.raises(TrainingDivergedError, match="Try a learning rate of 1 instead of 10"):
        trained(tiny_dataset, deep)


def test_both_ways_to_write_labels_learn_the_same(tiny_dataset: Dataset) -> None:
    losses = [
        trained(tiny_dataset, config(loss=loss))[1].history("loss")
        for loss in ("categorical_crossentropy", "sparse_categorical_crossentropy")
    ]
    np.testing.assert_allclose(*losses, atol=1e-4)


def test_labels_are_encoded_as_the_loss_wants_them() -> None:
    labels = np.array([2, 0], dtype=np.uint8)
    np.testing.assert_array_equal(encode_labels(labels, config(), 3), [[0, 0, 1], [1, 0, 0]])
    np.testing.assert_array_equal(encode_labels(labels, config(loss="sparse_categorical_crossentropy"), 3), [2, 0])


def test_a_convolutional_network_learns(tiny_dataset: Dataset) -> None:
    layers = (Conv2D(filters=4), MaxPooling2D(), Dropout(rate=0.1))
    settings = config(epochs=8, learning_rate=0.01).model_copy(update={"model": NetworkConfig(layers=layers)})
    _, sink, _ = trained(tiny_dataset, settings)
    assert sink.history("loss")[-1] < sink.history("loss")[0]


def test_steps_count_the_last_smaller_batch(tiny_dataset: Dataset) -> None:
    assert steps_per_epoch(tiny_dataset, config(batch_size=50)) == 4  # 160 training images


def test_scaled_images_are_float32_from_0_to_1() -> None:
    scaled = scale(np.array([[0, 255]], dtype=np.uint8))
    assert scaled.dtype == np.float32
    assert scaled.tolist() == [[0.0, 1.0]]

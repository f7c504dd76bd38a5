"""How fast: the limits of the card, and an epoch by the engine and by plain Keras in turn."""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

from benchmarks.gpu_check.card import best_of, compiled, peak_memory
from benchmarks.gpu_check.material import config_of, settings_of
from benchmarks.gpu_check.rows import Row
from mnist_core.config import RunConfig
from mnist_core.datasets import load_dataset
from mnist_core.models.build import build_model
from mnist_core.models.cost import training_cost
from mnist_core.system.libraries import load_keras
from mnist_core.training.device import prepare_device
from mnist_core.training.steps import encode_labels, make_steps, scale

ROUNDS = 2


def limits(options: argparse.Namespace) -> Row:
    """Measure the largest rate of float32 multiplications, and of bytes that go through memory."""
    keras = load_keras()
    device = prepare_device()
    size = 512 if options.device == "cpu" else 8192
    square, long = keras.ops.ones((size, size)), keras.ops.ones((size * size * 4,))
    multiply, add = compiled(lambda a: keras.ops.sum(keras.ops.matmul(a, a))), compiled(lambda a: a + 1.0)
    return {
        "device": device,
        "matmul_per_second": 2 * size**3 / best_of(lambda: multiply(square)),
        "bytes_per_second": 2 * 4 * size * size * 4 / best_of(lambda: add(long)),
    }


def epoch(options: argparse.Namespace) -> Row:
    """Train a recipe for an epoch, engine and plain ``fit`` in turn; neither changes images at random."""
    load_keras()
    device, config = prepare_device(), config_of(options)
    config = config.model_copy(update={"augment": RunConfig().augment})
    images, labels = load_dataset(config.data.dataset, settings_of(options)).split("train", config.data)
    batches = -(-len(images) // config.train.batch_size)
    engine, plain = (build_model(config, config.spec.num_classes, batches) for _ in range(2))
    steps = make_steps(engine, images, labels, config)
    x, y = scale(images), encode_labels(labels, config, config.spec.num_classes)

    def by_engine() -> None:
        steps.begin_epoch(np.random.default_rng(0).permutation(len(images)).astype(np.int32), 0)
        position = 0
        while position < batches:
            position += steps.advance(position, 256).batches

    def by_fit() -> None:
        plain.fit(x, y, batch_size=config.train.batch_size, epochs=1, verbose=0)

    seconds = _in_turn({"engine": by_engine, "fit": by_fit})
    cost = training_cost(config.model, config.spec.num_classes)  # type: ignore[arg-type]
    usual = {name: statistics.median(times[1:]) for name, times in seconds.items()}
    return {
        "device": device,
        "engine_epoch": usual["engine"],
        "fit_epoch": usual["fit"],
        "ratio": usual["fit"] / usual["engine"],
        "first_epoch": seconds["engine"][0],
        "images_per_second": len(images) / usual["engine"],
        "operations_per_second": len(images) * (cost.dense_flops + cost.conv_flops) / usual["engine"],
        "peak_memory": peak_memory(),
    }


def _in_turn(ways: dict[str, Callable[[], None]]) -> dict[str, list[float]]:
    """Return the seconds of each way, one after the other in each round; the first round compiles."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(1 + ROUNDS):
        for name, train in ways.items():
            begin = time.monotonic()
            train()
            seconds[name].append(time.monotonic() - begin)
    return seconds

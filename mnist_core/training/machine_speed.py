"""Measuring how fast this computer trains, so that a page can say what a run will take."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from mnist_core.config import (
    BatchNormalization,
    Conv2D,
    DataConfig,
    Dense,
    MaxPooling2D,
    NetworkConfig,
    RunConfig,
    TrainConfig,
)
from mnist_core.models.cost import training_cost
from mnist_core.models.speed import DeviceSpeed, Speed, read_speed, write_speed

_BATCH = 128
_IMAGES = 16 * _BATCH
_ROUNDS = 3  # the best counts: other work on the machine only ever makes it slower
_LEAST = 1e-8  # seconds an image: noise must not make it nothing or less
_NETWORKS = {
    "step": NetworkConfig(),
    "dense": NetworkConfig(layers=(Dense(units=512),)),
    "conv": NetworkConfig(layers=(Conv2D(filters=32), MaxPooling2D(), Conv2D(filters=64), MaxPooling2D())),
    # Where there is little arithmetic for each number, batch normalization takes most of the time.
    "normalization": NetworkConfig(
        layers=(Conv2D(filters=16), BatchNormalization(), Conv2D(filters=16), BatchNormalization(), MaxPooling2D())
    ),
}


def measure_speed(precision: str, wanted: Callable[[], bool]) -> Speed | None:
    """Train four small networks for a moment and return what they tell.

    Parameters
    ----------
    precision : str
        See `TrainConfig.precision`.
    wanted : callable
        Asked in between; True gives up, and the answer is None.
    """
    step: dict[str, float] = {}
    for name, network in _NETWORKS.items():
        seconds = _step_seconds(network, precision, wanted)
        if seconds is None:
            return None
        step[name] = seconds
    # Each network tells one figure, once what the earlier ones told is taken off.
    cost = {name: training_cost(network) for name, network in _NETWORKS.items()}
    image = {name: (seconds - step["step"]) / _BATCH for name, seconds in step.items()}
    dense = cost["dense"].dense_flops / max(image["dense"], _LEAST)
    left = image["conv"] - cost["conv"].dense_flops / dense
    conv = cost["conv"].conv_flops / max(left, _LEAST)
    known = cost["normalization"].dense_flops / dense + cost["normalization"].conv_flops / conv
    normalization = max(image["normalization"] - known, 0.0) / cost["normalization"].normalized
    return Speed(dense=dense, conv=conv, normalization=normalization, step=step["step"])


def _step_seconds(network: NetworkConfig, precision: str, wanted: Callable[[], bool]) -> float | None:
    from mnist_core.models.build import build_model
    from mnist_core.training.steps import make_steps

    config = RunConfig(
        data=DataConfig(validation_split=0.0),
        model=network,
        train=TrainConfig(optimizer="rmsprop", batch_size=_BATCH, epochs=200).model_copy(
            update={"precision": precision}
        ),
    )
    images, labels = np.zeros((_IMAGES, 28, 28), np.uint8), np.zeros(_IMAGES, np.uint8)
    if wanted():
        return None
    steps = make_steps(build_model(config), images, labels, config)
    steps.begin_epoch(np.arange(_IMAGES, dtype=np.int32), 0)
    steps.advance(0, 2)  # compiles
    times = []
    for _ in range(_ROUNDS):
        if wanted():
            return None
        begin = time.monotonic()
        done = steps.advance(0, _IMAGES // _BATCH).batches
        times.append((time.monotonic() - begin) / done)
    return min(times)


def calibrate_once(path: Path, wanted: Callable[[], bool]) -> None:
    """Measure this computer and keep the result in `path`, unless that was done before."""
    from mnist_core.training.device import device_name

    device = device_name()
    known = read_speed(path)
    if known is not None and known.device == device:
        return
    speed = calibrate(device, wanted)
    if speed is not None:
        write_speed(speed, path)


def calibrate(device: str, wanted: Callable[[], bool]) -> DeviceSpeed | None:
    """Return the speed of this computer with each precision; None where a run came in between."""
    precisions = {}
    for precision in ("float32", "mixed_bfloat16"):
        speed = measure_speed(precision, wanted)
        if speed is None:
            return None
        precisions[precision] = speed
    return DeviceSpeed(device, precisions)

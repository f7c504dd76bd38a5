"""What a computer's speed is read from."""

import pytest

from mnist_core.config import RunConfig
from mnist_core.models.speed import DeviceSpeed, Speed
from mnist_core.training import machine_speed


def seconds_at(speed: Speed):
    """Return what stands for the measurement on a computer of a known speed."""

    def step_seconds(network, precision, wanted):
        config = RunConfig(model=network).with_settings({"batch_size": 128})
        return DeviceSpeed("", {config.train.precision: speed}).step_seconds(config)

    return step_seconds


def test_the_measurements_of_four_networks_tell_the_speed(monkeypatch):
    speed = Speed(dense=2e11, conv=1e11, normalization=5e-9, step=2e-4)
    monkeypatch.setattr(machine_speed, "_step_seconds", seconds_at(speed))
    found = machine_speed.measure_speed("float32", lambda: False)
    assert found is not None
    assert vars(found) == pytest.approx(vars(speed), rel=0.15)  # a step has the softmax layer in it


def test_noise_never_makes_a_speed_that_is_none(monkeypatch):
    monkeypatch.setattr(machine_speed, "_step_seconds", lambda *_: 0.001)  # as if all networks took the same
    found = machine_speed.measure_speed("float32", lambda: False)
    assert found is not None
    assert found.dense > 0
    assert found.conv > 0
    assert found.normalization == 0

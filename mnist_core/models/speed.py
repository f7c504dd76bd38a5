"""How fast this computer trains: measured once by a waiting worker, kept in a small file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mnist_core.config import NetworkConfig, RunConfig, TrainConfig
from mnist_core.config.choices import AUTO
from mnist_core.models.cost import training_cost
from mnist_core.settings import Settings
from mnist_core.system.files import replacing


@dataclass(frozen=True)
class Speed:
    """Training speed with one precision.

    Attributes
    ----------
    dense, conv : float
        Floating point operations a second in dense and in convolutional layers.
    normalization : float
        Seconds for each number that batch normalization goes through, forward and backward.
    step : float
        Seconds of a step beside all that.
    """

    dense: float
    conv: float
    normalization: float
    step: float


@dataclass(frozen=True)
class DeviceSpeed:
    """Training speed of a computer with each precision.

    Attributes
    ----------
    device : str
        Name of what was measured, as runs show it.
    precisions : dict of str to Speed
        By `TrainConfig.precision`.
    """

    device: str
    precisions: dict[str, Speed]

    def step_seconds(self, config: RunConfig) -> float:
        """Return the seconds of one training step; raises `ConfigError` for an impossible network."""
        assert isinstance(config.model, NetworkConfig)
        cost, speed = training_cost(config.model, config.spec.num_classes), self.precisions[config.train.precision]
        image = cost.dense_flops / speed.dense + cost.conv_flops / speed.conv + cost.normalized * speed.normalization
        return speed.step + config.train.batch_size * image

    def fastest_precision(self, config: RunConfig) -> str:
        """Return the precision with which a step takes least; raises `ConfigError` for an impossible network."""
        return min(self.precisions, key=lambda name: self.step_seconds(config.with_settings({"precision": name})))


# Two cores of an Intel Xeon (Sapphire Rapids), measured; benchmarks/README.md. Used until this
# computer has been measured itself.
REFERENCE = DeviceSpeed(
    device="",
    precisions={
        "float32": Speed(dense=190e9, conv=140e9, normalization=5e-9, step=1.0e-4),
        "mixed_bfloat16": Speed(dense=190e9, conv=300e9, normalization=6e-9, step=1.5e-4),
    },
)


def read_speed(path: Path) -> DeviceSpeed | None:
    """Return what an earlier measurement wrote, or None."""
    try:
        values = json.loads(path.read_text())
        return DeviceSpeed(values["device"], {name: Speed(**value) for name, value in values["precisions"].items()})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write_speed(speed: DeviceSpeed, path: Path) -> None:
    """Keep a measurement; raises `StorageError`."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(asdict(speed)))


def resolved(config: RunConfig, settings: Settings) -> RunConfig:
    """Return a configuration as it is trained on this computer: an automatic precision is one of the others there.

    A run is created with it, so that its record, fingerprint and figures are those of what was really done.

    Parameters
    ----------
    config : RunConfig
    settings : Settings
        They say where the measurement of this computer is kept. Before there is one it is normal precision, which no
        computer is bad at: mixed precision takes half of the time on one and three times as long on another.

    Raises
    ------
    ConfigError
        If the network's layers don't fit together.
    """
    if config.train.precision != AUTO:
        return config
    speed = read_speed(settings.speed_path) if isinstance(config.model, NetworkConfig) else None
    precision = speed.fastest_precision(config) if speed else TrainConfig().precision
    return config.with_settings({"precision": precision})


def is_settings_of(config: RunConfig, values: dict[str, Any], settings: Settings) -> bool:
    """Whether values (as of `RunConfig.model_dump`) are a configuration's, as written or as it is trained here."""
    return values in [one.model_dump(mode="json") for one in (config, resolved(config, settings))]

"""What the tests of training share: one folder with decoded digits a module, and small configurations."""

import math
import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from mnist_core.config import DataConfig, Dense, LayerConfig, LogisticConfig, NetworkConfig, RunConfig, TrainConfig
from mnist_core.datasets import Dataset, load_dataset
from mnist_core.settings import Settings
from mnist_core.store import MetricPoint, Store
from mnist_core.system.libraries import load_keras


class ListSink:
    """Keeps the events of a run in lists."""

    def __init__(self) -> None:
        self.phases: list[str] = []
        self.starts: list[tuple[str, int]] = []
        self.rewinds: list[int] = []
        self.all: list[MetricPoint] = []

    def phase(self, name: str) -> None:
        self.phases.append(name)

    def started(self, device: str, steps_per_epoch: int) -> None:
        self.starts.append((device, steps_per_epoch))

    def rewound(self, step: int) -> None:
        self.rewinds.append(step)

    def points(self, points: Sequence[MetricPoint]) -> None:
        self.all.extend(points)

    def of(self, kind: str) -> list[MetricPoint]:
        return [point for point in self.all if point.kind == kind]

    def history(self) -> dict[str, list[float]]:
        epochs = self.of("epoch")
        return {name: [point.values[name] for point in epochs] for name in (epochs[0].values if epochs else ())}


@pytest.fixture
def sink() -> ListSink:
    return ListSink()


@pytest.fixture
def choose_way(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Return a function that chooses how steps are done: one by one, or looped over within a compiled program."""

    def choose(looped: bool) -> None:
        if load_keras().config.backend() == "jax":
            name, value = "jax_steps.steps_per_turn", lambda config: 5 if looped else 1
        else:
            name, value = "tensorflow_steps._WORTH_COMPILING", 0 if looped else math.inf
        monkeypatch.setattr(f"mnist_core.training.{name}", value)

    return choose


@pytest.fixture(scope="session")
def shared_digits(_digits_home: Settings) -> Dataset:
    """Return the bundled digits, decoded once for all tests."""
    return load_dataset("digits", _digits_home)


@pytest.fixture(scope="module")
def module_store(_digits_home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store for all tests of a module; its home has the digits decoded already."""
    home = tmp_path_factory.mktemp("module")
    settings = Settings(home=home, keras_dir=home / "none", data_dir=None, offline=True)
    shutil.copytree(_digits_home.datasets_dir, settings.datasets_dir)
    store = Store(settings)
    yield store
    store.close()


@pytest.fixture(scope="session")
def network() -> Callable[..., RunConfig]:
    """Return a function that makes a small network's configuration: ``network(Dense(units=4), epochs=2)``."""

    def make(*layers: LayerConfig, dataset: str = "digits", validation_split: float = 0.2, **train: Any) -> RunConfig:
        return RunConfig(
            data=DataConfig(dataset=dataset, validation_split=validation_split),
            model=NetworkConfig(layers=layers or (Dense(units=16),)),
            train=TrainConfig(**{"epochs": 2, "batch_size": 100, **train}),
        )

    return make


@pytest.fixture(scope="session")
def endless(network: Callable[..., RunConfig]) -> RunConfig:
    """Return a configuration that trains for minutes, so a test always meets it at work."""
    return network(epochs=200, batch_size=1)


@pytest.fixture(scope="session")
def baseline() -> RunConfig:
    """Return a configuration that ends within a second or two and needs no Keras."""
    return RunConfig(
        data=DataConfig(dataset="digits"),
        model=LogisticConfig(folds=3),
        train=TrainConfig(epochs=1),
    )

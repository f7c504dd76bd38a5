"""Fixtures of all tests: every test has its own home folder, and nothing is ever downloaded."""

import mnist_core.as_program  # noqa: F401

# isort: split
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest

from mnist_core.config import DataConfig, Dense, NetworkConfig, RunConfig, TrainConfig
from mnist_core.config.datasets import FASHION_MNIST, DatasetSpec
from mnist_core.config.kinds import CLOTHES, LETTERS, ImageKind
from mnist_core.datasets import DATASETS, Dataset, load_dataset, shared_provider
from mnist_core.datasets.load import cache_dir
from mnist_core.evaluation import accuracy, cross_entropy
from mnist_core.settings import Settings, get_settings
from mnist_core.store import MetricPoint, Outcome, RunRecord, RunState, Store, shared_store
from mnist_core.system.background import shared_background
from mnist_core.system.libraries import load_keras
from mnist_core.system.processes import own_process
from tests.once import shared_folder
from tests.s3_server import S3Server, running_store, use

if TYPE_CHECKING:
    from tests.postgres import PostgresServer

# Read before any test changes the environment.
_REAL_DATA_DIR = os.environ.get("MNIST_LAB_DATA_DIR")
# `make test` runs what trains once more with JAX.
_BACKEND = os.environ.get("MNIST_LAB_BACKEND")
os.environ["LC_ALL"] = "C.UTF-8"  # a terminal speaks the language that it names, and tests read English
Models = dict[str, tuple[bytes, npt.NDArray[np.float32]]]  # by kind: a graph, and its test probabilities


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files of the longest tests: at the end short ones let no process wait for another."""
    long = Counter(item.path for item in items for name in ("slow", "e2e") if item.get_closest_marker(name))
    items.sort(key=lambda item: -long[item.path])


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, _empty_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give every test its own home folder and fresh singletons."""
    for name in [name for name in os.environ if name.startswith("MNIST_LAB_")]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    monkeypatch.setenv("MNIST_LAB_HOME", str(home))
    # And none finds the person's own lab, whatever it does with that variable.
    monkeypatch.setattr("mnist_core.settings._below_the_persons_home", (tmp_path / "the person").joinpath)
    monkeypatch.setenv("MNIST_LAB_KERAS_DIR", str(_empty_dir))
    monkeypatch.setenv("MNIST_LAB_OFFLINE", "1")
    if _BACKEND:
        monkeypatch.setenv("MNIST_LAB_BACKEND", _BACKEND)
    # A waiting worker would take the processor from the tests; those about it turn it on.
    monkeypatch.setenv("MNIST_LAB_WARM_SPARE", "0")
    _forget_singletons()
    yield home
    studies = sys.modules.get("mnist_core.studies")
    if studies is not None:
        studies.close_shared_driver()
    engine = sys.modules.get("mnist_core.engine")
    if engine is not None:
        engine.close_shared_supervisor()
        shared_background.cache_clear()
        engine.close_shared_analyses()
    _forget_singletons()


@pytest.fixture(scope="session", autouse=True)
def _compiled_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what JAX compiles, for both processes: most tests train the same few networks again."""
    if _BACKEND == "jax":
        load_keras()
        import jax

        jax.config.update("jax_compilation_cache_dir", str(shared_folder(tmp_path_factory) / "jax"))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)


@pytest.fixture(scope="session")
def _empty_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("empty")


def _forget_singletons() -> None:
    if shared_store.cache_info().currsize:
        shared_store().close()
    for cached in (shared_store, shared_provider, get_settings):
        cached.cache_clear()


@pytest.fixture
def settings() -> Settings:
    """Return the settings of this test."""
    return get_settings()


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """Return an empty store in this test's home, closed afterwards."""
    store = Store(settings)
    yield store
    store.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator["PostgresServer"]:
    """Return a real PostgreSQL server, this process's own."""
    from tests.postgres import PostgresServer

    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture
def postgres(postgres_server: "PostgresServer", own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Let this test keep its records in an empty database of its own on a PostgreSQL server; return its address."""
    url = postgres_server.new_database()
    monkeypatch.setenv("MNIST_LAB_DATABASE_URL", url)
    get_settings.cache_clear()
    yield url
    _forget_singletons()
    postgres_server.drop_database(url)


@pytest.fixture(scope="session")
def _object_store() -> Iterator[S3Server]:
    with running_store() as store:
        yield store


@pytest.fixture
def object_store(_object_store: S3Server, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """Return an empty object store that keeps the files of this test's runs; ask for it before `store`."""
    use(_object_store, monkeypatch)
    get_settings.cache_clear()
    return _object_store


@pytest.fixture
def elsewhere(store: Store, tmp_path: Path) -> Iterator[Store]:
    """Return the store of another computer: the same database, and a home of its own."""
    home = tmp_path / "elsewhere"
    home.mkdir()
    (home / "mnist_lab.db").symlink_to(store.settings.database_path)
    other = Store(store.settings.model_copy(update={"home": home}))
    yield other
    other.close()


@pytest.fixture
def uncounted_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing count the lines of child processes, which is a third of their time: others count those of ours."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


# data


@pytest.fixture
def tiny_dataset() -> Dataset:
    """Return 200 + 50 images that are easy to learn: a bright square at a place of its own for each class."""
    rng = np.random.default_rng(0)
    x_train, y_train = _squares(200, rng)
    x_test, y_test = _squares(50, rng)
    return Dataset(DATASETS["digits"], x_train, y_train, x_test, y_test)


def _squares(n: int, rng: np.random.Generator) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    labels = rng.permutation(np.arange(n) % 10).astype(np.uint8)
    images = rng.integers(0, 60, (n, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        row, column = 2 + 13 * (label // 5), 1 + 5 * (label % 5)
        image[row : row + 10, column : column + 5] += 180
    return images, labels


@pytest.fixture(scope="session")
def _digits_home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("digits")
    settings = Settings(home=home, keras_dir=home / "keras", data_dir=None, offline=True)
    load_dataset("digits", settings)
    return settings


@pytest.fixture
def digits(settings: Settings, _digits_home: Settings) -> Dataset:
    """Return the bundled digits; this test's home has them decoded already."""
    folder = settings.datasets_dir / "digits-v1"
    if not folder.exists():
        shutil.copytree(_digits_home.datasets_dir / "digits-v1", folder)
    return load_dataset("digits", settings)


@pytest.fixture
def dataset_of(
    settings: Settings, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> Callable[[ImageKind], DatasetSpec]:
    """Return a function that registers a dataset of a kind, with the images of the bundled digits.

    Its classes are called as clothes or letters are: names of clothes are words, and those of digits none.
    """
    class_names = {CLOTHES.id: FASHION_MNIST.class_names, LETTERS.id: tuple("ABCDEFGHIJ")}

    def registered(kind: ImageKind) -> DatasetSpec:
        name, names = f"some_{kind.id}", class_names.get(kind.id, digits.spec.class_names)
        spec = replace(digits.spec, id=name, kind=kind, collection=name, class_names=names)
        monkeypatch.setitem(DATASETS, name, spec)
        cache_dir(spec, settings).symlink_to(cache_dir(digits.spec, settings))
        return spec

    return registered


@pytest.fixture
def real_data_dir() -> Path:
    """Return the folder with the published files, named by MNIST_LAB_DATA_DIR; skip without it."""
    if not _REAL_DATA_DIR:
        pytest.skip("needs the published files: set MNIST_LAB_DATA_DIR to their folder")
    folder = Path(_REAL_DATA_DIR).expanduser()
    if not (folder / "mnist.npz").is_file():
        pytest.skip(f"needs the published files: there is no mnist.npz in MNIST_LAB_DATA_DIR={folder}")
    return folder


@pytest.fixture(scope="session")
def compat_dir() -> Path:
    """Return the folder with what an older version made, which lies beside the published files; skip without it."""
    folder = Path(_REAL_DATA_DIR or "none").expanduser().parent / "compat"
    if not (folder / "lab.tgz").is_file():
        pytest.skip("needs what an older version made: a folder compat beside that of MNIST_LAB_DATA_DIR")
    return folder


@pytest.fixture(scope="session")
def _decoded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("decoded")


@pytest.fixture
def real_settings(
    real_data_dir: Path, own_home: Path, _decoded_once: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """Return settings with the published files; all tests share the decoded arrays, but not the runs.

    The environment says the same, so processes that a test starts see the same data.
    """
    monkeypatch.setenv("MNIST_LAB_DATA_DIR", str(real_data_dir))
    own_home.mkdir(exist_ok=True)
    (own_home / "datasets").symlink_to(_decoded_once, target_is_directory=True)
    get_settings.cache_clear()
    return get_settings()


# runs


@pytest.fixture(scope="session")
def _digits_models(_digits_home: Settings) -> Models:
    """Return graphs of the bundled digits by least squares with their test probabilities, by the kind of the model.

    The network has one layer of 16 units, of which ten pass on the baseline's scores.
    """
    from mnist_core.models.onnx_writer import baseline_onnx, network_onnx
    from mnist_core.training.logistic import LogisticModel

    dataset = load_dataset("digits", _digits_home)
    x = np.hstack([dataset.x_train.reshape(-1, 784) / 255.0, np.ones((len(dataset.x_train), 1))])
    targets = np.where(np.eye(10)[dataset.y_train] > 0, 3.0, -3.0)
    solution = np.linalg.solve(x.T @ x + 10.0 * np.eye(785), x.T @ targets)
    model = LogisticModel(solution[:-1].T.copy(), solution[-1])
    above = 16.0  # more than any score is below zero, where a unit would pass on nothing
    arrays = {
        "01_Dense/kernel": np.pad(solution[:-1], ((0, 0), (0, 6))),
        "01_Dense/bias": np.pad(solution[-1] + above, (0, 6)),
        "02_Dense/kernel": np.eye(16, 10),
        "02_Dense/bias": np.full(10, -above),
    }
    weights = {name: values.astype(np.float32) for name, values in arrays.items()}
    scores = model.scores(dataset.x_test.reshape(-1, 784) / 255.0)
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return {
        "logistic_sgd": (baseline_onnx(model.arrays), model.predict(dataset.x_test)),
        "network": (
            network_onnx(NetworkConfig(layers=(Dense(units=16),)), weights),
            (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32),
        ),
    }


@pytest.fixture
def finished_run(store: Store, digits: Dataset, _digits_models: Models) -> Callable[..., RunRecord]:
    """Return a function that records a completed run of the bundled digits: ``finished_run(name="x", owner="y")``."""
    return recorder(store, digits, _digits_models)


def recorder(store: Store, digits: Dataset, models: Models) -> Callable[..., RunRecord]:
    """Return a function that records a completed run of the bundled digits by hand, without Keras.

    The model, its test probabilities and figures are real; the validation probabilities and the
    curve are made up. ``recorded(state=RunState.STOPPED, name="x", owner="y", config=...)``.
    """

    def make(
        config: RunConfig | None = None,
        *,
        name: str = "A finished run",
        owner: str | None = None,
        recipe: str | None = None,
        state: RunState = RunState.COMPLETED,
    ) -> RunRecord:
        config = config or RunConfig(
            data=DataConfig(dataset="digits"),
            model=NetworkConfig(layers=(Dense(units=16),)),
            train=TrainConfig(epochs=3, batch_size=100),
        )
        onnx, probabilities = models[config.model.kind]
        run_id = store.new_runs.create(config, name, owner=owner, recipe=recipe)
        assert store.queue.claim(run_id, own_process())
        store.publishing.begin(run_id)
        files = store.files(run_id)
        files.onnx.write_bytes(onnx)
        tables = {"test": probabilities}
        if config.uses_validation:
            _, labels = digits.split("validation", config.data)
            tables["validation"] = (0.82 * np.eye(10)[labels] + 0.018).astype(np.float32)
        files.write_probabilities(tables)
        files.log.write_text("Epoch 1/3\nEpoch 2/3\nEpoch 3/3\n")
        store.queue.update_progress(run_id, device="CPU: test", steps_per_epoch=12)
        store.metrics.add(run_id, _curve(config))
        outcome = Outcome(
            test_loss=cross_entropy(probabilities, digits.y_test),
            test_accuracy=accuracy(probabilities, digits.y_test),
            parameters=7850,
            device="CPU: test",
            seconds={"import": 1.0, "data": 0.1, "fit": 0.9, "evaluate": 0.1, "export": 0.2},
            epoch_seconds=[0.3] * config.train.epochs,
        )
        store.publishing.publish(run_id)
        assert store.queue.finish(run_id, state, outcome=outcome)
        return store.runs.get(run_id)

    return make


def _curve(config: RunConfig) -> list[MetricPoint]:
    points = []
    for epoch in range(1, config.train.epochs + 1):
        values = {"loss": 1.0 / epoch, "accuracy": 1.0 - 0.2 / epoch}
        middle = MetricPoint(kind="batch", step=12 * epoch - 6, epoch=epoch, seconds=0.3 * epoch - 0.15, values=values)
        if config.uses_validation:
            values = values | {"val_loss": 1.1 / epoch, "val_accuracy": 1.0 - 0.25 / epoch}
        end = MetricPoint(kind="epoch", step=12 * epoch, epoch=epoch, seconds=0.3 * epoch, values=values)
        points += [middle, end]
    return points

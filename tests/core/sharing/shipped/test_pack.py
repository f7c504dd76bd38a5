"""A finished run becomes a package, and the package a run that answers as its figures say."""

import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from mnist_core.config import Conv2D, DataConfig, Dense, Dropout, MaxPooling2D, NetworkConfig, RunConfig, TrainConfig
from mnist_core.errors import RunStateError
from mnist_core.evaluation import accuracy, cross_entropy
from mnist_core.inference import open_classifier
from mnist_core.sharing.shipped import SHIPPED, install_shipped
from mnist_core.sharing.shipped.__main__ import main
from mnist_core.sharing.shipped.pack import pack, rounded
from mnist_core.sharing.shipped.package import FILES, Package, write_package
from mnist_core.store import RunState
from mnist_core.system.processes import own_process
from mnist_core.training.control import Control
from mnist_core.training.run import execute

MODEL = SHIPPED["mnist-only"]
CONFIG = RunConfig(
    data=DataConfig(dataset="digits", validation_split=0.2),
    model=NetworkConfig(
        layers=(Conv2D(filters=4), MaxPooling2D(pool_size=4), Dropout(rate=0.2), Dense(units=12)),
    ),
    train=TrainConfig(epochs=2, batch_size=50),
)


@pytest.fixture
def trained(store, digits):
    """Return a run that was really trained, on the bundled digits."""
    run_id = store.runs.create(CONFIG, "A run", recipe="small-cnn")
    assert store.queue.claim(run_id, own_process())
    record = execute(run_id, store, Control())
    assert record.state is RunState.COMPLETED, record.error
    return record


def test_a_run_is_packed_installed_and_answers_as_its_figures_say(trained, store, digits, folder):
    path = pack(trained.id, MODEL, store, folder)
    assert path == folder / "mnist-only.zip"
    assert install_shipped(store, folder) == [MODEL.run_id]
    run, files = store.runs.get(MODEL.run_id), store.files(MODEL.run_id)
    assert (run.name, run.config, run.recipe) == (MODEL.title, CONFIG, "small-cnn")
    assert run.outcome.parameters == trained.outcome.parameters
    assert run.epoch == 2
    assert store.metrics.history(MODEL.run_id).keys() == store.metrics.history(trained.id).keys()

    tables, labels = files.read_probabilities(), files.read_labels()
    np.testing.assert_array_equal(labels["test"], digits.y_test)
    np.testing.assert_array_equal(labels["validation"], digits.split("validation", CONFIG.data)[1])
    answers = open_classifier(files).predict(digits.x_test)
    np.testing.assert_allclose(answers, tables["test"], atol=1e-3)
    assert run.outcome.test_accuracy == accuracy(answers, digits.y_test) == accuracy(tables["test"], digits.y_test)
    assert run.outcome.test_loss == pytest.approx(cross_entropy(tables["test"], digits.y_test), rel=1e-2)
    images, known = digits.split("validation", CONFIG.data)
    said = open_classifier(files).predict(images)
    assert accuracy(said, known) == accuracy(tables["validation"], labels["validation"])
    assert {"kernel_01", "before", "after"} <= set(files.read_parts())


def test_the_same_run_gives_the_same_package(trained, store, folder, tmp_path):
    (tmp_path / "again").mkdir()
    with (
        Package(pack(trained.id, MODEL, store, folder)) as once,
        Package(pack(trained.id, MODEL, store, tmp_path / "again")) as again,
    ):
        for name in ("model.keras", "layers.onnx", "labels.npz"):
            assert again.read(name) == once.read(name), name
        # What is computed from them may differ in its last digits: threads add up in any order.
        for name in ("parts.npz", "probabilities.npz"):
            arrays, others = (np.load(io.BytesIO(package.read(name))) for package in (once, again))
            assert arrays.files == others.files
            for key in arrays.files:
                np.testing.assert_allclose(others[key], arrays[key], atol=1e-2)
        loss = again.manifest.outcome.test_loss
        assert loss == pytest.approx(once.manifest.outcome.test_loss, abs=1e-4)
        outcome = replace(once.manifest.outcome, test_loss=loss)
        assert again.manifest == once.manifest.model_copy(update={"outcome": outcome})


def test_the_same_content_gives_the_same_bytes(package, tmp_path):
    path = package("handwriting")
    with Package(path) as opened:
        write_package(tmp_path / "again.zip", opened.manifest, {name: opened.read(name) for name in FILES})
    assert (tmp_path / "again.zip").read_bytes() == path.read_bytes()


def test_keras_opens_what_is_shipped_without_an_optimizer(trained, store, folder, digits, tmp_path):
    import keras

    with Package(pack(trained.id, MODEL, store, folder)) as package:
        content = package.read("model.keras")
        table = np.load(io.BytesIO(package.read("probabilities.npz")))["test"]
    path = tmp_path / "model.keras"
    path.write_bytes(content)
    network = keras.models.load_model(path)
    assert not getattr(network, "optimizer", None)
    weights = network.get_weights()
    assert all(np.array_equal(weight, rounded(weight, 8)) for weight in weights)
    np.testing.assert_allclose(network.predict(digits.x_test / 255.0, verbose=0), table, atol=2e-3)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "date" not in archive.read("metadata.json").decode()


def test_the_command_says_what_it_made(trained, folder, monkeypatch, capsys):
    monkeypatch.setattr("mnist_core.sharing.shipped.__main__.FOLDER", folder)
    assert main(["pack", trained.id, "mnist-only"]) == 0
    said = capsys.readouterr().out
    assert "mnist-only.zip" in said
    assert f"{trained.outcome.test_accuracy:.4f} as trained" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["pack", "20200101-000000-00000000", "fashion"], "There is no run"),
        (["pack", "20200101-000000-00000000", "best"], "There is no"),
    ],
)
def test_bad_input_is_said_in_a_sentence(arguments, sentence, capsys):
    assert main(arguments) == 2
    assert sentence in capsys.readouterr().err


def test_only_a_completed_network_that_was_trained_here_is_packed(finished_run, package, store, folder):
    stopped = finished_run(state=RunState.STOPPED)
    with pytest.raises(RunStateError, match="Only a completed network"):
        pack(stopped.id, MODEL, store, folder)
    package("handwriting")
    install_shipped(store, folder)
    with pytest.raises(RunStateError, match="packed already"):
        pack(SHIPPED["handwriting"].run_id, MODEL, store, folder)


def test_weights_are_rounded_to_the_nearest():
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(0, 1, 1000), [0, -0.0, 1, 255 / 256, 511 / 512, 1e-30]]).astype(np.float32)
    for bits in (4, 8, 10, 22, 23):
        near = rounded(values, bits)
        assert near.dtype == np.float32
        assert np.all(np.abs(near - values) <= np.abs(values) * 2.0 ** -(bits + 1))
        np.testing.assert_array_equal(rounded(near, bits), near)
    np.testing.assert_array_equal(rounded(values, 10)[:1000], values[:1000].astype(np.float16).astype(np.float32))

"""A home folder, a bundle and links that version 2da586e made: this version opens them, with the same figures."""

import json
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest

from mnist_core.__main__ import main
from mnist_core.config.links import read_link
from mnist_core.datasets import load_dataset
from mnist_core.engine import check_base
from mnist_core.evaluation import accuracy
from mnist_core.film import open_film
from mnist_core.inference import open_classifier, open_layers
from mnist_core.models.keras_file import network_keras
from mnist_core.models.network_files import read_network
from mnist_core.settings import Settings
from mnist_core.sharing.bundle import import_bundle
from mnist_core.sharing.earlier import write_earlier_imports
from mnist_core.sharing.shipped import SHIPPED, install_shipped
from mnist_core.store import RunState, Store, Visitor
from tests.bundle_files import HOSTILE_KERAS, as_imported_earlier

DENSE, CONVOLUTIONAL, BASELINE = "20261127-192227-62643fda", "20261127-192235-89d86ad2", "20261127-192244-dcc320bb"
# run: fingerprint, test accuracy, test loss, parameters, and what the link to its settings holds
FIGURES = {
    DENSE: ("9360dc15b880", 0.8499, 0.5534380432128906, 50890),
    CONVOLUTIONAL: ("541f87c4df67", 0.4866, 2.123273876953125, 34826),
    BASELINE: ("89bf8c3ad4c5", 0.6991, 3.5422118145997157, 7850),
}
LINKS = {
    DENSE: "1nK8p3KuGpw7kCDcCxjeOiMUeXGYmaKEFND8tv6g8sShF18wEb3BBwwbILAGamV-UlA_UBEmFtbUA",
    CONVOLUTIONAL: "1FpUMzquGpw70CCctvlGjFG8UoSYN4vXhiVqUmCoGppUc3eS8PORYgkcB3sCqrQUA",
    BASELINE: "1HtdoyqsmInWgJwXsKcEAOSVAAzUnPz0TlJzji9NB0YMITZiELkgCKTAh7jIxqq0FAA",
}
every_run = pytest.mark.parametrize("run", FIGURES)


@pytest.fixture(scope="module")
def unpacked(compat_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("older")
    with tarfile.open(compat_dir / "lab.tgz") as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.3 and earlier have none
        archive.extractall(folder)
    return folder


@pytest.fixture
def lab(unpacked: Path, real_settings: Settings) -> Settings:
    """Return the settings of a copy of the older home folder."""
    shutil.copytree(unpacked, real_settings.home, dirs_exist_ok=True)
    return real_settings


@pytest.fixture
def older(lab: Settings) -> Store:
    return Store(lab)


@every_run
def test_its_runs_have_the_figures_that_they_had(run: str, older: Store) -> None:
    record = older.runs.get(run)
    fingerprint, test_accuracy, test_loss, parameters = FIGURES[run]
    assert record.state is RunState.COMPLETED
    assert record.outcome is not None
    assert record.config.fingerprint() == fingerprint
    outcome = record.outcome
    assert (outcome.test_accuracy, outcome.test_loss, outcome.parameters) == (test_accuracy, test_loss, parameters)
    assert older.metrics.points(run)
    shown = older.runs.find_completed(fingerprint)
    assert shown is not None
    assert shown.id == run, "it is shown instead of trained again"


def test_its_names_stars_and_notes_are_there(older: Store) -> None:
    record = older.runs.get(DENSE)
    assert (record.name, record.pinned, record.notes) == ("An old name", True, "An old note")


@every_run
def test_its_networks_say_what_they_said(run: str, older: Store, lab: Settings) -> None:
    record, files = older.runs.get(run), older.files(run)
    images = load_dataset(record.config.data.dataset, lab)
    probabilities = open_classifier(files).predict(images.x_test)
    said = files.read_probabilities()["test"]
    np.testing.assert_allclose(probabilities, said, atol=1e-3)
    assert accuracy(probabilities, images.y_test) == pytest.approx(FIGURES[run][1], abs=5e-4)
    if run != BASELINE:
        assert open_layers(files).layers


@every_run
def test_its_networks_say_the_same_when_a_stranger_s_were_written_anew(run: str, older: Store, lab: Settings) -> None:
    record, files = as_imported_earlier(older, older.runs.get(run)), older.files(run)
    (files.folder / "checkpoint.npz").unlink(missing_ok=True)  # no bundle has one
    assert write_earlier_imports(older) == [run]
    assert not files.model.exists() or files.model.read_bytes() != HOSTILE_KERAS
    images = load_dataset(record.config.data.dataset, lab)
    said = files.read_probabilities()["test"][:500]
    np.testing.assert_allclose(open_classifier(files).predict(images.x_test[:500]), said, atol=1e-3)
    weights = read_network(files, record.config.model, 10)
    if run == BASELINE:
        assert not files.model.exists()
        return
    assert files.model.read_bytes() == network_keras(record.config.model, weights)
    check_base(older.runs.get(run), Visitor(None, is_admin=True), older)


def test_the_networks_that_came_with_it_are_replaced_by_those_of_today(older: Store) -> None:
    before = older.runs.shipped()
    assert install_shipped(older) == [model.run_id for model in SHIPPED.values()]
    after = older.runs.shipped()
    for record in before:
        again = older.runs.get(record.id)
        as_trained = {"precision": record.config.train.precision}  # what automatic meant where it was trained
        assert (again.config.with_settings(as_trained), again.name) == (record.config, record.name)
        assert again.outcome.test_accuracy == pytest.approx(record.outcome.test_accuracy, abs=0.003)
        assert (record.shipped.version, again.shipped.version) == (1, 3)
        assert open_film(older.files(record.id), again.config).moments
    assert len(before) == len(after) == len(SHIPPED)


@every_run
def test_its_links_are_read(run: str, older: Store) -> None:
    assert read_link(LINKS[run]).config.fingerprint() == FIGURES[run][0]


def test_its_bundle_is_brought_back(compat_dir: Path, store: Store, real_settings: Settings) -> None:
    record = import_bundle((compat_dir / "bundle.zip").read_bytes(), store, "me")
    assert Visitor("me").may_change(record)
    assert record.outcome is not None
    assert record.config.fingerprint() == FIGURES[CONVOLUTIONAL][0]
    assert (record.outcome.test_accuracy, record.outcome.parameters) == (FIGURES[CONVOLUTIONAL][1], 34826)
    images = load_dataset("mnist", real_settings)
    probabilities = open_classifier(store.files(record.id)).predict(images.x_test)
    assert accuracy(probabilities, images.y_test) == pytest.approx(0.4866, abs=0.002)


def test_its_run_is_trained_on(older: Store, lab: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    points = older.metrics.points(DENSE)
    older.close()
    assert main(["resume", DENSE, "--epochs", "3", "--json"]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    store = Store(lab)
    after = store.runs.get(said["run_id"])
    assert (after.continues, after.config.train.epochs, after.state) == (DENSE, 3, RunState.COMPLETED)
    assert said["test_accuracy"] > FIGURES[DENSE][1]
    assert store.metrics.points(after.id)[: len(points)] == points
    store.close()

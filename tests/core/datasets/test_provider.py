import threading

import numpy as np
import pytest

from mnist_core.datasets import DatasetProvider, load_dataset, provider, shared_provider
from mnist_core.errors import ConfigError, DownloadError


@pytest.fixture
def here(one_file, settings, tmp_path):
    """Return a provider that has the files of "mnist" only."""
    one_file.write_to(tmp_path / "data")
    return DatasetProvider(settings.model_copy(update={"data_dir": tmp_path / "data"}))


@pytest.fixture
def gate(monkeypatch):
    """Hold every loading until the gate is opened; remember what was loaded."""
    opened = threading.Event()
    opened.reached = threading.Event()
    opened.loaded = []

    def load(dataset_id, settings, progress=None, report=None):
        opened.loaded.append(dataset_id)
        if progress:
            progress(3, 10)
        opened.reached.set()
        assert opened.wait(30)
        return load_dataset(dataset_id, settings, progress, report)

    monkeypatch.setattr(provider, "load_dataset", load)
    yield opened
    opened.set()


def test_nothing_is_loaded_unasked(here):
    assert here.status("mnist").state == "missing"
    assert here.status("mnist").problem is None
    assert here.wait("mnist").state == "missing"


def test_a_prepared_dataset_becomes_ready(here, one_file):
    here.prepare("mnist")
    assert here.wait("mnist", 30).state == "ready"
    assert np.array_equal(here.get("mnist").x_test, one_file.arrays["x_test"])


def test_preparing_never_waits_and_shows_its_progress(here, gate):
    here.prepare("mnist")
    assert gate.reached.wait(30)
    status = here.wait("mnist", 0)
    assert (status.state, status.received, status.total) == ("preparing", 3, 10)
    gate.set()
    assert here.wait("mnist", 30).state == "ready"


def test_preparing_twice_loads_once(here, gate):
    here.prepare("mnist")
    here.prepare("mnist")
    gate.set()
    here.wait("mnist", 30)
    here.prepare("mnist")
    assert here.status("mnist").state == "ready"
    assert gate.loaded == ["mnist"]


def test_a_dataset_that_can_not_be_had_tells_the_problem(here, four_files):
    here.prepare("fashion_mnist")
    status = here.wait("fashion_mnist", 30)
    assert status.state == "missing"
    assert isinstance(status.problem, DownloadError)
    assert "MNIST_LAB_OFFLINE" in str(status.problem)


def test_a_failed_preparation_can_be_tried_again(here, four_files, tmp_path):
    here.prepare("fashion_mnist")
    here.wait("fashion_mnist", 30)
    four_files.write_to(tmp_path / "data")
    here.prepare("fashion_mnist")
    status = here.wait("fashion_mnist", 30)
    assert (status.state, status.problem) == ("ready", None)


def test_an_unforeseen_error_does_not_leave_it_preparing_for_ever(here, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("oh {dear}")

    monkeypatch.setattr(provider, "load_dataset", broken)
    here.prepare("mnist")
    status = here.wait("mnist", 30)
    assert status.state == "missing"
    assert str(status.problem) == "oh {dear}"


def test_an_unknown_dataset_is_a_problem_too(here):
    here.prepare("cifar")
    assert isinstance(here.wait("cifar", 30).problem, ConfigError)


def test_getting_loads_in_this_thread(here, one_file):
    assert np.array_equal(here.get("mnist").y_train, one_file.arrays["y_train"])
    assert here.status("mnist").state == "ready"
    assert here.get("mnist") is here.get("mnist")


def test_getting_what_can_not_be_had_raises(here, four_files):
    with pytest.raises(DownloadError):
        here.get("fashion_mnist")


def test_what_an_earlier_process_cached_is_ready_at_once(here):
    here.get("mnist")
    assert DatasetProvider(here._settings).status("mnist").state == "ready"


def test_the_default_is_the_bundled_set_until_a_real_one_is_ready(here, four_files, tmp_path):
    assert here.default() == "digits"
    four_files.write_to(tmp_path / "data")
    here.get("fashion_mnist")
    assert here.default() == "fashion_mnist"
    here.get("mnist")
    assert here.default() == "mnist"


def test_the_default_does_not_wait_for_what_is_being_prepared(here, gate):
    here.prepare("mnist")
    assert here.default() == "digits"


def test_all_visitors_share_one_provider():
    assert shared_provider() is shared_provider()

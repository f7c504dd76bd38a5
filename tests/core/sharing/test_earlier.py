"""Runs that an earlier version imported hold a stranger's files, which are written anew when the program starts."""

import numpy as np
import pytest

from mnist_core.commands.common import chosen_run
from mnist_core.config import BatchNormalization, DataConfig, Dense, NetworkConfig, RunConfig
from mnist_core.engine import check_base
from mnist_core.errors import ArtifactMissingError
from mnist_core.inference import open_classifier, open_layers
from mnist_core.models.keras_file import network_keras
from mnist_core.models.network_files import read_network, read_whole_network
from mnist_core.sharing import earlier
from mnist_core.sharing.earlier import write_earlier_imports
from mnist_core.store import Visitor
from tests.bundle_files import HOSTILE_KERAS, as_imported_earlier, bundle_of, members
from tests.network_files import older_graph, random_weights

NORMALIZED = NetworkConfig(layers=(BatchNormalization(), Dense(units=4)))


@pytest.fixture
def brought(store, finished_run):
    return as_imported_earlier(store, finished_run())


def test_its_network_is_written_anew_from_numbers_once(store, brought, digits):
    files = store.files(brought.id)
    foreign = older_graph(brought.config.model, read_network(files, brought.config.model, 10))
    files.onnx.write_bytes(foreign)
    files.layers.write_bytes(foreign)
    assert write_earlier_imports(store) == [brought.id]
    weights = read_whole_network(files, brought.config.model, 10)
    assert files.model.read_bytes() == network_keras(brought.config.model, weights)
    assert foreign not in (files.onnx.read_bytes(), files.layers.read_bytes())
    np.testing.assert_allclose(
        open_classifier(files).predict(digits.x_test), files.read_probabilities()["test"], atol=1e-5
    )
    assert len(open_layers(files).layers) == 3
    after = store.runs.get(brought.id)
    assert after.imported.written_here
    assert after.bytes == files.size()
    assert (after.name, after.outcome, after.config) == (brought.name, brought.outcome, brought.config)
    files.onnx.write_bytes(b"looked at no more")
    assert write_earlier_imports(store) == []
    assert files.onnx.read_bytes() == b"looked at no more"


def test_runs_of_today_and_those_that_were_trained_here_are_left_alone(store, finished_run, tmp_path):
    from mnist_core.sharing.bundle import import_bundle

    record = finished_run()
    store.files(record.id).model.write_bytes(b"its own")
    store.files(import_bundle(bundle_of(finished_run(), store, tmp_path), store).id).model.write_bytes(b"its own, too")
    assert write_earlier_imports(store) == []
    assert store.files(record.id).model.read_bytes() == b"its own"


def test_one_that_is_deleted_can_be_brought_back(store, brought):
    store.bin.delete(brought.id, Visitor(None, is_admin=True))
    assert write_earlier_imports(store) == [brought.id]
    store.bin.undelete(brought.id, Visitor(None, is_admin=True))
    assert store.files(brought.id).model.read_bytes() != HOSTILE_KERAS


def test_what_a_bundle_of_it_hands_on_was_written_here(store, brought, tmp_path, monkeypatch):
    monkeypatch.setattr("mnist_core.sharing.bundle.make._add_keras_formats", lambda *_: {})
    assert chosen_run(brought.id).imported.written_here, "the command line does the same as the app"
    files = members(bundle_of(brought, store, tmp_path))
    assert files["model.keras"] == store.files(brought.id).model.read_bytes() != HOSTILE_KERAS


@pytest.mark.parametrize("graph", [b"", b"no graph", older_graph(NORMALIZED, random_weights(NORMALIZED))])
def test_where_it_can_not_be_read_nothing_is_left_to_open_and_the_next_start_tries_again(store, brought, graph, capsys):
    files = store.files(brought.id)
    right = files.onnx.read_bytes()
    files.onnx.write_bytes(graph)
    assert write_earlier_imports(store) == []
    assert not files.model.exists()
    assert f"The network of the imported run {brought.id} can't be read" in capsys.readouterr().err
    with pytest.raises(ArtifactMissingError, match="no model to predict with"):
        open_classifier(files)
    assert files.read_probabilities(), "what it said is there"
    (files.folder / f"model.onnx{earlier._ASIDE}").write_bytes(right)
    assert write_earlier_imports(store) == [brought.id]
    assert open_classifier(files)
    assert not list(files.folder.glob(f"*{earlier._ASIDE}"))


def test_one_whose_running_averages_nobody_knows_answers_and_says_why_it_can_not_learn_on(store, finished_run):
    config = RunConfig(data=DataConfig(dataset="digits"), model=NORMALIZED)
    record = as_imported_earlier(store, finished_run(config))
    files = store.files(record.id)
    files.onnx.write_bytes(older_graph(NORMALIZED, random_weights(NORMALIZED)))
    assert write_earlier_imports(store) == [record.id]
    assert open_classifier(files)
    assert not files.model.exists()
    with pytest.raises(ArtifactMissingError, match="running averages of its batch normalization"):
        check_base(record, Visitor(None, is_admin=True), store)

"""A run's network is read as numbers, and where an earlier version's graph tells too little, from its checkpoint."""

import numpy as np
import pytest

from mnist_core.config import BatchNormalization, Conv2D, Dense, Dropout, NetworkConfig, RunConfig
from mnist_core.errors import ArtifactMissingError
from mnist_core.models.build import build_model
from mnist_core.models.network_files import read_network, read_whole_network, write_graphs, write_trained
from mnist_core.models.weights import is_whole, put_weights
from mnist_core.store import RunFiles, new_run_id
from tests.network_files import older_graph, random_weights

MODEL = NetworkConfig(layers=(Conv2D(filters=2), BatchNormalization(), Dropout(), Dense(units=4)))


@pytest.fixture
def files(tmp_path):
    files = RunFiles(tmp_path, new_run_id())
    files.folder.mkdir()
    return files


@pytest.fixture(scope="module")
def network():
    """Return a network as it is in training, with its random weights."""
    network = build_model(RunConfig(model=MODEL))
    put_weights(network, random_weights(MODEL))
    network.optimizer.build(network.trainable_variables)
    return network


def equal(found, expected):
    return found.keys() == expected.keys() and all(np.array_equal(found[name], expected[name]) for name in expected)


def test_what_is_written_is_read(files, network):
    import keras

    weights = random_weights(MODEL)
    write_graphs(MODEL, weights, 10, files)
    assert equal(read_whole_network(files, MODEL, 10), weights)
    once = {path.name: path.read_bytes() for path in files.folder.iterdir()}
    write_trained(network, MODEL, 10, files)
    assert {name: (files.folder / name).read_bytes() for name in once} == once, "one writer of graphs"
    opened = keras.models.load_model(files.model)
    for array, expected in zip(opened.get_weights(), weights.values(), strict=True):
        np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize("best", [False, True])
def test_running_averages_of_a_run_of_an_earlier_version_are_in_its_checkpoint(files, network, best):
    from mnist_core.training.callbacks import EarlyStopping
    from mnist_core.training.checkpoint import Checkpoint
    from mnist_core.training.state import TrainingState

    stopping = EarlyStopping(patience=1) if best else None
    put_weights(network, random_weights(MODEL))
    if stopping is not None:
        stopping.on_train_begin()
        stopping.best_weights = network.get_weights()
        put_weights(network, random_weights(MODEL, seed=1))  # training went on, and became worse
    Checkpoint(files.checkpoint, network, stopping).snapshot(TrainingState())()
    files.onnx.write_bytes(older_graph(MODEL, random_weights(MODEL)))
    assert equal(read_whole_network(files, MODEL, 10), random_weights(MODEL))


def test_a_checkpoint_of_other_weights_is_not_taken_for_them(files, network):
    from mnist_core.training.checkpoint import Checkpoint
    from mnist_core.training.state import TrainingState

    put_weights(network, random_weights(MODEL, seed=1))
    Checkpoint(files.checkpoint, network).snapshot(TrainingState())()
    files.onnx.write_bytes(older_graph(MODEL, random_weights(MODEL)))
    assert not is_whole(read_network(files, MODEL, 10))
    with pytest.raises(ArtifactMissingError, match="can't learn on"):
        read_whole_network(files, MODEL, 10)


@pytest.mark.parametrize("content", [None, b"", b"no graph"])
def test_what_can_not_be_read_is_said(files, content):
    if content is not None:
        files.onnx.write_bytes(content)
    with pytest.raises(ArtifactMissingError, match="missing or damaged"):
        read_network(files, MODEL, 10)

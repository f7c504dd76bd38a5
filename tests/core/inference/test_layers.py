"""Every layer's output, from the graph that a run exports for it."""

import os

import numpy as np
import pytest

from mnist_core.errors import ArtifactMissingError
from mnist_core.inference import LayerOutput, open_layers
from mnist_core.store import RunFiles
from tests.network_files import write_network


@pytest.fixture
def files(tmp_path):
    files = RunFiles(tmp_path, "20250101-120000-0123abcd")
    files.folder.mkdir()
    return files


@pytest.fixture
def network(files):
    return write_network(files, seed=0)


@pytest.fixture
def images():
    return np.random.default_rng(9).integers(0, 256, (130, 28, 28), dtype=np.uint8)


def test_layers_have_names_and_shapes(files, network):
    assert open_layers(files).layers == (
        LayerOutput("Reshape", (28, 28, 1)),
        LayerOutput("Conv2D", (26, 26, 3)),
        LayerOutput("Flatten", (2028,)),
        LayerOutput("Dense", (10,)),
    )
    assert [layer.units for layer in open_layers(files).layers] == [1, 3, 2028, 10]


def test_activations_are_those_computed_by_hand(files, network, images):
    outputs = open_layers(files).activations(images[0])
    for output, expected in zip(outputs, network(images[:1]), strict=True):
        np.testing.assert_allclose(output, expected[0], atol=1e-5)


def test_the_strongest_answers_are_the_largest_of_each_map(files, network, images):
    tables = open_layers(files).strongest(images)
    expected = network(images)
    assert [table.shape for table in tables] == [(130, 1), (130, 3), (130, 2028), (130, 10)]
    np.testing.assert_allclose(tables[1], expected[1].max(axis=(1, 2)), atol=1e-5)
    np.testing.assert_allclose(tables[3], expected[3], atol=1e-5)


def test_the_graph_is_loaded_once_and_again_when_it_changed(files, network):
    before = open_layers(files)
    assert open_layers(files) is before
    write_network(files, seed=1)
    os.utime(files.layers, ns=(0, files.layers.stat().st_mtime_ns + 1_000_000_000))
    assert open_layers(files) is not before


def test_a_run_of_an_older_version_says_what_to_do(files):
    with pytest.raises(ArtifactMissingError, match="older version. Train it again"):
        open_layers(files)
    with pytest.raises(ArtifactMissingError, match="older version. Train it again"):
        files.read_parts()


def test_damaged_files_say_what_to_do(files, network):
    files.layers.write_bytes(b"garbage")
    files.parts.write_bytes(b"PK garbage")
    with pytest.raises(ArtifactMissingError, match="Train it again"):
        open_layers(files)
    with pytest.raises(ArtifactMissingError, match="Train it again"):
        files.read_parts()

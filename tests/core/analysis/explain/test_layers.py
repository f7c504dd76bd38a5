import numpy as np
import pytest

from mnist_core.analysis.explain import filter_slices, kernel_images, open_layers
from mnist_core.analysis.explain.layers import Layer
from mnist_core.errors import ArtifactMissingError
from tests.network_files import write_network


@pytest.fixture
def network(files):
    return write_network(files, seed=0)


@pytest.fixture
def images():
    return np.random.default_rng(9).integers(0, 256, (130, 28, 28), dtype=np.uint8)


def test_layers_have_names_and_shapes(files, network):
    assert open_layers(files).layers == (
        Layer("Reshape", (28, 28, 1)),
        Layer("Conv2D", (26, 26, 3)),
        Layer("Flatten", (2028,)),
        Layer("Dense", (10,)),
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
    import os

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


# weights as pictures


def test_a_unit_of_a_dense_layer_is_a_picture_of_its_weights():
    kernel = np.arange(784 * 3, dtype=np.float32).reshape(784, 3)
    pictures = kernel_images(kernel)
    assert pictures.shape == (3, 28, 28)
    assert pictures[1, 2, 5] == kernel[2 * 28 + 5, 1]


def test_a_filter_of_the_first_convolution_is_a_picture_and_of_a_later_one_several():
    kernel = np.random.default_rng(0).random((3, 3, 1, 4), np.float32)
    pictures = kernel_images(kernel)
    assert pictures.shape == (4, 3, 3)
    assert pictures[2, 0, 1] == kernel[0, 1, 0, 2]
    deep = np.random.default_rng(0).random((3, 3, 5, 4), np.float32)
    assert kernel_images(deep) is None
    assert filter_slices(deep, 2).shape == (5, 3, 3)
    assert filter_slices(deep, 2)[4, 0, 1] == deep[0, 1, 4, 2]


def test_weights_that_are_no_square_are_no_picture():
    assert kernel_images(np.zeros((12, 3), np.float32)) is None

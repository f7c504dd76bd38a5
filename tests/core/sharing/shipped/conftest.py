"""Bundles of shipped models in a folder of their own."""

import pytest

from mnist_core.datasets import DATASETS
from tests.shipped_files import write_shipped


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "bundles"
    folder.mkdir()
    return folder


@pytest.fixture
def bundle(folder, tiny_dataset):
    """Return a function that writes a bundle: ``bundle("handwriting", seed=1)``."""
    assert tiny_dataset.spec is DATASETS["digits"]

    def write(name="handwriting", **more):
        return write_shipped(folder, name, tiny_dataset.x_test, tiny_dataset.y_test, **more)

    return write

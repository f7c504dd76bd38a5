"""A finished graph is changed without the library that could."""

import onnx
import pytest

from mnist_core.onnx.editing import with_metadata
from mnist_core.store import RunFiles
from tests.network_files import write_network


@pytest.fixture
def layers(tmp_path):
    files = RunFiles(tmp_path, "20250101-120000-0123abcd")
    files.folder.mkdir()
    write_network(files, 0)
    return files.layers.read_bytes()


def test_what_is_no_model_is_refused(layers):
    for broken in (layers[:-5], b"\xff" * 20, b"\x3b", layers[: len(layers) // 2]):
        with pytest.raises(ValueError, match="a field|a number|a graph"):
            with_metadata(broken, {})


def test_what_a_model_says_about_itself_is_written_and_taken_off(layers):
    told = {"name": "Zwölf", "classes": "[]", "empty": ""}
    once = with_metadata(layers, told)
    twice = onnx.load_from_string(with_metadata(once, told))
    onnx.checker.check_model(twice)
    assert {entry.key: entry.value for entry in twice.metadata_props} == told
    assert with_metadata(once, {}) == layers

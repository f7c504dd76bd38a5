"""An exported graph is cut without the library that could."""

import onnx
import pytest

from mnist_core.onnx.editing import with_last_output_only, with_metadata
from mnist_core.store import RunFiles
from tests.network_files import write_network


@pytest.fixture
def layers(tmp_path):
    files = RunFiles(tmp_path, "20250101-120000-0123abcd")
    files.folder.mkdir()
    write_network(files, 0)
    return files.layers.read_bytes()


def test_only_the_last_output_is_left_and_nothing_else_changes(layers):
    expected = onnx.load_from_string(layers)
    last = expected.graph.output[-1]
    assert last.name == "03_Dense"
    cut = onnx.load_from_string(with_last_output_only(layers))
    onnx.checker.check_model(cut)
    del expected.graph.output[:-1]
    assert cut == expected


def test_the_last_one_is_so_by_its_name_not_by_its_place(layers):
    model = onnx.load_from_string(layers)
    outputs = [type(value).FromString(value.SerializeToString()) for value in reversed(model.graph.output)]
    model.graph.ClearField("output")
    model.graph.output.extend(outputs)
    cut = onnx.load_from_string(with_last_output_only(model.SerializeToString()))
    assert [value.name for value in cut.graph.output] == ["03_Dense"]


def test_what_is_no_model_is_refused(layers):
    for broken in (layers[:-5], b"\xff" * 20, b"\x3b", layers[: len(layers) // 2]):
        with pytest.raises(ValueError, match="a field|a number|a graph"):
            with_last_output_only(broken)


def test_a_graph_without_output_is_refused(layers):
    model = onnx.load_from_string(layers)
    model.graph.ClearField("output")
    with pytest.raises(ValueError, match="without output"):
        with_last_output_only(model.SerializeToString())


def test_what_a_model_says_about_itself_is_written_and_taken_off(layers):
    told = {"name": "Zwölf", "classes": "[]", "empty": ""}
    once = with_metadata(layers, told)
    twice = onnx.load_from_string(with_metadata(once, told))
    onnx.checker.check_model(twice)
    assert {entry.key: entry.value for entry in twice.metadata_props} == told
    assert with_metadata(once, {}) == layers

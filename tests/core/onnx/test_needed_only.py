"""Operators that nothing asks for are left out of a graph."""

import numpy as np
import pytest

from mnist_core.onnx.editing import needed_only
from mnist_core.onnx.protobuf import fields


def graph_with(*extra):
    from onnx import TensorProto, helper, numpy_helper

    nodes = [
        helper.make_node("Reshape", ["image", "flat"], ["x"]),
        *(helper.make_node("Relu", [source], [target]) for source, target in extra),
        helper.make_node("Softmax", ["x"], ["said"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 28, 28])],
        [helper.make_tensor_value_info("said", TensorProto.FLOAT, ["n", 784])],
        [numpy_helper.from_array(np.array([-1, 784], np.int64), "flat")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8).SerializeToString()


def operators(model):
    import onnx

    return [node.op_type for node in onnx.load_from_string(model).graph.node]


def test_what_leads_to_no_output_goes_and_all_else_stays():
    model = graph_with(("x", "a"), ("a", "b"))
    assert operators(needed_only(model)) == ["Reshape", "Softmax"]
    assert [f.number for f in fields(needed_only(model))] == [f.number for f in fields(model)]


def test_a_graph_that_needs_all_of_it_stays_as_it_is():
    model = graph_with()
    assert needed_only(model) is model


def test_what_another_output_needs_stays():
    import onnx

    model = onnx.load_from_string(graph_with(("x", "a"), ("a", "b"), ("x", "c")))
    model.graph.output.append(onnx.helper.make_tensor_value_info("b", onnx.TensorProto.FLOAT, ["n", 784]))
    assert operators(needed_only(model.SerializeToString())) == ["Reshape", "Relu", "Relu", "Softmax"]


def test_bytes_that_are_no_graph_are_told():
    with pytest.raises(ValueError, match="not one graph|cut off|kind"):
        needed_only(b"hello")

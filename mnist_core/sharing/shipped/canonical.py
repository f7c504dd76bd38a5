"""One way to write an ONNX graph, as the exporter has several for the same network."""

from collections.abc import Sequence
from typing import Any


def canonical(model: bytes) -> bytes:
    """Return the same ONNX model with each value computed once, in a fixed order, and names that tell that order.

    The exporter's names and order differ from time to time; sometimes it leaves steps in twice, or a transposition and
    its reverse. Outputs keep their names, the input becomes ``image``. Of outputs with the same value the first by name
    is computed and the others are copies of it: so are layers that change nothing.
    """
    import onnx

    proto = onnx.load_from_string(model)
    graph = proto.graph
    nodes, constants = _in_order(graph)
    _replace(graph, "node", nodes)
    _replace(graph, "initializer", constants)
    _replace(graph, "output", sorted(graph.output, key=lambda value: value.name))
    graph.input[0].name = "image"
    for value in (*graph.input, *graph.output):
        for dimension in value.type.tensor_type.shape.dim:
            if dimension.dim_param:
                dimension.dim_param = "images"
    graph.name = "network"
    graph.ClearField("value_info")
    graph.ClearField("doc_string")
    content: bytes = proto.SerializeToString(deterministic=True)
    return content


def _in_order(graph: Any) -> tuple[list[Any], list[Any]]:
    """Return the nodes and the constants that the outputs need, renamed, each after those it needs."""
    import onnx

    first = _first_of_equals(graph)
    sources = {name: node for node in graph.node for name in node.output}
    sources |= {constant.name: constant for constant in graph.initializer}
    outputs = sorted(value.name for value in graph.output)
    names = {graph.input[0].name: "image", "": ""}  # an input that was left out has no name
    wanted: dict[str, str] = {}
    for output in outputs:
        wanted.setdefault(first[output], output)
    nodes: list[Any] = []
    constants: list[Any] = []

    def named(name: str) -> str:
        if name not in names:
            names[name] = wanted.get(name) or f"t{len(names)}"
        return names[name]

    def visit(name: str) -> None:
        if name in names:
            return
        source = sources[name]
        if isinstance(source, onnx.TensorProto):
            source.name = named(name)
            constants.append(source)
            return
        for needed in source.input:
            visit(first[needed])
        source.input[:] = [names[first[needed]] for needed in source.input]
        source.output[:] = [named(made) for made in source.output]
        source.name = f"{source.op_type}_{len(nodes)}"
        nodes.append(source)

    for output in outputs:
        visit(first[output])
        if names[first[output]] != output:
            copied = onnx.helper.make_node("Identity", [names[first[output]]], [output], f"Identity_{len(nodes)}")
            nodes.append(copied)
    return nodes, constants


def _first_of_equals(graph: Any) -> dict[str, str]:
    """Return for each tensor the first one of the same value: its own name where it is the first itself.

    Nodes are taken in the graph's order, in which each comes after those it needs.
    """
    first = {graph.input[0].name: graph.input[0].name, "": ""}
    equal: dict[bytes, list[str]] = {}
    turned: dict[str, tuple[list[int], str]] = {}  # what transpositions made: axes, and of what
    for constant in graph.initializer:
        name = constant.name
        constant.ClearField("name")
        first[name] = equal.setdefault(constant.SerializeToString(deterministic=True), [name])[0]
        constant.name = name
    for node in graph.node:
        made = list(node.output)
        node.input[:] = [first[name] for name in node.input]
        node.attribute.sort(key=lambda attribute: attribute.name)
        node.domain = node.domain  # said or not said: both are in use for the usual one
        node.ClearField("name")
        node.ClearField("output")
        same = equal.setdefault(node.SerializeToString(deterministic=True), made)
        node.output[:] = made
        if node.op_type == "Identity":
            same = list(node.input)
        elif node.op_type == "Transpose" and len(node.attribute) == 1:
            axes, origin = list(node.attribute[0].ints), node.input[0]
            before, whole = turned.get(origin, ([], ""))
            if before and [before[axis] for axis in axes] == sorted(axes):
                same = [whole]
            turned[made[0]] = (axes, origin)
        first.update(zip(made, same, strict=True))
    return first


def _replace(graph: Any, field: str, values: Sequence[Any]) -> None:
    copies = [type(value).FromString(value.SerializeToString(deterministic=True)) for value in values]
    graph.ClearField(field)
    getattr(graph, field).extend(copies)

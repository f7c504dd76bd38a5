"""Changes to a finished ONNX graph: what it says about itself, and what earlier versions' exports had too much.

The numbers of fields are those of onnx.proto (ONNX 1.23).
"""

from collections.abc import Mapping

from mnist_core.onnx.protobuf import Field, fields, message, text

_GRAPH, _METADATA = 7, 14  # of ModelProto
_NODE, _OUTPUT = 1, 12  # of GraphProto
_NODE_INPUT, _NODE_OUTPUT = 1, 2  # of NodeProto
_NAME = 1  # of ValueInfoProto
_KEY, _VALUE = 1, 2  # of StringStringEntryProto


def needed_only(model: bytes) -> bytes:
    """Return the same ONNX model without operators that nothing asks for; raises `ValueError` if it is none.

    ONNX Runtime carries them out all the same. An export of every layer goes twice through some layers, so without them
    a prediction takes up to a third less time.
    """
    parts = list(fields(model))
    graphs = [list(fields(part.content)) for part in parts if part.number == _GRAPH]
    if len(graphs) != 1:
        raise ValueError("not one graph")
    (graph,) = graphs
    wanted = {_name(part) for part in graph if part.number == _OUTPUT}
    kept = []
    for part in reversed(graph):  # each operator comes after those whose tables it needs
        if part.number == _NODE:
            ends = list(fields(part.content))
            if wanted.isdisjoint(end.content for end in ends if end.number == _NODE_OUTPUT):
                continue
            wanted.update(end.content for end in ends if end.number == _NODE_INPUT)
        kept.append(part.whole)
    if len(kept) == len(graph):
        return model
    return b"".join(
        message(_GRAPH, b"".join(reversed(kept))) if part.number == _GRAPH else part.whole for part in parts
    )


def _name(output: Field) -> bytes:
    return next((field.content for field in fields(output.content) if field.number == _NAME), b"")


def with_metadata(model: bytes, entries: Mapping[str, str]) -> bytes:
    """Return the same ONNX model with these texts about it in place of any that it had; none takes them off."""
    kept = b"".join(field.whole for field in fields(model) if field.number != _METADATA)
    texts = [text(_KEY, name) + text(_VALUE, value) for name, value in entries.items()]
    return kept + b"".join(message(_METADATA, each) for each in texts)

"""Cutting an exported ONNX graph, without the library that could: importing it takes half a second.

An ONNX file is a message of Protocol Buffers: fields one after the other, each with its number, its kind, and its
content (https://protobuf.dev/programming-guides/encoding, and onnx.proto of ONNX 1.23 for the numbers).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_GRAPH, _METADATA = 7, 14  # of ModelProto
_NODE, _OUTPUT = 1, 12  # of GraphProto
_NODE_INPUT, _NODE_OUTPUT = 1, 2  # of NodeProto
_NAME = 1  # of ValueInfoProto
_KEY, _VALUE = 1, 2  # of StringStringEntryProto

_WITH_LENGTH = 2  # kind of a field; the others are numbers of 1 to 10, 8 or 4 bytes


@dataclass(frozen=True)
class Field:
    """One field of a message: its number, all its bytes, and its content where it has a length, or its value."""

    number: int
    whole: bytes
    content: bytes = b""
    value: int = 0


def with_last_output_only(model: bytes) -> bytes:
    """Return an ONNX model that gives only the last of its outputs, in the order of their names.

    Parameters
    ----------
    model : bytes
        A model whose outputs are named by place: ``00_Reshape``, ``01_Conv2D`` and so on.

    Raises
    ------
    ValueError
        If these are no fields, or there is no output.
    """
    return b"".join(
        _with_length(_GRAPH, _cut(field.content)) if field.number == _GRAPH else field.whole for field in fields(model)
    )


def _cut(graph: bytes) -> bytes:
    parts = list(fields(graph))
    outputs = [field for field in parts if field.number == _OUTPUT]
    if not outputs:
        raise ValueError("a graph without output")
    last = max(outputs, key=_name)
    return b"".join(field.whole for field in parts if field.number != _OUTPUT or field is last)


def _name(output: Field) -> bytes:
    return next((field.content for field in fields(output.content) if field.number == _NAME), b"")


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
        _with_length(_GRAPH, b"".join(reversed(kept))) if part.number == _GRAPH else part.whole for part in parts
    )


def outputs_of(model: bytes) -> bytes:
    """Return the outputs of an ONNX model, as `with_outputs` takes them; raises `ValueError` if it is none."""
    graphs = [field.content for field in fields(model) if field.number == _GRAPH]
    return b"".join(field.whole for graph in graphs for field in fields(graph) if field.number == _OUTPUT)


def with_outputs(model: bytes, outputs: bytes) -> bytes:
    """Return the same ONNX model with other outputs of its graph; raises `ValueError` as `outputs_of`."""

    def replaced(graph: bytes) -> bytes:
        return b"".join(field.whole for field in fields(graph) if field.number != _OUTPUT) + outputs

    return b"".join(
        _with_length(_GRAPH, replaced(field.content)) if field.number == _GRAPH else field.whole
        for field in fields(model)
    )


def with_metadata(model: bytes, entries: Mapping[str, str]) -> bytes:
    """Return the same ONNX model with these texts about it in place of any that it had; none takes them off."""
    kept = b"".join(field.whole for field in fields(model) if field.number != _METADATA)
    texts = [_with_length(_KEY, name.encode()) + _with_length(_VALUE, text.encode()) for name, text in entries.items()]
    return kept + b"".join(_with_length(_METADATA, text) for text in texts)


def fields(message: bytes) -> Iterator[Field]:
    """Yield the fields of a message in their order; raises `ValueError` if these are none."""
    position = 0
    while position < len(message):
        start = position
        tag, position = _read_varint(message, position)
        content, value = b"", 0
        match tag & 7:
            case 0:
                value, position = _read_varint(message, position)
            case 1:
                position += 8
            case 5:
                position += 4
            case kind if kind == _WITH_LENGTH:
                length, position = _read_varint(message, position)
                content = message[position : position + length]
                position += length
            case kind:
                raise ValueError(f"a field of kind {kind}")
        if position > len(message):
            raise ValueError("a field that is cut off")
        yield Field(tag >> 3, message[start:position], content, value)


def numbers_of(field: Field) -> list[int]:
    """Return the numbers of a repeated field, packed or not, as they lie there: without signs."""
    if field.whole[0] & 7 != _WITH_LENGTH:
        return [field.value]
    found, position = [], 0
    while position < len(field.content):
        value, position = _read_varint(field.content, position)
        found.append(value)
    return found


def _read_varint(message: bytes, position: int) -> tuple[int, int]:
    """Return a number, seven bits in each byte, the lowest first, and where it ends."""
    value = shift = 0
    while position < len(message):
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position
    raise ValueError("a number that is cut off")


def _with_length(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _WITH_LENGTH) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value >= 0x80:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])

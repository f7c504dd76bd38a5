"""Cutting an exported ONNX graph, without the library that could: importing it takes half a second.

An ONNX file is a message of Protocol Buffers: fields one after the other, each with its number, its kind, and its
content (https://protobuf.dev/programming-guides/encoding, and onnx.proto of ONNX 1.23 for the numbers).
"""

from collections.abc import Iterator
from dataclasses import dataclass

_GRAPH = 7  # of ModelProto
_OUTPUT = 12  # of GraphProto
_NAME = 1  # of ValueInfoProto

_WITH_LENGTH = 2  # kind of a field; the others are numbers of 1 to 10, 8 or 4 bytes


@dataclass(frozen=True)
class _Field:
    """One field of a message: its number, all its bytes, and its content where it has a length."""

    number: int
    whole: bytes
    content: bytes


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
        _with_length(_GRAPH, _cut(field.content)) if field.number == _GRAPH else field.whole for field in _fields(model)
    )


def _cut(graph: bytes) -> bytes:
    fields = list(_fields(graph))
    outputs = [field for field in fields if field.number == _OUTPUT]
    if not outputs:
        raise ValueError("a graph without output")
    last = max(outputs, key=_name)
    return b"".join(field.whole for field in fields if field.number != _OUTPUT or field is last)


def _name(output: _Field) -> bytes:
    return next((field.content for field in _fields(output.content) if field.number == _NAME), b"")


def _fields(message: bytes) -> Iterator[_Field]:
    """Yield the fields of a message in their order."""
    position = 0
    while position < len(message):
        start = position
        tag, position = _read_varint(message, position)
        content = b""
        match tag & 7:
            case 0:
                _, position = _read_varint(message, position)
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
        yield _Field(tag >> 3, message[start:position], content)


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

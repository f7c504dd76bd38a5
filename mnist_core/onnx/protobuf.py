"""Messages of Protocol Buffers by hand: a library for ONNX takes half a second to import.

A message is fields one after the other, each with its number, its kind, and its content
(https://protobuf.dev/programming-guides/encoding).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_WITH_LENGTH, _FOUR_BYTES = 2, 5  # kinds of fields; 0 is a number of 1 to 10 bytes, 1 one of 8


@dataclass(frozen=True)
class Field:
    """One field of a message: its number, all its bytes, and its content where it has a length, or its value."""

    number: int
    whole: bytes
    content: bytes = b""
    value: int = 0


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
            case kind if kind == _FOUR_BYTES:
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


def message(number: int, *parts: bytes) -> bytes:
    """Return a field that holds a message of such fields, or plain bytes."""
    return _varint(number << 3 | _WITH_LENGTH) + _varint(sum(map(len, parts))) + b"".join(parts)


def text(number: int, value: str) -> bytes:
    """Return a field that holds a text."""
    return message(number, value.encode())


def integer(number: int, value: int) -> bytes:
    """Return a field that holds a whole number of 64 bits."""
    return _varint(number << 3) + _varint(value & 0xFFFF_FFFF_FFFF_FFFF)


def real(number: int, value: float) -> bytes:
    """Return a field that holds a float32."""
    return _varint(number << 3 | _FOUR_BYTES) + struct.pack("<f", value)


def _read_varint(message: bytes, position: int) -> tuple[int, int]:
    """Return a number, seven bits in each byte, the lowest first, and where it ends."""
    value = shift = 0
    while position < len(message) and shift < 64:
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position
    raise ValueError("a number that is cut off, or has no end")


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value >= 0x80:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])

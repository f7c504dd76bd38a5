"""What is inside a picture file: its kind, its size, and only the parts that are needed to decode its first frame.

Decoders are the part of the program that strangers' bytes reach deepest. So what they don't need is left out before:
texts, colour profiles, previews, further frames, and everything of Exif but the orientation. These are also where the
known bombs hide: compressed texts, directories whose entries each claim the whole file, thousands of passes.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from mnist_core.errors import ImageError

_MOST_PARTS = 50_000  # chunks or blocks of a file: 10 MB in pieces of 200 bytes
_MOST_PASSES = 64  # scans of a progressive JPEG: cameras and programs write about ten, each goes over the whole picture
_MOST_ENTRIES = 1000  # of an Exif directory

# Kinds of files that people try, by how they begin, and what to do with them.
# Whole sentences, so that a translation can say each in its own grammar.
_OTHER_KINDS: tuple[tuple[tuple[bytes, ...], ImageError], ...] = (
    (
        (b"%PDF",),
        ImageError(
            "This file is a kind that can't be read here (PDF document). Take a picture of the page, or export it as "
            "PNG or JPEG."
        ),
    ),
    (
        (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
        ImageError(
            "This file is a kind that can't be read here (TIFF picture). Save it as PNG or JPEG and upload that."
        ),
    ),
    (
        (b"BM",),
        ImageError(
            "This file is a kind that can't be read here (BMP picture). Save it as PNG or JPEG and upload that."
        ),
    ),
    (
        (b"\0\0\1\0", b"\0\0\2\0"),
        ImageError("This file is a kind that can't be read here (icon). Save it as PNG or JPEG and upload that."),
    ),
    (
        (b"8BPS",),
        ImageError(
            "This file is a kind that can't be read here (Photoshop file). Save it as PNG or JPEG and upload that."
        ),
    ),
    (
        (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"),
        ImageError(
            "This file is a kind that can't be read here (JPEG 2000 picture). Save it as PNG or JPEG and upload that."
        ),
    ),
    (
        (b"\xff\x0a", b"\0\0\0\x0cJXL "),
        ImageError(
            "This file is a kind that can't be read here (JPEG XL picture). Save it as PNG or JPEG and upload that."
        ),
    ),
    (
        (b"PK\3\4", b"PK\5\6", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ"),
        ImageError("This file is a kind that can't be read here (archive). Unpack it first."),
    ),
    (
        (b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!"),
        ImageError("This file is a kind that can't be read here (program). Choose a photo instead."),
    ),
)


@dataclass(frozen=True)
class Container:
    """A picture file, reduced to what decoding its first frame takes.

    Attributes
    ----------
    kind : {"PNG", "JPEG", "WEBP", "GIF"}
        By content.
    width, height : int
        In pixels, as the header says.
    data : bytes
        A file with nothing but this picture.
    orientation : int
        1 to 8, as Exif counts them; 1 where there is none or a wrong one.
    """

    kind: str
    width: int
    height: int
    data: bytes
    orientation: int = 1


def open_container(data: bytes) -> Container:
    """Return what is needed of a picture file, without decoding anything.

    Raises
    ------
    ImageError
        If it is no PNG, JPEG, WebP or GIF file, or its parts don't make sense.
    """
    if not data:
        raise ImageError("The file is empty. Choose another one.")
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _png(data)
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return _webp(data)
        if data.startswith((b"GIF87a", b"GIF89a")):
            return _gif(data)
    except (struct.error, IndexError) as error:  # read beyond the end
        raise damaged() from error
    raise _other_kind(data)


def damaged() -> ImageError:
    """Return the error of a file that begins like a picture but can't be decoded."""
    return ImageError("This picture is damaged or cut off. Save or download it again, or choose another one.")


def _other_kind(data: bytes) -> ImageError:
    for beginnings, error in _OTHER_KINDS:
        if data.startswith(beginnings):
            return ImageError(error.template)  # a new one: an error that is raised keeps where it was
    if data[4:8] == b"ftyp":
        return _film(data[8:12])
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<"):
        if b"<svg" in start:
            return ImageError(
                "This file is a kind that can't be read here (SVG drawing). Export it as PNG and upload that."
            )
        return ImageError(
            "This file is a kind that can't be read here (web page or other text). Choose a photo instead."
        )
    if b"\0" not in data[:4096]:
        return ImageError("This file is a kind that can't be read here (text). Choose a photo instead.")
    return ImageError("This is no picture that can be read here. PNG, JPEG, WebP and GIF files can.")


def _film(brand: bytes) -> ImageError:
    if brand in (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"):
        return ImageError(
            "This file is a kind that can't be read here (HEIC picture). Save it as JPEG, or set the phone's camera to "
            "“Most compatible”."
        )
    if brand in (b"avif", b"avis"):
        return ImageError(
            "This file is a kind that can't be read here (AVIF picture). Save it as PNG or JPEG and upload that."
        )
    return ImageError("This file is a kind that can't be read here (film). Choose a photo instead.")


# PNG


def _png(data: bytes) -> Container:
    """Keep header, palette, transparency and pixels: animations, texts and profiles are left out."""
    kept, pixels = [], []
    orientation, header = 1, b""
    for name, content in _png_chunks(data):
        if name == b"IHDR":
            header = header or content
        elif name in (b"PLTE", b"tRNS"):
            kept.append(_png_chunk(name, content))
        elif name == b"IDAT":
            pixels.append(content)
        elif name == b"eXIf":
            orientation = exif_orientation(content)
    if len(header) != 13 or not pixels:
        raise damaged()
    parts = [_png_chunk(b"IHDR", header), *kept, _png_chunk(b"IDAT", b"".join(pixels)), _png_chunk(b"IEND", b"")]
    width, height = struct.unpack(">II", header[:8])
    return Container("PNG", width, height, data[:8] + b"".join(parts), orientation)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 8
    for _ in range(_MOST_PARTS):
        length, name = struct.unpack_from(">I4s", data, position)
        content = data[position + 8 : position + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, position + 8 + length)
        if name in (b"IHDR", b"PLTE", b"tRNS", b"IDAT") and checksum != zlib.crc32(content, zlib.crc32(name)):
            raise damaged()
        if name == b"IEND":
            return
        yield name, content
        position += 12 + length
    raise damaged()


def _png_chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(content, zlib.crc32(name)))


# JPEG


def _jpeg(data: bytes) -> Container:
    """Keep tables, frame and scans: previews, profiles, Exif and comments are left out."""
    kept, position, orientation, size = [data[:2]], 2, 1, None
    for _ in range(_MOST_PARTS):
        if data[position : position + 2] == b"\xff\xff":  # a fill byte
            position += 1
            continue
        marker, length = struct.unpack_from(">xBH", data, position)
        if data[position] != 0xFF or length < 2:
            raise damaged()
        content = data[position + 4 : position + 2 + length]
        if marker == 0xDA:
            break
        if marker == 0xE1 and content.startswith(b"Exif\0\0"):
            orientation = exif_orientation(content[6:])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", content, 1)
            if size is not None:
                raise damaged()
            size = (width, height)
        # Of the application's segments only Adobe's tells how colours are stored.
        if not (0xE0 <= marker <= 0xEF and marker != 0xEE) and marker != 0xFE:
            kept.append(data[position : position + 2 + length])
        position += 2 + length
    # In the pixels' own data 0xFF is followed by 0 or a restart marker, so each of these begins a pass.
    if size is None or data.count(b"\xff\xda", position) > _MOST_PASSES:
        raise damaged()
    return Container("JPEG", *size, b"".join(kept) + data[position:], orientation)


# WebP


def _webp(data: bytes) -> Container:
    """Find size and orientation; the decoder takes the file as it is."""
    name = data[12:16]
    if name == b"VP8X":
        width, height = (1 + int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
    elif name == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = (value & 0x3FFF for value in struct.unpack_from("<HH", data, 26))
    elif name == b"VP8L" and data[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        raise damaged()
    position, orientation, chunks = 12, 1, 0
    while position + 8 <= len(data) and (chunks := chunks + 1) <= _MOST_PARTS:
        name, length = struct.unpack_from("<4sI", data, position)
        if name == b"EXIF":
            orientation = exif_orientation(data[position + 8 : position + 8 + length].removeprefix(b"Exif\0\0"))
            break
        position += 8 + length + length % 2
    if chunks > _MOST_PARTS:
        raise damaged()
    return Container("WEBP", width, height, data, orientation)


# GIF


def _gif(data: bytes) -> Container:
    """Keep the screen, its palette and the first frame: further frames and comments are left out."""
    screen_width, screen_height, flags = struct.unpack_from("<HHB", data, 6)
    position = 13 + _palette_size(flags)
    kept = [data[:position]]
    for _ in range(_MOST_PARTS):
        introducer = data[position]
        if introducer == 0x21:
            end = _gif_blocks(data, position + 2)
            if data[position + 1] == 0xF9:  # which colour is transparent
                kept.append(data[position:end])
            position = end
        elif introducer == 0x2C:
            left, top, width, height, flags = struct.unpack_from("<HHHHB", data, position + 1)
            end = _gif_blocks(data, position + 11 + _palette_size(flags))
            kept.append(data[position:end])
            # A frame that reaches beyond the screen makes the picture larger.
            size = max(screen_width, left + width), max(screen_height, top + height)
            return Container("GIF", *size, b"".join(kept) + b";")
        else:
            break
    raise damaged()


def _palette_size(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_blocks(data: bytes, position: int) -> int:
    """Return where a chain of blocks ends, each of which begins with its length."""
    while length := data[position]:
        position += 1 + length
    return position + 1


# Exif


def exif_orientation(exif: bytes) -> int:
    """Return the orientation that Exif data name, 1 to 8; 1 where they name none or make no sense.

    Only the entries of the first directory are looked at, and no value outside of them.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", exif, 4)
        (entries,) = struct.unpack_from(f"{order}H", exif, start)
        for index in range(min(entries, _MOST_ENTRIES)):
            tag, kind, count, value = struct.unpack_from(f"{order}HHIH", exif, start + 2 + 12 * index)
            if tag == 0x0112:
                return value if kind == 3 and count == 1 and 1 <= value <= 8 else 1
    except struct.error:
        pass  # cut off: as good as none
    return 1

"""Files that strangers might send to break a reader of pictures. Always the same ones.

``python -m tests.hostile_files FOLDER`` reads all files of a folder in this process, and prints what became of each,
how long it took, the most memory, and whether anything was written or a connection opened.
"""

import json
import re
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Named = tuple[str, bytes]


def hostile_files() -> Iterator[Named]:
    """Yield a name and the content of each."""
    for family in (_pngs, _jpegs, _webps, _gifs, _exifs, _cut_off, _changed_bits, _other_kinds, _large_ones):
        for name, data in family():
            yield f"{family.__name__[1:]}: {name}", data


def _photo(width: int = 96, height: int = 64, seed: int = 0) -> Image.Image:
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


def _file(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


_WAYS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("PNG", {}),
    ("JPEG", {}),
    ("JPEG", {"progressive": True}),
    ("WEBP", {}),
    ("WEBP", {"lossless": True}),
    ("GIF", {}),
)


# PNG

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def _chunk(name: bytes, content: bytes, *, checksum: int | None = None, length: int | None = None) -> bytes:
    crc = zlib.crc32(content, zlib.crc32(name)) if checksum is None else checksum
    return struct.pack(">I", len(content) if length is None else length) + name + content + struct.pack(">I", crc)


def _header(width: int, height: int, depth: int = 8, colour: int = 0, interlaced: int = 0) -> bytes:
    return _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))


def _png(*chunks: bytes) -> bytes:
    return _SIGNATURE + b"".join(chunks) + _chunk(b"IEND", b"")


def _grey_png(*extra: bytes, side: int = 32) -> bytes:
    pixels = _chunk(b"IDAT", zlib.compress(bytes((side + 1) * side)))
    return _png(_header(side, side), *extra, pixels)


def _pngs() -> Iterator[Named]:
    small = _chunk(b"IDAT", zlib.compress(bytes(1000)))
    for width, height in [(50_000, 50_000), (20_000, 20_000), (2**31 - 1, 2**31 - 1), (2**32 - 1, 1), (1, 2**31 - 1)]:
        yield f"claims {width} x {height}", _png(_header(width, height), small)
    for width, height in [(0, 0), (0, 100), (100, 0), (1, 1), (1, 100_000), (25_000_000, 1), (5000, 8)]:
        yield f"claims {width} x {height}", _png(_header(width, height), small)
    solid = zlib.compressobj()
    yield (
        "20,000 x 20,000 well packed",
        _png(
            _header(20_000, 20_000, 1),
            _chunk(b"IDAT", b"".join(solid.compress(bytes(2501)) for _ in range(20_000)) + solid.flush()),
        ),
    )
    bomb = zlib.compress(bytes(50_000_000), 9)
    yield "compressed text of 50 MB", _grey_png(_chunk(b"zTXt", b"Comment\0\0" + bomb))
    yield "150 compressed texts of 50 MB", _grey_png(*[_chunk(b"zTXt", b"Comment\0\0" + bomb)] * 150)
    yield "international text of 50 MB", _grey_png(_chunk(b"iTXt", b"Comment\0\1\0\0\0" + bomb))
    yield "profile of 50 MB", _grey_png(_chunk(b"iCCP", b"Profile\0\0" + bomb))
    yield "a second file behind the end", _grey_png() + _grey_png()
    yield "pixels that unpack to 50 MB more", _png(_header(32, 32), _chunk(b"IDAT", bomb))
    yield "700,000 empty pixel chunks", _png(_header(32, 32), _chunk(b"IDAT", b"") * 700_000, small)
    yield "40,000 unknown chunks", _grey_png(_chunk(b"abCd", b"") * 40_000)
    yield "no pixels", _png(_header(32, 32))
    yield "no header", _png(small)
    yield "two headers", _png(_header(32, 32), _header(30_000, 30_000), _chunk(b"IDAT", zlib.compress(bytes(32 * 33))))
    yield "header last", _png(small, _header(32, 32))
    yield "pixels are no zlib", _png(_header(32, 32), _chunk(b"IDAT", b"nonsense" * 50))
    yield "too few pixels", _png(_header(64, 64), small)
    yield "wrong checksum", _SIGNATURE + _header(32, 32) + _chunk(b"IDAT", zlib.compress(bytes(1056)), checksum=1)
    yield "chunk longer than the file", _SIGNATURE + _header(32, 32) + _chunk(b"IDAT", b"abc", length=2**31 - 1)
    yield "chunk of length -1", _SIGNATURE + _header(32, 32) + _chunk(b"IDAT", b"abc", length=2**32 - 1)
    yield "header too short", _png(_chunk(b"IHDR", b"\0\0\0\x20"), small)
    for depth, colour in [(0, 0), (3, 0), (32, 0), (16, 3), (8, 1), (8, 5), (8, 255)]:
        yield f"depth {depth}, colour type {colour}", _png(_header(32, 32, depth, colour), small)
    yield "palette without palette", _png(_header(32, 32, 8, 3), _chunk(b"IDAT", zlib.compress(bytes(1056))))
    yield "palette of one colour", _png(_header(32, 32, 8, 3), _chunk(b"PLTE", b"abc"), small)
    yield "interlaced in an unknown way", _png(_header(32, 32, 8, 0, 9), small)
    frames = _chunk(b"acTL", struct.pack(">II", 10_000, 0)) + _chunk(b"fcTL", bytes(26)) * 2000
    yield "animation of 10,000 frames", _grey_png(frames)
    yield "only its signature", _SIGNATURE
    for mode in ("1", "LA", "P", "RGBA"):
        yield f"mode {mode}", _file(_photo().convert(mode), "PNG")
    yield "16 bits", _file(Image.fromarray(np.arange(4096, dtype=np.uint16).reshape(64, 64) * 16), "PNG")
    clear = _photo().convert("P")
    yield "palette with transparency", _file(clear, "PNG", transparency=bytes(range(256)))
    moving = [_photo(seed=seed) for seed in range(3)]
    yield "a real animation", _file(moving[0], "PNG", save_all=True, append_images=moving[1:])


# JPEG


def _jpeg_size(data: bytes, width: int, height: int) -> bytes:
    """Return a JPEG that claims another size."""
    at = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _jpegs() -> Iterator[Named]:
    base = _file(_photo(), "JPEG")
    progressive = _file(_photo(), "JPEG", progressive=True)
    for width, height in [(65_535, 65_535), (65_535, 380), (0, 0), (0, 100), (100, 0), (5000, 5000), (1, 1)]:
        yield f"claims {width} x {height}", _jpeg_size(base, width, height)
        yield f"progressive, claims {width} x {height}", _jpeg_size(progressive, width, height)
    for mode in ("L", "CMYK", "YCbCr"):
        yield f"mode {mode}", _file(_photo().convert(mode), "JPEG")
    cmyk = _file(_photo().convert("CMYK"), "JPEG")
    yield "YCCK", cmyk.replace(b"Adobe\0d\0\0\0\0\0", b"Adobe\0d\0\0\0\0\2")
    yield "Adobe's segment cut short", cmyk.replace(b"\xff\xee\0\x0e", b"\xff\xee\0\x04", 1)
    at = progressive.index(b"\xff\xda")
    scan = progressive[at : progressive.index(b"\xff", at + 20)]
    yield "20,000 passes", _jpeg_size(progressive[:-2] + scan * 20_000 + b"\xff\xd9", 4000, 4000)
    yield "60 passes over 16 megapixels", _jpeg_size(progressive[:-2] + scan * 50 + b"\xff\xd9", 4000, 4000)
    head, rest = base[:2], base[2:]
    yield "9 MB of comments", head + _segment(0xFE, bytes(65_000)) * 140 + rest
    yield "2,000,000 fill bytes", head + b"\xff" * 2_000_000 + rest
    yield "40,000 empty segments", head + _segment(0xE5, b"") * 40_000 + rest
    yield "a preview inside", head + _segment(0xE2, base) + rest
    yield "several pictures (MPO)", _file(_photo(), "MPO", save_all=True, append_images=[_photo(seed=1)])
    yield (
        "profile in 255 pieces",
        head
        + b"".join(_segment(0xE2, b"ICC_PROFILE\0" + bytes([n, 255]) + bytes(30_000)) for n in range(1, 256))
        + rest,
    )
    yield "segment of length 0", head + b"\xff\xe0\0\0" + rest
    yield "segment beyond the end", head + b"\xff\xe0\xff\xff" + rest[:200]
    yield "two frames", base[:2] + base[base.index(b"\xff\xc0") : base.index(b"\xff\xc4")] + rest
    for marker in (0xC1, 0xC3, 0xC5, 0xC9, 0xCF):
        yield f"coded in way {marker:X}", base.replace(b"\xff\xc0\0\x11", bytes([0xFF, marker, 0, 0x11]), 1)
    yield "12 bits", base.replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c", 1)
    yield "no tables", head + rest[rest.index(b"\xff\xc0") :]
    yield "no pixels", base[: base.index(b"\xff\xda")] + b"\xff\xd9"
    yield "only its begin", b"\xff\xd8\xff"
    yield "only its begin and end", b"\xff\xd8\xff\xd9"
    yield "200 components", base.replace(base[base.index(b"\xff\xc0") :][:10], b"\xff\xc0\0\x11\x08\0\x40\0\x60\xc8", 1)


# WebP


def _webp(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(n + struct.pack("<I", len(c)) + c + bytes(len(c) % 2) for n, c in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _canvas(width: int, height: int, flags: int = 2) -> tuple[bytes, bytes]:
    sides = [(side - 1).to_bytes(3, "little") for side in (width, height)]
    return b"VP8X", bytes([flags, 0, 0, 0]) + b"".join(sides)


def _webps() -> Iterator[Named]:
    base = _file(_photo(), "WEBP")
    moving = _file(_photo(), "WEBP", save_all=True, append_images=[_photo(seed=1)] * 5)
    yield "animation", moving
    at = moving.index(b"VP8X") + 12
    for width, height in [(2**24, 2**24), (2**24, 1), (16_383, 16_383), (40_000, 30), (5000, 5000), (1, 1)]:
        sides = b"".join((side - 1).to_bytes(3, "little") for side in (width, height))
        yield f"canvas of {width} x {height}", moving[:at] + sides + moving[at + 6 :]
        yield f"canvas of {width} x {height}, nothing on it", _webp(_canvas(width, height))
    frame = moving[moving.index(b"ANMF") :]
    frame = frame[: 8 + int.from_bytes(frame[4:8], "little")]
    yield "3,000 frames", moving[: moving.index(b"ANMF")] + frame * 3000
    for width, height in [(0, 0), (16_383, 16_383), (3, 4000)]:
        at = base.index(b"\x9d\x01\x2a") + 3
        yield f"claims {width} x {height}", base[:at] + struct.pack("<HH", width, height) + base[at + 4 :]
    yield "40,000 unknown chunks", _webp(_canvas(96, 64), *[(b"abcd", b"")] * 40_000, (b"VP8 ", base[20:]))
    yield "900,000 unknown chunks", _webp(_canvas(96, 64), *[(b"abcd", b"")] * 900_000, (b"VP8 ", base[20:]))
    yield "chunk longer than the file", base[:16] + b"\xff\xff\xff\xff" + base[20:]
    yield "file longer than it is", base[:4] + b"\xff\xff\xff\xff" + base[8:]
    yield "unknown pixels", _webp((b"VP9 ", bytes(100)))
    yield "lossless without its mark", _webp((b"VP8L", bytes(100)))
    yield "only its begin", b"RIFF\0\0\0\0WEBP"
    yield "sound (WAV)", b"RIFF\x24\0\0\0WAVEfmt " + bytes(40)
    yield "with transparency", _file(_photo().convert("RGBA"), "WEBP", lossless=True)


# GIF


def _gif_frame(left: int, top: int, width: int, height: int, pixels: bytes = b"\x02\x02\x4c\x01\0") -> bytes:
    return b"," + struct.pack("<HHHHB", left, top, width, height, 0) + pixels


def _gif(width: int, height: int, *blocks: bytes) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(3) + b"\xff" * 3 + b"".join(blocks)


def _gifs() -> Iterator[Named]:
    base = _file(_photo().convert("P"), "GIF")
    for width, height in [(65_535, 65_535), (0, 0), (1, 1), (65_535, 300), (5000, 5000)]:
        yield f"screen of {width} x {height}", _gif(width, height, _gif_frame(0, 0, 1, 1), b";")
    yield "frame larger than its screen", _gif(10, 10, _gif_frame(0, 0, 65_535, 65_535), b";")
    yield "frame far outside", _gif(10, 10, _gif_frame(65_000, 65_000, 10, 10), b";")
    yield "frame without pixels", _gif(100, 100, _gif_frame(0, 0, 0, 0), b";")
    frame = _gif_frame(0, 0, 16, 16)
    yield "10,000 frames", _gif(16, 16, frame * 10_000, b";")
    yield "9 MB of one comment", _gif(16, 16, b"!\xfe" + (b"\xff" + bytes(255)) * 35_000 + b"\0", frame, b";")
    yield "600,000 comments", _gif(16, 16, b"!\xfe\x01a\0" * 600_000, frame, b";")
    yield "40,000 comments", _gif(16, 16, b"!\xfe\x01a\0" * 40_000, frame, b";")
    yield "no frame", _gif(16, 16, b";")
    yield "no end", _gif(16, 16, frame)
    yield "no palette", b"GIF89a" + struct.pack("<HHBBB", 16, 16, 0, 0, 0) + frame + b";"
    for size in (0, 1, 12, 13, 255):
        yield f"codes of {size} bits", _gif(16, 16, _gif_frame(0, 0, 16, 16, bytes([size, 2, 0x4C, 1, 0])), b";")
    yield "unknown block", _gif(16, 16, b"?abc", frame)
    yield "endless block", _gif(16, 16, b"!\xfe" + b"\xff" * 5000)
    yield "interlaced", base.replace(b",\0\0\0\0\x60\0\x40\0\0", b",\0\0\0\0\x60\0\x40\0\x40")
    moving = [_photo(seed=seed).convert("P") for seed in range(4)]
    yield "animation", _file(moving[0], "GIF", save_all=True, append_images=moving[1:])
    yield "transparent", _file(moving[0], "GIF", transparency=0)


# Exif


def _exifs() -> Iterator[Named]:
    def entries(order: str, rows: list[tuple[int, int, int, int]], start: int = 8) -> bytes:
        head = b"II*\0" if order == "<" else b"MM\0*"
        packed = b"".join(struct.pack(f"{order}HHII", *row) for row in rows)
        return head + struct.pack(f"{order}I", start) + struct.pack(f"{order}H", len(rows) % 65_536) + packed + bytes(4)

    each: list[tuple[str, bytes]] = []
    for value in (0, 2, 5, 6, 8, 9, 255, 65_535):
        each.append((f"orientation {value}", entries("<", [(0x0112, 3, 1, value)])))
    each += [
        ("orientation as text", entries("<", [(0x0112, 2, 5, 8)])),
        ("a billion orientations", entries("<", [(0x0112, 3, 10**9, 8)])),
        ("4,000 entries of the whole file", entries("<", [(tag, 1, 2**32 - 1, 0) for tag in range(4000)])),
        ("directory in itself", entries("<", [(0x8769, 4, 1, 8)])),
        ("directory beyond the end", entries("<", [(0x0112, 3, 1, 6)], start=2**32 - 10)),
        ("garbage", np.random.default_rng(3).bytes(3000)),
        ("only its begin", b"II*\0"),
        ("other byte order", entries(">", [(0x0112, 3, 1, 6 << 16)])),
    ]
    for name, exif in each:
        for kind in ("JPEG", "PNG", "WEBP"):
            yield f"{kind}, {name}", _file(_photo(), kind, exif=b"Exif\0\0" + exif)
    base = _file(_photo(), "JPEG")
    bomb = entries("<", [(tag, 1, 2**32 - 1, 0) for tag in range(5000)])
    more = _segment(0xE1, b"Exif\0\0" + bytes(65_000))
    yield "JPEG, directory over 9 MB", base[:2] + _segment(0xE1, b"Exif\0\0" + bomb) + more * 140 + base[2:]


# damaged


def _cut_off() -> Iterator[Named]:
    for kind, options in _WAYS:
        data = _file(_photo(), kind, **options)
        for share in (0.001, 0.01, 0.05, 0.2, 0.5, 0.9, 0.999):
            yield f"{kind} {options} after {share}", data[: max(int(len(data) * share), 1)]


def _changed_bits() -> Iterator[Named]:
    rng = np.random.default_rng(7)
    for kind, options in _WAYS:
        data = _file(_photo(), kind, **options)
        for trial in range(12):
            changed = bytearray(data)
            reach = len(data) if trial % 2 else min(len(data), 400)  # every other time only in the header
            for _ in range(1 + trial):
                changed[int(rng.integers(12, reach))] ^= 1 << int(rng.integers(0, 8))
            yield f"{kind} {options}, trial {trial}", bytes(changed)


def _other_kinds() -> Iterator[Named]:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg">%s</svg>'
    yield "SVG with a script", svg % b"<script>alert(1)</script>"
    yield (
        "SVG with an outer entity",
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + svg % b"<text>&x;</text>",
    )
    laughs = b"".join(b'<!ENTITY a%d "%s">' % (n + 1, b"&a%d;" % n * 10) for n in range(9))
    yield "SVG with a billion laughs", b'<!DOCTYPE svg [<!ENTITY a0 "ha">' + laughs + b"]>" + svg % b"&a9;"
    yield "SVG that fetches", svg % b'<image href="http://127.0.0.1:9/x.png"/>'
    yield "page", b"<!doctype html><html><script>alert(1)</script></html>"
    yield "empty", b""
    for n in (1, 2, 3, 8, 30, 5000):
        yield f"{n} zero bytes", bytes(n)
    yield "zip", b"PK\3\4" + bytes(200)
    yield "zip bomb", b"PK\3\4" + zlib.compress(bytes(1_000_000))
    yield "gzip", b"\x1f\x8b\x08" + bytes(50)
    yield "ELF", b"\x7fELF" + bytes(200)
    yield "Windows program", b"MZ" + bytes(200)
    yield "script", b"#!/bin/sh\nrm -rf /\n"
    yield "PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    yield "Postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(/etc/passwd) (r) file\n"
    for kind in ("TIFF", "BMP", "ICO", "PPM", "TGA", "PCX", "JPEG2000", "AVIF", "DDS"):
        yield f"real {kind}", _file(_photo(64, 64), kind)
    yield "HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)
    yield "film", b"\0\0\0\x20ftypisom" + bytes(100)
    yield "words", "Some words, ünd mehr.".encode()
    yield "words in UTF-16", "Some words".encode("utf-16")
    yield "numbers (CSV)", b"1,2,3\n4,5,6\n"
    yield "pickle", b"\x80\x04cos\nsystem\n(S'true'\ntR."
    yield "NumPy", b"\x93NUMPY\x01\0v\0{'descr': '|O', 'fortran_order': False, 'shape': (1,)}"
    rng = np.random.default_rng(5)
    for n in (10, 1000, 100_000):
        yield f"{n} random bytes", rng.bytes(n)
    begins = {"PNG": _SIGNATURE, "JPEG": b"\xff\xd8\xff\xe0", "WEBP": b"RIFF\x10\x27\0\0WEBPVP8 ", "GIF": b"GIF89a"}
    for kind, begin in begins.items():
        yield f"random bytes that begin like {kind}", begin + rng.bytes(10_000)
        for other in begins:
            if other != kind:
                yield f"{other} that begins like {kind}", begin + _file(_photo(), other)[len(begin) :]
    yield "PNG with a zip behind it", _file(_photo(), "PNG") + b"PK\3\4" + bytes(100)
    yield "GIF that is a script as well", b"GIF89a/*" + bytes(5) + b"*/=1;alert(1)"
    yield "JPEG with a page in a comment", _file(_photo(), "JPEG", comment=b"<script>alert(1)</script>")
    yield "11 MB", bytes(11_000_000)


def _large_ones() -> Iterator[Named]:
    """Yield pictures at the limits, of each kind: these cost the most time and memory that is ever allowed."""
    for name, depth, colour, bytes_per_pixel in (
        ("RGBA", 8, 6, 4),
        ("RGB of 16 bits", 16, 2, 6),
        ("RGBA of 16 bits", 16, 6, 8),
        ("grey of 16 bits", 16, 0, 2),
        ("grey with transparency", 8, 4, 2),
    ):
        packer = zlib.compressobj(1)
        row = bytes(1 + 5000 * bytes_per_pixel)
        pixels = b"".join(packer.compress(row) for _ in range(5000)) + packer.flush()
        yield f"PNG {name}", _png(_header(5000, 5000, depth, colour), _chunk(b"IDAT", pixels))
    packer = zlib.compressobj(1)
    pixels = b"".join(packer.compress(bytes(5001)) for _ in range(30_000)) + packer.flush()
    yield "PNG interlaced", _png(_header(4800, 4800, 8, 6, 1), _chunk(b"IDAT", pixels))
    large = _photo(250, 250).resize((5000, 5000), Image.Resampling.NEAREST)
    yield "JPEG", _file(large, "JPEG", quality=60)
    yield "JPEG CMYK", _file(large.convert("CMYK"), "JPEG", quality=20, subsampling=0)
    yield "JPEG progressive", _file(large, "JPEG", quality=20, progressive=True, subsampling=0)
    plain = Image.linear_gradient("L").resize((5000, 5000))
    yield "GIF", _file(plain, "GIF")
    yield "WebP", _file(plain, "WEBP", quality=5, method=0)
    yield (
        "WebP with transparency, animated",
        _file(plain.convert("RGBA"), "WEBP", quality=5, method=0, save_all=True, append_images=[plain.rotate(1)]),
    )
    dots = np.random.default_rng(1).random((1200, 1200)) < 0.35
    yield "noise at every pixel", _file(Image.fromarray(dots), "PNG")
    yield "a chessboard", _file(Image.fromarray(np.indices((1200, 1200)).sum(axis=0) % 2 == 0), "PNG")
    grid = np.indices((1200, 1200)) // 12 % 2 == 0
    yield "10,000 squares", _file(Image.fromarray(~(grid[0] & grid[1])), "PNG")
    spiral = np.indices((1200, 1200)).max(axis=0) // 2 % 2 == 0
    yield "long windings", _file(Image.fromarray(spiral), "PNG")


def main() -> None:
    """Read all files of a folder, and print one JSON object."""
    from mnist_core.errors import MnistLabError
    from mnist_core.photos import find_clothes, find_digits, read_upload

    touched: list[str] = []

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
            touched.append(f"writes {arguments[0]}")
        elif event in ("socket.connect", "subprocess.Popen", "os.system", "os.remove", "os.mkdir"):
            touched.append(f"{event} {arguments[1:]}")

    picture = read_upload(_file(_photo(), "PNG"))  # so that all is loaded
    sys.addaudithook(watch)
    before = _most_memory()
    results = []
    for path in sorted(Path(sys.argv[1]).iterdir()):
        data = path.read_bytes()
        start = time.process_time()  # of this process: other programs don't count
        outcome = ""
        try:
            picture = read_upload(data)
            for find in (find_digits, find_clothes):
                try:
                    find(picture)
                except MnistLabError as error:
                    outcome = str(error)
        except MnistLabError as error:
            outcome = str(error)
        except BaseException as error:
            outcome = f"UNEXPECTED {error!r}"
        results.append({"file": path.name, "outcome": outcome, "seconds": time.process_time() - start})
    memory = {"before_mb": before, "peak_mb": _most_memory()}
    sys.stdout.write(json.dumps({"files": results, "touched": touched} | memory))


def _most_memory() -> float:
    """Return the most memory that this process ever took, in MB; 0 where Linux does not say it."""
    # Not getrusage: there the memory of the process that started this one counts as well.
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) / 1e3 if found else 0.0


if __name__ == "__main__":
    main()

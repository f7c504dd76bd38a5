"""Files of every kind that strangers send: the right picture, or one clear sentence."""

import struct
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from mnist_core.errors import ImageError
from mnist_core.photos import MOST_BYTES, MOST_PIXELS, read_upload
from mnist_core.photos.containers import exif_orientation, open_container
from mnist_core.photos.upload import WORKING_PIXELS


def file_of(image, kind, **options):
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.fixture
def corner():
    """A white picture, 60 x 40, whose upper left quarter is black: every turn of it looks different."""
    image = Image.new("RGB", (60, 40), "white")
    image.paste("black", (0, 0, 30, 20))
    return image


def quarters(data):
    """Return the mean brightness of the four quarters of what was read, row by row."""
    grey = read_upload(data).grey.astype(int)
    middle, centre = grey.shape[0] // 2, grey.shape[1] // 2
    rows = (grey[:middle], grey[middle:])
    return [round(half.mean() / 255) for row in rows for half in (row[:, :centre], row[:, centre:])]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("JPEG", {"quality": 95}),
        ("JPEG", {"quality": 95, "progressive": True}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("GIF", {}),
    ],
)
def test_every_accepted_format_is_read(corner, kind, options):
    data = file_of(corner, kind, **options)
    picture = read_upload(data)
    assert picture.colours.shape == (40, 60, 3)
    assert (picture.width, picture.height) == (60, 40)
    assert quarters(data) == [0, 1, 1, 1]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_a_png_is_read(corner, mode):
    if mode == "I;16":
        image = Image.fromarray(np.asarray(corner.convert("L")).astype(np.uint16) * 257)
    else:
        image = corner.convert(mode)
    assert quarters(file_of(image, "PNG")) == [0, 1, 1, 1]


def test_sixteen_bits_of_grey_keep_their_shades():
    image = Image.fromarray(np.full((20, 20), 32896, np.uint16))
    assert read_upload(file_of(image, "PNG")).grey.tolist() == [[128] * 20] * 20


@pytest.mark.parametrize("mode", ["CMYK", "L", "RGB", "YCbCr"])
def test_every_mode_of_a_jpeg_is_read(corner, mode):
    assert quarters(file_of(corner.convert(mode), "JPEG")) == [0, 1, 1, 1]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_what_is_transparent_is_white_paper(kind):
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 30, 20))
    assert quarters(file_of(image, kind)) == [0, 1, 1, 1]


def test_white_ink_on_a_transparent_ground_is_seen():
    image = Image.new("RGBA", (60, 40), (255, 255, 255, 0))
    image.paste((255, 255, 255, 255), (0, 0, 30, 20))
    assert quarters(file_of(image, "PNG")) == [1, 0, 0, 0]


@pytest.mark.parametrize("clear", [0, 65535])
def test_a_transparent_shade_of_sixteen_bits_is_white_paper(clear):
    values = np.full((40, 60), clear, np.uint16)
    values[:20, :30] = 257 * 40
    image = Image.fromarray(values)
    assert quarters(file_of(image, "PNG", transparency=clear)) == [0, 1, 1, 1]


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_of_an_animation_the_first_frame_is_read(corner, kind):
    second = corner.transpose(Image.Transpose.ROTATE_180)
    data = file_of(corner, kind, save_all=True, append_images=[second, second], duration=100, loop=0)
    assert quarters(data) == [0, 1, 1, 1]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_upright_as_its_camera_said(corner, kind, orientation):
    # What undoes each orientation, so that the turned picture is the upright one again.
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = corner.transpose(undo[orientation]) if orientation > 1 else corner
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = file_of(stored, kind, exif=exif)
    assert quarters(data) == [0, 1, 1, 1]
    assert read_upload(data).colours.shape == (40, 60, 3)


def exif_of(value, *, order="<", kind=3, count=1):
    """Return Exif data with a maker's name and then an orientation, in which everything may be wrong."""
    start = b"II*\0" if order == "<" else b"MM\0*"
    maker = struct.pack(f"{order}HHI4s", 0x010F, 2, 4, b"abc\0")
    orientation = struct.pack(f"{order}HHI", 0x0112, kind, count)
    orientation += struct.pack(f"{order}H2x" if kind == 3 else f"{order}I", value)
    return start + struct.pack(f"{order}IH", 8, 2) + maker + orientation + bytes(4)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_a_wrong_orientation_turns_nothing(corner, orientation):
    assert quarters(file_of(corner, "JPEG", exif=b"Exif\0\0" + exif_of(orientation))) == [0, 1, 1, 1]


@pytest.mark.parametrize("more", [{"kind": 4}, {"kind": 2}, {"count": 2}, {"count": 2**32 - 1}])
def test_an_orientation_of_a_wrong_type_is_as_good_as_none(more):
    assert exif_orientation(exif_of(6, **more)) == 1


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_orientation_is_found_in_both_byte_orders(order):
    assert exif_orientation(exif_of(6, order=order)) == 6


def test_exif_that_makes_no_sense_is_as_good_as_none():
    for data in (b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", b"nonsense" * 20):
        assert exif_orientation(data) == 1


def test_a_large_photo_is_shrunk_to_the_working_size():
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 255, (2400, 3200), dtype=np.uint8))
    for kind in ("JPEG", "PNG"):
        height, width, _ = read_upload(file_of(image, kind)).colours.shape
        assert 0.9 * WORKING_PIXELS < height * width <= WORKING_PIXELS
        assert width / height == pytest.approx(4 / 3, rel=0.01)


@pytest.mark.parametrize("mode", ["P", "LA", "RGBA", "1"])
def test_a_large_picture_that_is_shrunk_in_strips_has_no_seams(mode):
    ramp = np.linspace(0, 255, 3001).astype(np.uint8)
    image = Image.fromarray(np.repeat(ramp[:, None], 2003, axis=1)).convert(mode)
    rows = read_upload(file_of(image, "PNG", compress_level=1)).grey.astype(float).mean(axis=1)
    assert np.abs(rows - np.linspace(0, 255, len(rows))).max() < (
        24 if mode == "1" else 4
    )  # black and white are dithered


# limits


def test_a_file_of_more_than_ten_megabytes_is_refused():
    with pytest.raises(ImageError, match="10.0 MB; at most 10 MB"):
        read_upload(b"\x89PNG\r\n\x1a\n" + bytes(MOST_BYTES))


def test_more_than_25_megapixels_are_refused_before_decoding(monkeypatch):
    data = file_of(Image.new("1", (5001, 5000)), "PNG")
    monkeypatch.setattr(Image, "open", None)
    with pytest.raises(ImageError, match="5001 × 5000 pixels; at most 25 megapixels"):
        read_upload(data)


def test_25_megapixels_are_read():
    assert read_upload(file_of(Image.new("1", (5000, MOST_PIXELS // 5000), 1), "PNG")).grey.min() == 255


@pytest.mark.parametrize("size", [(1, 1), (7, 500), (500, 1)])
def test_a_picture_of_a_few_pixels_is_refused(size):
    with pytest.raises(ImageError, match="each side needs at least 8"):
        read_upload(file_of(Image.new("L", size), "PNG"))


def test_a_very_long_strip_is_refused():
    with pytest.raises(ImageError, match="a very long strip"):
        read_upload(file_of(Image.new("L", (20_000, 10)), "PNG"))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty"),
        (b"%PDF-1.7 ...", "PDF document"),
        (b"II*\0" + bytes(20), "TIFF picture"),
        (b"BM" + bytes(60), "BMP picture"),
        (b"\0\0\1\0" + bytes(60), "icon"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "set the phone's camera to “Most compatible”"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "AVIF picture"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "film"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "Export it as PNG"),
        (b"<!doctype html><html>", "web page"),
        (b"PK\3\4" + bytes(30), "Unpack it first"),
        (b"\x7fELF" + bytes(30), "program"),
        (b"just some words", "text"),
        (bytes(100), "PNG, JPEG, WebP and GIF"),
    ],
)
def test_other_files_are_named_with_what_to_do(data, words):
    with pytest.raises(ImageError, match=words):
        read_upload(data)


def test_the_decoder_gets_nothing_but_pixels(corner):
    exif = Image.Exif()
    exif[0x010E] = "A secret place"
    for kind, options in (
        ("JPEG", {"comment": b"A secret place", "exif": exif, "icc_profile": b"A secret place"}),
        ("PNG", {"exif": exif, "icc_profile": b"A secret place"}),
        ("GIF", {"comment": b"A secret place"}),
    ):
        data = file_of(corner, kind, **options)
        assert len(open_container(data).data) < len(data)
        assert b"A secret place" not in open_container(data).data
        assert quarters(data) == [0, 1, 1, 1]

import io
import tracemalloc
import zipfile

import numpy as np
import pytest

from mnist_core.drawing.personal import read_npz, write_npz
from mnist_core.errors import DrawingsError

IMAGES = np.full((5, 28, 28), 7, np.uint8)
LABELS = np.arange(5, dtype=np.uint8)


def archive(**arrays):
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def raw(**members):
    """Return a ZIP file of given bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)
    return stream.getvalue()


def npy(array, **header):
    """Return an array as a file; parts of its header can be made to lie."""
    stream = io.BytesIO()
    values = np.lib.format.header_data_from_array_1_0(array) | header
    np.lib.format.write_array_header_1_0(stream, values)
    return stream.getvalue() + array.tobytes()


GOOD = npy(LABELS)


def test_what_was_written_is_read_again(some):
    images, labels = read_npz(write_npz(*some), 100, 10)
    np.testing.assert_array_equal(images, some[0])
    np.testing.assert_array_equal(labels, some[1])


@pytest.mark.parametrize("names", [("images", "labels"), ("x_train", "y_train"), ("x", "y")])
def test_other_names_are_known(names):
    images, labels = read_npz(archive(**dict(zip(names, (IMAGES, LABELS), strict=True)), other=np.zeros(3)), 10, 10)
    np.testing.assert_array_equal(images, IMAGES)
    np.testing.assert_array_equal(labels, LABELS)


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (IMAGES.reshape(5, 784), LABELS),
        (IMAGES[..., None], LABELS[:, None]),
        (IMAGES.astype(np.int64), LABELS.astype(np.int32)),
        (IMAGES.astype(np.float64), LABELS.astype(np.float32)),
        (IMAGES / 255.0, LABELS),
        (np.asfortranarray(IMAGES), LABELS),
        (IMAGES.astype(">i2"), LABELS),
    ],
    ids=["flat", "with a channel", "whole numbers", "fractions to 255", "fractions to 1", "by columns", "big endian"],
)
def test_other_forms_are_understood(images, labels):
    found, answers = read_npz(archive(images=images, labels=labels), 10, 10)
    np.testing.assert_array_equal(found, IMAGES)
    np.testing.assert_array_equal(answers, LABELS)


def _huge():
    return archive(images=np.zeros((130_000, 28, 28), np.uint8), labels=np.zeros(130_000, np.uint8))


WRONG = {
    "empty": (lambda: b"", "damaged"),
    "no archive": (lambda: b"label,pixel0\n" * 10, "damaged"),
    "cut off": (lambda: write_npz(IMAGES, LABELS)[:-40], "damaged"),
    "other names": (lambda: archive(a=IMAGES, b=LABELS), "Received: a, b"),
    "only images": (lambda: archive(images=IMAGES), "Received: images"),
    "no member": (lambda: raw(), "no array"),
    "pickled objects": (lambda: archive(images=np.array([{}], object), labels=LABELS), "plain numbers"),
    "words": (lambda: archive(images=IMAGES, labels=LABELS.astype(str)), "plain numbers"),
    "complex numbers": (lambda: archive(images=IMAGES.astype(complex), labels=LABELS), "plain numbers"),
    "records": (lambda: archive(images=np.zeros(5, [("a", "u1")]), labels=LABELS), "plain numbers"),
    "other pixels": (lambda: archive(images=np.ones((5, 27, 28)), labels=LABELS), "28 x 28"),
    "colours": (lambda: archive(images=np.ones((5, 28, 28, 3), np.uint8), labels=LABELS), "28 x 28"),
    "one image": (lambda: archive(images=IMAGES[0], labels=LABELS), "28 x 28|too many"),
    "a number": (lambda: archive(images=np.uint8(1), labels=LABELS), "28 x 28"),
    "fewer labels": (lambda: archive(images=IMAGES, labels=LABELS[:4]), "One label"),
    "one-hot labels": (lambda: archive(images=IMAGES, labels=np.eye(5)), "One label"),
    "nothing": (lambda: archive(images=IMAGES[:0], labels=LABELS[:0]), "no drawing"),
    "NaN": (lambda: archive(images=np.full((5, 28, 28), np.nan), labels=LABELS), "Drawing 1"),
    "infinite": (lambda: archive(images=np.where(IMAGES, np.inf, 0.0), labels=LABELS), "Drawing 1"),
    "below 0": (lambda: archive(images=-IMAGES.astype(int), labels=LABELS), "Drawing 1"),
    "above 255": (lambda: archive(images=IMAGES * np.uint16(99), labels=LABELS), "Drawing 1"),
    "no ink": (lambda: archive(images=IMAGES * (LABELS < 3)[:, None, None], labels=LABELS), "Drawing 4 is empty"),
    "label 10": (lambda: archive(images=IMAGES, labels=LABELS + 6), "Drawing 5 has another: 10"),
    "label NaN": (lambda: archive(images=IMAGES, labels=LABELS + np.nan), "another: nan"),
    "too many": (lambda: archive(images=np.repeat(IMAGES, 3, 0), labels=np.repeat(LABELS, 3)), "at most 10"),
    "a hundred megabytes of zeros": (_huge, "at most 10"),
    "a header that promises more": (lambda: raw(images=npy(IMAGES, shape=(9, 28, 28)), labels=GOOD), "damaged"),
    "a header of another world": (lambda: raw(images=npy(IMAGES, shape=(10**15, 28, 28)), labels=GOOD), "at most 10"),
    "a wide header": (lambda: raw(images=npy(IMAGES, shape=(1, 10**12)), labels=GOOD), "28 x 28"),
    "a negative header": (lambda: raw(images=npy(IMAGES, shape=(-1, 28, 28)), labels=GOOD), "28 x 28"),
    "a header with code": (lambda: raw(images=b"\x93NUMPY\x01\x00\x10\x00__import__('os')", labels=GOOD), "damaged"),
    "no header": (lambda: raw(images=b"\0" * 5000, labels=GOOD), "damaged"),
    "an unknown version": (lambda: raw(images=b"\x93NUMPY\x09\x00" + b"\0" * 99, labels=GOOD), "damaged"),
}


@pytest.mark.parametrize(("make", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_refused_in_one_sentence(make, words):
    with pytest.raises(DrawingsError, match=words) as caught:
        read_npz(make(), 10, 10)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    "images",
    [
        npy(np.zeros(1, np.uint8), shape=(10, 28, 28)) + b"\0" * 100_000_000,
        b"\x93NUMPY\x02\x00" + (100_000_000).to_bytes(4, "little") + b" " * 100_000_000,
    ],
    ids=["behind the array", "in the header"],
)
def test_a_bomb_is_never_unpacked(images):
    bomb = raw(images=images, labels=npy(LABELS))
    assert len(bomb) < 200_000
    tracemalloc.start()
    with pytest.raises(DrawingsError):
        read_npz(bomb, 10, 10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000

import dataclasses
import gzip
import io
import random
import struct
import subprocess
import sys

import numpy as np
import pytest

from mnist_core.datasets import DATASETS
from mnist_core.datasets.decode import decode, parse_idx
from mnist_core.errors import CorruptDataError


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@pytest.fixture
def npz_path(one_file, tmp_path):
    one_file.write_to(tmp_path)
    return tmp_path / "tiny.npz"


@pytest.fixture
def idx_paths(four_files, tmp_path):
    four_files.write_to(tmp_path)
    return [tmp_path / name for name in four_files.files]


def damaged(spec, paths):
    """Check that decoding fails in words that name the file, and return the message."""
    with pytest.raises(CorruptDataError) as caught:
        decode(spec, paths)
    message = str(caught.value)
    assert message.startswith((str(paths[0]), str(paths[0].parent)))
    assert "damaged or is not Tiny set" in message
    assert "Delete it" in message
    return message


# IDX


def test_an_idx_file_is_read_in_its_shape():
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    assert np.array_equal(parse_idx(idx(array)), array)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"\x00\x00\x08",
        b"\x00\x00\x08\x01",
        b"\x00\x00\x08\x01\x00\x00",
        b"<!DOCTYPE html>",
        b"\x00\x00\x0d\x01\x00\x00\x00\x01\x00\x00\x00\x00",  # floats
        b"\x01\x00\x08\x01\x00\x00\x00\x01\x00",
        b"\x00\x00\x08\x01\x00\x00\x00\x05abcd",  # one short
        b"\x00\x00\x08\x01\x00\x00\x00\x03abcd",  # one too many
        b"\x00\x00\x08\xff" + 255 * b"\x00\x00\x00\x01" + b"a",  # 255 dimensions
        b"\x00\x00\x08\x03" + 3 * b"\xff\xff\xff\xff",  # 2**96 numbers
        b"\x00\x00\x08\x02\x80\x00\x00\x00\x80\x00\x00\x00",
        b"\x00\x00\x08\x04" + 4 * b"\x00\x01\x00\x00",  # 2**64 numbers, which is 0 in 64 bits
    ],
)
def test_hostile_idx_content_is_refused(content):
    with pytest.raises(ValueError, match=r"."):
        parse_idx(content)


def test_four_idx_files_are_read(four_files, idx_paths):
    arrays = decode(four_files.spec, idx_paths)
    assert {name: array.tobytes() for name, array in arrays.items()} == {
        name: array.tobytes() for name, array in four_files.arrays.items()
    }
    assert arrays["x_train"].shape == (300, 28, 28)


@pytest.mark.parametrize("keep", [0, 1, 9, 11, 0.5, 0.99])
def test_a_truncated_gz_file_is_refused(four_files, idx_paths, keep):
    content = idx_paths[1].read_bytes()
    idx_paths[1].write_bytes(content[: keep if isinstance(keep, int) else int(keep * len(content))])
    damaged(four_files.spec, idx_paths)


def test_a_file_that_is_not_gz_at_all_is_refused(four_files, idx_paths):
    idx_paths[0].write_bytes(b"<html>Please log in to this network</html>")
    assert "Not a gzipped file" in damaged(four_files.spec, idx_paths)


def test_swapped_files_are_refused(four_files, idx_paths):
    idx_paths[0], idx_paths[2] = idx_paths[2], idx_paths[0]
    assert "y_train differs" in damaged(four_files.spec, idx_paths)


def test_the_same_bytes_in_another_shape_are_refused(four_files, idx_paths):
    idx_paths[1].write_bytes(gzip.compress(idx(four_files.arrays["x_train"].reshape(300, 784))))
    assert "x_train differs" in damaged(four_files.spec, idx_paths)


def test_damaged_bytes_never_escape_as_another_error(four_files, idx_paths):
    # Whatever is flipped, the content is not the published one: some bits of a gz file mean nothing.
    spec = dataclasses.replace(four_files.spec, content_md5=dict.fromkeys(four_files.arrays, "0" * 32))
    rng = random.Random(0)
    original = idx_paths[0].read_bytes()
    for _ in range(500):
        content = bytearray(original)
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        idx_paths[0].write_bytes(content)
        damaged(spec, idx_paths)


# npz


def test_an_npz_file_is_read(one_file, npz_path):
    arrays = decode(one_file.spec, [npz_path])
    assert all(np.array_equal(arrays[name], array) for name, array in one_file.arrays.items())
    assert all(array.dtype == np.uint8 for array in arrays.values())


def test_the_container_does_not_matter_where_the_content_is_right(one_file, tmp_path):
    path = tmp_path / "other.npz"
    np.savez_compressed(path, **{name: array.astype(np.int64) for name, array in one_file.arrays.items()})
    assert np.array_equal(decode(one_file.spec, [path])["x_test"], one_file.arrays["x_test"])


@pytest.mark.parametrize("keep", [0, 1, 4, 100, 0.5, 0.99])
def test_a_truncated_npz_file_is_refused(one_file, npz_path, keep):
    content = npz_path.read_bytes()
    npz_path.write_bytes(content[: keep if isinstance(keep, int) else int(keep * len(content))])
    damaged(one_file.spec, [npz_path])


@pytest.mark.parametrize("content", [b"<html>404</html>", b"PK\x03\x04 not a zip", b"\x80\x04N.", bytes(1000)])
def test_a_file_that_is_no_zip_is_refused(one_file, npz_path, content):
    npz_path.write_bytes(content)
    damaged(one_file.spec, [npz_path])


def test_a_single_npy_array_is_refused(one_file, npz_path):
    np.save(npz_path.with_suffix(".npy"), one_file.arrays["x_test"])
    npz_path.with_suffix(".npy").replace(npz_path)
    damaged(one_file.spec, [npz_path])


def test_a_missing_array_is_refused(one_file, npz_path):
    arrays = {name: array for name, array in one_file.arrays.items() if name != "y_test"}
    npz_path.write_bytes(npz(**arrays))
    assert "y_test" in damaged(one_file.spec, [npz_path])


def test_one_changed_pixel_is_noticed(one_file, npz_path):
    arrays = {name: array.copy() for name, array in one_file.arrays.items()}
    arrays["x_test"][3, 14, 14] ^= 1
    npz_path.write_bytes(npz(**arrays))
    assert "content of x_test differs from the published data" in damaged(one_file.spec, [npz_path])


def test_pickled_objects_are_never_loaded(one_file, npz_path):
    class Bomb:
        def __reduce__(self):
            return pytest.fail, ("the pickle was executed",)

    npz_path.write_bytes(npz(**{**one_file.arrays, "x_test": np.array([Bomb()], dtype=object)}))
    damaged(one_file.spec, [npz_path])


def test_damaged_headers_never_escape_as_another_error(one_file, npz_path):
    # Only the parts that are not image data: there nearly every flipped bit is another defect.
    small = {name: array[:2] for name, array in one_file.arrays.items()}
    spec = dataclasses.replace(one_file.spec, content_md5=dict.fromkeys(small, "0" * 32), n_train=2, n_test=2)
    original = npz(**small)
    rng = random.Random(0)
    for _ in range(1500):
        content = bytearray(original)
        for _ in range(rng.randint(1, 3)):
            content[rng.choice([rng.randrange(300), rng.randrange(len(content) - 600, len(content))])] = rng.randrange(
                256
            )
        npz_path.write_bytes(content)
        damaged(spec, [npz_path])


def test_a_file_that_can_not_be_read_is_no_damaged_file(one_file, tmp_path):
    with pytest.raises(IsADirectoryError):
        decode(one_file.spec, [tmp_path])


# the bundled digits


def test_the_bundled_digits_are_those_of_scikit_learn(digits):
    from sklearn.datasets import load_digits

    expected = load_digits()
    assert np.array_equal(np.concatenate([digits.y_train, digits.y_test]), expected.target)
    assert (digits.x_train.shape, digits.x_test.shape) == ((1500, 28, 28), (297, 28, 28))


def test_images_and_labels_of_the_bundled_digits_belong_together(digits):
    means = np.stack([digits.x_train[digits.y_train == label].mean(axis=0).ravel() for label in range(10)])
    distances = ((digits.x_test.reshape(-1, 1, 784) - means) ** 2).sum(axis=2)
    assert np.mean(distances.argmin(axis=1) == digits.y_test) > 0.8


def test_the_bundled_digits_look_like_mnist_digits(digits):
    images = digits.x_train.astype(float)
    mass = images.sum(axis=(1, 2))
    for axis in (1, 2):
        centre = (images.sum(axis=axis) @ np.arange(28)) / mass
        assert ((centre >= 13.5) & (centre <= 14.5)).all()
    assert (images.max(axis=(1, 2)) == 255).all()


def test_the_bundled_digits_are_read_without_importing_scikit_learn():
    program = (
        "import sys\n"
        "from mnist_core.datasets import DATASETS\n"
        "from mnist_core.datasets.decode import decode\n"
        "assert len(decode(DATASETS['digits'], ())['x_train']) == 1500\n"
        "assert not {'sklearn', 'scipy', 'keras', 'tensorflow'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_missing_scikit_learn_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CorruptDataError, match="pip install"):
        decode(DATASETS["digits"], ())

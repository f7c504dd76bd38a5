"""From files to checked arrays. Knows file formats, not where files come from.

Another format is another entry of `DECODERS`.
"""

import gzip
import hashlib
import importlib.util
import io
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core.config.datasets import DatasetSpec
from mnist_core.datasets.pen import Report, decode_strokes
from mnist_core.drawing.prepare import SIDE, prepare_digit
from mnist_core.errors import CorruptDataError
from mnist_core.text import Phrase, Sentence

Arrays = dict[str, npt.NDArray[np.uint8]]
ARRAY_NAMES = ("x_train", "y_train", "x_test", "y_test")

_CORRUPT: Sentence = "{path} is damaged or is not {title}: {reason}. Delete it, and it will be fetched again."


def decode(spec: DatasetSpec, paths: Sequence[Path], report: Report | None = None) -> Arrays:
    """Read a dataset's files and check their content.

    Parameters
    ----------
    spec : DatasetSpec
        What the content must be.
    paths : sequence of Path
        The files, in the order of ``spec.files``.
    report : callable, optional
        Told the share that is done, 0 to 1, where that takes longer than a moment.

    Returns
    -------
    dict of str to ndarray
        ``x_train`` and ``x_test`` of shape (n, 28, 28), uint8, 0 = paper and 255 = ink;
        ``y_train`` and ``y_test`` of shape (n,), uint8, below ``spec.num_classes``.

    Raises
    ------
    CorruptDataError
        If a file is truncated, of another format, or has other content.
    """
    arrays = DECODERS[spec.format](spec, paths, report)
    for name, array in arrays.items():
        size = spec.n_train if name.endswith("train") else spec.n_test
        is_images = name.startswith("x")
        shape = (size, SIDE, SIDE) if is_images else (size,)
        fits = array.shape == shape and (is_images or not size or array.max() < spec.num_classes)
        if not fits or not _is_published(spec, name, array, paths):
            raise CorruptDataError(
                _CORRUPT,
                path=paths[0].parent if len(paths) > 1 else next(iter(paths), spec.id),
                title=Phrase(spec.title),
                reason=Phrase("the content of {name} differs from the published data", name=name),
            )
    return arrays


def _is_published(spec: DatasetSpec, name: str, array: npt.NDArray[np.uint8], paths: Sequence[Path]) -> bool:
    """Whether an array is what its publisher has: by its content, or by its file where the content is not known."""
    if name in spec.content_md5:
        return hashlib.md5(array.tobytes(), usedforsecurity=False).hexdigest() == spec.content_md5[name]
    return all(
        hashlib.new(algorithm, path.read_bytes(), usedforsecurity=False).hexdigest() == digest
        for file, path in zip(spec.files, paths, strict=True)
        if file.array in ("", name)
        for algorithm, _, digest in [file.checksum.partition(":")]
        if digest
    )


def _decode_npz(spec: DatasetSpec, paths: Sequence[Path], _: Report | None) -> Arrays:
    (path,) = paths
    content = io.BytesIO(path.read_bytes())
    try:
        with np.load(content, allow_pickle=False) as archive:
            return {name: np.ascontiguousarray(archive[name], dtype=np.uint8) for name in ARRAY_NAMES}
    except Exception as error:  # NumPy and zipfile raise a dozen classes for damaged content
        raise CorruptDataError(_CORRUPT, path=path, title=Phrase(spec.title), reason=_reason(error)) from error


def _decode_idx(spec: DatasetSpec, paths: Sequence[Path], _: Report | None) -> Arrays:
    arrays: Arrays = {}
    for file, path in zip(spec.files, paths, strict=True):
        content = path.read_bytes()
        try:
            arrays[file.array] = parse_idx(gzip.decompress(content))
        except (ValueError, EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise CorruptDataError(_CORRUPT, path=path, title=Phrase(spec.title), reason=_reason(error)) from error
    return {name: arrays[name] for name in ARRAY_NAMES}


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__).rstrip(".")


def parse_idx(content: bytes) -> npt.NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes.

    The format: two zero bytes, a type code (8 = unsigned byte), the number of dimensions, then
    each dimension as a big-endian 32-bit integer, then the data
    (http://yann.lecun.com/exdb/mnist, "the IDX file format").

    Raises
    ------
    ValueError
        If the header is another one or the length does not fit.
    """
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise ValueError("it does not begin like an IDX file")
    rank = content[3]
    shape = tuple(int(n) for n in np.frombuffer(content, ">u4", rank, offset=4))
    start = 4 + 4 * rank
    if len(content) - start != int(np.prod(shape)):
        raise ValueError("its length does not fit its header")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _decode_bundled_digits(spec: DatasetSpec, _: Sequence[Path], __: Report | None) -> Arrays:
    """Read scikit-learn's 8 x 8 digits and bring them to 28 x 28 the MNIST way.

    The file is read without importing scikit-learn, which would cost the app 80 MB. Grey levels
    0 to 16 become 0 to 255, the image is enlarged smoothly (bicubic), and then normalised
    like a drawing. The last 297 images are the test set.
    """
    package = importlib.util.find_spec("sklearn")
    if package is None or not package.submodule_search_locations:
        raise CorruptDataError("scikit-learn is not installed. Run: pip install -r requirements.txt")
    path = Path(package.submodule_search_locations[0]) / "datasets" / "data" / "digits.csv.gz"
    table = np.loadtxt(path, delimiter=",", dtype=np.uint8)
    small = (table[:, :64].reshape(-1, 8, 8) * (255.0 / 16.0)).astype(np.float32)
    images = np.stack([_enlarge(image) for image in small])
    labels = table[:, 64]
    n = spec.n_train
    return {
        "x_train": images[:n],
        "y_train": labels[:n],
        "x_test": images[n:],
        "y_test": labels[n:],
    }


def _enlarge(image: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    large = Image.fromarray(image).resize((80, 80), Image.Resampling.BICUBIC)
    ink = np.clip(np.asarray(large), 0, 255)
    # Bicubic enlargement leaves a faint halo that would widen the box around the digit.
    return prepare_digit(np.where(ink < 32, 0, ink).astype(np.uint8)).image


DECODERS: Mapping[str, Callable[[DatasetSpec, Sequence[Path], Report | None], Arrays]] = {
    "npz": _decode_npz,
    "idx": _decode_idx,
    "unipen": decode_strokes,
    "scikit-learn": _decode_bundled_digits,
}
"""How files of a format become arrays: given the spec, the files and what is told the share that is done."""

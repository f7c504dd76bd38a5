"""The data in the plain Keras code of a configuration: where images come from, and which are for validation."""

from collections.abc import Callable, Mapping
from os.path import commonprefix

from mnist_core.config import DataConfig
from mnist_core.config.datasets import PEN_STROKES, SCALING, DatasetSpec, FileFormat, LoadingCode, get_spec
from mnist_core.datasets.load import STROKES_COUNT
from mnist_core.script.section import Section, call
from mnist_core.text import English, Sentence


def datasets_beside(data: DataConfig) -> dict[str, str]:
    """Return the ids of the datasets whose arrays a script reads from files beside it, by the names of the files."""
    specs = [get_spec(data.dataset), *([PEN_STROKES] if data.pen_strokes else [])]
    return {code.file: spec.id for spec in specs if (code := loading_code(spec)).file}


def loading_code(spec: DatasetSpec) -> LoadingCode:
    """Return how a script gets a dataset: as its spec says, or from its publisher's files."""
    if spec.code is not None:
        return spec.code
    return LoadingCode(lines=_FETCHING[spec.format](spec), note=Sentence("Keras downloads their files the first time."))


def training_size(data: DataConfig) -> int:
    """Return how many images of the dataset are learned from; those for validation are not counted."""
    return int(data.n_used * (1 - data.validation_split))


def data_section(data: DataConfig, t: English, *, one_hot: int | None, apart: bool) -> Section:
    """Return the code that loads images and labels.

    Parameters
    ----------
    data : DataConfig
    t : English
    one_hot : int or None
        With how many numbers a label is written; None for plain labels.
    apart : bool
        Whether validation images are cut off here, as ``x_val`` and ``y_val``, and not by Keras.
    """
    spec = get_spec(data.dataset)
    code = loading_code(spec)
    lines = list(code.lines)
    if code.file:
        lines[0] += f"  # {t('written by MNIST Lab')}: python -m mnist_core code ... --out FILE"
    if data.train_size is not None:
        size = data.train_size
        lines.append(f"x_train, y_train = x_train[:{size}], y_train[:{size}]")
    if one_hot:
        train, test = (f"keras.utils.to_categorical(y_{part}, {one_hot})" for part in ("train", "test"))
        lines.append(f"y_train, y_test = {train}, {test}")
    if apart and data.validation_split:
        lines += cut_lines(data, t)
    if data.pen_strokes:
        lines += _strokes_lines(one_hot, t)
    note = [t(code.note)] if code.note else []
    words = [t(spec.summary), t("Each image is a table of 28 × 28 numbers, from 0 to 1."), *note]
    words += [
        t("The file `{name}` has to lie beside this notebook: MNIST Lab writes it.", name=name)
        for name in datasets_beside(data)
    ]
    if one_hot:
        words.append(_one_hot_words(spec, t))
    words.append(t("The test images are kept for the very end."))
    comment = " ".join([t("images of 28 x 28 numbers, here from 0 to 1."), *note])
    return Section("data", t("Data"), comment, " ".join(words), tuple(lines))


def cut_lines(data: DataConfig, t: English) -> list[str]:
    """Return the code that cuts validation images off."""
    return [
        f"n = int(len(x_train) * (1 - {data.validation_split!r}))  # {t('the rest is for validation')}",
        "x_train, x_val, y_train, y_val = x_train[:n], x_train[n:], y_train[:n], y_train[n:]",
    ]


def _one_hot_words(spec: DatasetSpec, t: English) -> str:
    """Return an example of a label as zeros with a single one: the fourth class is easy to count."""
    label = min(3, spec.num_classes - 1)
    written = "".join(str(int(place == label)) for place in range(spec.num_classes))
    name = spec.class_names[label]
    if name == str(label):
        return t("The labels are one-hot: a {name} is written {written}.", name=name, written=written)
    return t(
        "The labels are one-hot: class {label} ({name}) is written {written}.",
        label=label,
        name=t(name),
        written=written,
    )


def _npz_lines(spec: DatasetSpec) -> tuple[str, ...]:
    (file,) = spec.files
    return (
        *call("path = keras.utils.get_file", [f'origin="{file.url}"', *_folder(spec)]),
        "file = np.load(path)",
        'x_train, y_train, x_test, y_test = (file[name] for name in ("x_train", "y_train", "x_test", "y_test"))',
        SCALING,
    )


def _idx_lines(spec: DatasetSpec) -> tuple[str, ...]:
    site = commonprefix([file.url for file in spec.files]).rpartition("/")[0] + "/"
    names = {file.array: file.url.removeprefix(site) for file in spec.files}
    return (
        f'site = "{site}"',
        "",
        "",
        "def read(name, begin):",
        f"    path = keras.utils.get_file({', '.join(['origin=site + name', *_folder(spec)])})",
        "    return np.frombuffer(gzip.open(path).read(), np.uint8, offset=begin)",
        "",
        "",
        *(f'{array} = read("{names[array]}", 16).reshape(-1, 28, 28) / 255.0' for array in ("x_train", "x_test")),
        *(f'{array} = read("{names[array]}", 8)' for array in ("y_train", "y_test")),
    )


def _folder(spec: DatasetSpec) -> list[str]:
    """Return the argument that lets Keras keep files where MNIST Lab looks for them, too."""
    folder = spec.files[0].name.rpartition("/")[0]
    return [f'cache_subdir="datasets/{folder}"'] if folder else []


_FETCHING: Mapping[FileFormat, Callable[[DatasetSpec], tuple[str, ...]]] = {"npz": _npz_lines, "idx": _idx_lines}
"""Code that reads the publisher's files, for the formats that a learner's script can read."""


def _strokes_lines(one_hot: int | None, t: English) -> list[str]:
    labels = f'keras.utils.to_categorical(strokes["y_train"], {one_hot})' if one_hot else 'strokes["y_train"]'
    assert PEN_STROKES.code is not None
    return [
        f'strokes = np.load("{PEN_STROKES.code.file}")'
        f"  # {t('of other writers; MNIST Lab puts this file beside the script')}",
        f'x_train = np.concatenate([x_train] + {STROKES_COUNT} * [strokes["x_train"] / 255.0])',
        f"y_train = np.concatenate([y_train] + {STROKES_COUNT} * [{labels}])",
    ]

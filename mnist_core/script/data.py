"""The data in the plain Keras code of a configuration: where images come from, and which are for validation."""

from mnist_core.config import DataConfig
from mnist_core.datasets import get_spec
from mnist_core.datasets.load import STROKES_COUNT
from mnist_core.script.section import Section

STROKES_FILE = "pen_strokes.npz"
"""What a script reads of images that nobody serves: the arrays x_train, y_train, x_test and y_test, as bytes."""

_LOADED_BY_KERAS = ("mnist", "fashion_mnist")


def strokes_needed(data: DataConfig) -> bool:
    """Whether the script reads pen strokes from a file beside it."""
    return data.pen_strokes or data.dataset == "pen_strokes"


def training_size(data: DataConfig) -> int:
    """Return how many images of the dataset are learned from; those for validation are not counted."""
    size = get_spec(data.dataset).n_train
    return int(min(data.train_size or size, size) * (1 - data.validation_split))


def data_section(data: DataConfig, *, one_hot: int | None, apart: bool) -> Section:
    """Return the code that loads images and labels.

    Parameters
    ----------
    data : DataConfig
    one_hot : int or None
        With how many numbers a label is written; None for plain labels.
    apart : bool
        Whether validation images are cut off here, as ``x_val`` and ``y_val``, and not by Keras.
    """
    lines = _loading_lines(data)
    if data.train_size is not None:
        size = data.train_size
        lines.append(f"x_train, y_train = x_train[:{size}], y_train[:{size}]")
    if one_hot:
        train, test = (f"keras.utils.to_categorical(y_{part}, {one_hot})" for part in ("train", "test"))
        lines.append(f"y_train, y_test = {train}, {test}")
    if apart and data.validation_split:
        lines += [
            f"n = int(len(x_train) * (1 - {data.validation_split!r}))  # the rest is for validation",
            "x_train, x_val, y_train, y_val = x_train[:n], x_train[n:], y_train[:n], y_train[n:]",
        ]
    if data.pen_strokes:
        lines += _strokes_lines(one_hot)
    words = [f"{get_spec(data.dataset).summary} Each image is a table of 28 × 28 numbers, from 0 to 1."]
    if data.dataset in _LOADED_BY_KERAS:
        words.append("Keras downloads them the first time.")
    if strokes_needed(data):
        words.append(f"The file `{STROKES_FILE}` has to lie beside this notebook: MNIST Lab writes it.")
    if one_hot:
        words.append("The labels are one-hot: a 3 is written 0001000000.")
    words.append("The test images are kept for the very end.")
    return Section("Data", _comment(data), " ".join(words), tuple(lines))


def _comment(data: DataConfig) -> str:
    if data.dataset in _LOADED_BY_KERAS:
        return "images of 28 x 28 numbers, here from 0 to 1. Keras downloads them the first time."
    if data.dataset == "digits":
        return "images of 28 x 28 numbers, here from 0 to 1, enlarged more simply than in MNIST Lab."
    return "images of 28 x 28 numbers, here from 0 to 1."


def _loading_lines(data: DataConfig) -> list[str]:
    if data.dataset == "digits":
        return [
            "x, y = load_digits(return_X_y=True)",
            "x = zoom(x.reshape(-1, 8, 8) / 16, (1, 2.5, 2.5), order=1)  # 20 x 20, and then 28 x 28",
            "x = np.pad(x, ((0, 0), (4, 4), (4, 4)))",
            "x_train, y_train, x_test, y_test = x[:1500], y[:1500], x[1500:], y[1500:]",
        ]
    scaling = "x_train, x_test = x_train / 255.0, x_test / 255.0"
    if data.dataset == "pen_strokes":
        return [
            f'file = np.load("{STROKES_FILE}")  # written by MNIST Lab: python -m mnist_core code ... --out FILE',
            'x_train, y_train, x_test, y_test = (file[name] for name in ("x_train", "y_train", "x_test", "y_test"))',
            scaling,
        ]
    return [f"(x_train, y_train), (x_test, y_test) = keras.datasets.{data.dataset}.load_data()", scaling]


def _strokes_lines(one_hot: int | None) -> list[str]:
    labels = f'keras.utils.to_categorical(strokes["y_train"], {one_hot})' if one_hot else 'strokes["y_train"]'
    return [
        f'strokes = np.load("{STROKES_FILE}")  # of other writers; MNIST Lab puts this file beside the script',
        f'x_train = np.concatenate([x_train] + {STROKES_COUNT} * [strokes["x_train"] / 255.0])',
        f"y_train = np.concatenate([y_train] + {STROKES_COUNT} * [{labels}])",
    ]

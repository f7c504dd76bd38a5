"""What Python answers to the lines of a lesson, without running them."""

from dataclasses import replace

import numpy as np
import pytest

from mnist_core.datasets import Dataset, load_dataset
from mnist_core.errors import LessonError
from mnist_core.lessons import answer, lessons
from mnist_core.settings import Settings


@pytest.fixture
def data(digits: Dataset) -> Dataset:
    """Return the bundled digits."""
    return digits


@pytest.mark.parametrize(
    ("line", "python"),
    [
        ("x_train.shape", lambda d: repr(d.x_train.shape)),
        ("x_train.dtype", lambda d: "dtype('uint8')"),
        ("y_train[:5]", lambda d: repr(np.array(d.y_train[:5]))),
        ("y_train[3]", lambda d: repr(d.y_train[3])),
        ("print(x_test.shape, y_test.shape)", lambda d: f"{d.x_test.shape} {d.y_test.shape}"),
        ("x_train[0, 10:12]", lambda d: repr(np.array(d.x_train[0, 10:12]))),
        ("x_train[0].reshape(784).shape", lambda d: "(784,)"),
        ("x_train.reshape(len(x_train), 784).shape", lambda d: repr((len(d.x_train), 784))),
        ('(x_train.astype("float32") / 255).dtype', lambda d: "dtype('float32')"),
        ("(x_train / 255)[0, 14]", lambda d: repr(np.array(d.x_train[0, 14] / 255))),
        ("to_categorical(y_train)[0]", lambda d: repr(np.eye(10)[d.y_train[0]])),
        ("to_categorical(y_train).shape", lambda d: repr((len(d.y_train), 10))),
        ("y_train[:4] == 3", lambda d: repr(np.array(d.y_train[:4] == 3))),
        ("-log(0.5)", lambda d: repr(-np.log(0.5).item())),
        ("60000 * 784", lambda d: "47040000"),
        ("len(y_test)", lambda d: repr(len(d.y_test))),
    ],
)
def test_an_answer_is_python_s(line: str, python, data: Dataset) -> None:
    assert answer(line, data) == python(data)


@pytest.mark.parametrize(
    "line",
    [
        "__import__('os').system('true')",
        "x_train.__class__",
        "x_train.tofile('x')",
        "(lambda: 1)()",
        "[x for x in y_train]",
        "open('x')",
        "'a' * 1000000000",
        "x_train.shape.count(1)",
        "10 ** 10",
        "x_train[x_train]",
        "x_train + x_train",
        "x_train.reshape(3, 3)",
        "print(print)",
        "exec('1')",
        "y_train.astype('object')",
        "f'{x_train}'",
        "x_train[0" + "[0]" * 100,
        "1 if x_train else 2",
        "b'a' * 1000000000",
        "x_train[0] + 300",
        "x_train.dtype['a']",
        "x_train.dtype * 3",
        "1 == 1 == 2",
        "to_categorical(y_train + 1)",
        "len(to_categorical(x_train[:, :4]))",
        "len(x_train[:, (0, 0, 0, 0, 0, 0, 0, 0)])",
        "x_train[True].shape",
        "",
    ],
)
def test_what_is_no_line_of_a_lesson_is_refused_in_words(line: str, data: Dataset) -> None:
    with pytest.raises(LessonError):
        answer(line, data)


def test_more_numbers_than_can_be_shown_are_refused(data: Dataset) -> None:
    with pytest.raises(LessonError, match="100,000"):
        answer("x_train", replace(data, x_train=np.zeros((60_000, 28, 28), np.uint8)))


def test_every_line_of_every_lesson_is_answered_on_the_real_data(real_settings: Settings) -> None:
    for lesson in lessons("en", Settings())[0]:
        for step in lesson.steps:
            data = load_dataset(lesson.dataset_of(step), real_settings)
            assert all(answer(line, data) for line in step.console)

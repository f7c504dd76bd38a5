"""Learn: the real arrays, as Python prints them and as pictures."""

from collections.abc import Callable, Mapping
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.config.recipes import RECIPES
from mnist_core.datasets import Dataset
from mnist_core.datasets.statistics import class_counts, one_hot
from mnist_core.errors import LessonError
from mnist_core.lessons import Lesson, LessonStep, answer
from pages._ui.cache.results import dataset
from pages._ui.parts.components import need_dataset
from pages._ui.parts.gallery import Tile, big_image, data_url, gallery, number_grid
from pages._ui.shell import session
from pages._ui.shell.errors import show_error
from pages._ui.shell.i18n import class_words, t, term

_IMAGES = 10
_LABELS = 5


def data_of(lesson: Lesson, step: LessonStep) -> Dataset | None:
    """Return the data of a step; None, and a notice, while they are on their way."""
    wanted = session.available(lesson.dataset_of(step))
    return dataset(wanted) if need_dataset(wanted) else None


def console_view(lesson: Lesson, step: LessonStep) -> None:
    """Show lines of Python with what they answer, as the interpreter does."""
    data = data_of(lesson, step)
    if data is None:
        return
    said = []
    for line in step.console:
        try:
            said.append(f">>> {line}\n{answer(line, data)}")
        except LessonError as error:
            if data.spec.id == lesson.dataset_of(step):
                show_error(error)
            said.append(f">>> {line}\n…")  # the bundled digits stand in, which are fewer
    st.code("\n".join(said), language="python", height=420 if any(len(each) > 2000 for each in said) else "content")


def place_of(data: Dataset, step: LessonStep) -> int:
    """Return which training image a step is about; the last one where there are fewer."""
    return min(step.image, len(data.x_train) - 1)


def images_view(data: Dataset, step: LessonStep) -> None:
    """Show the first training images with their labels."""
    names = class_words(data.spec.class_names)
    shown = range(place_of(data, step), min(place_of(data, step) + _IMAGES, len(data.x_train)))
    gallery([Tile(data.x_train[i], names[data.y_train[i]], str(i), names[data.y_train[i]]) for i in shown], size="ten")


def classes_view(data: Dataset, step: LessonStep) -> None:
    """Show the classes with their numbers, and how many training images each has."""
    counts = class_counts(data, RECIPES["first-network"].config.data)["train"]
    table = {
        t("Label"): list(range(data.spec.num_classes)),
        t("Class"): list(class_words(data.spec.class_names)),
        t("Training images"): [int(count) for count in counts],
    }
    st.dataframe(pd.DataFrame(table), hide_index=True, width="content", height="content")


def numbers_view(data: Dataset, step: LessonStep) -> None:
    """Show one image and its numbers, raw or scaled."""
    name = t(data.spec.class_names[data.y_train[place_of(data, step)]])
    picture, numbers = st.columns([1, 3], gap="large")
    with picture:
        words = t("Image {index}, labelled {name}", index=place_of(data, step), name=name)
        big_image(np.asarray(data.x_train[place_of(data, step)]), words)
        scaled = st.toggle(t("Scaled to 0 … 1"), key=f"lesson_scaled_{step.id}")
    with numbers:
        number_grid(np.asarray(data.x_train[place_of(data, step)]), scaled=scaled)


def reshape_view(data: Dataset, step: LessonStep) -> None:
    """Show what becomes of the shape: a table, and one image as a row."""
    n, tests = len(data.x_train), len(data.x_test)
    table = {
        t("Array"): ["x_train", "y_train", "x_test", "y_test"],
        t("Before"): [f"({n}, 28, 28)", f"({n},)", f"({tests}, 28, 28)", f"({tests},)"],
        t("After"): [f"({n}, 784)", f"({n},)", f"({tests}, 784)", f"({tests},)"],
    }
    st.dataframe(pd.DataFrame(table), hide_index=True, width="content")
    image = np.asarray(data.x_train[place_of(data, step)])
    with st.container(width=180):
        big_image(image, t("Image {index}, 28 rows of 28 pixels", index=place_of(data, step)))
    words = t("Image {index} as one row of 784 pixels", index=place_of(data, step))
    st.html(f'<img class="lab-strip" src="{data_url(image.reshape(1, -1))}" alt="{escape(words)}">')
    st.caption(t("Nothing is lost: row after row, 28 × 28 = 784 numbers stand in one line."))


def one_hot_view(data: Dataset, step: LessonStep) -> None:
    """Show labels and their one-hot rows."""
    labels = [int(label) for label in data.y_train[:_LABELS]]
    rows = np.array([one_hot(label, data.spec.num_classes) for label in labels])
    columns = {t("Label"): labels, **{str(place): rows[:, place].astype(int) for place in range(rows.shape[1])}}
    st.markdown(f"**{t('Positions 0 to {last}', last=data.spec.num_classes - 1)}**", help=term("one_hot"))
    st.dataframe(pd.DataFrame(columns), hide_index=True, width="content")
    st.code(f">>> y_train[0]\n{labels[0]}\n>>> to_categorical(y_train)[0]\n{rows[0].astype(float)!r}")


ARRAY_VIEWS: Mapping[str, Callable[[Dataset, LessonStep], None]] = {
    "images": images_view,
    "classes": classes_view,
    "numbers": numbers_view,
    "reshape": reshape_view,
    "one_hot": one_hot_view,
}

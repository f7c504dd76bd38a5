"""Predictions of a run: images with the network's answer."""

from collections.abc import Iterable

import numpy as np
import streamlit as st

from mnist_core.datasets import Dataset
from mnist_core.evaluation import mistakes
from pages._ui.cached import Judgement
from pages._ui.errors import errors_in_words
from pages._ui.gallery import Tile, big_image, gallery
from pages._ui.i18n import t, term
from pages._ui.probability_bars import probability_bars

MOST_IMAGES = 60


def tiles(data: Dataset, judgement: Judgement, indices: Iterable[int]) -> list[Tile]:
    """Return gallery tiles that say what the network said and what is right."""
    names = data.spec.class_names
    result = []
    for index in indices:
        row, true = judgement.probabilities[index], int(data.y_test[index])
        predicted = int(row.argmax())
        right = predicted == true
        result.append(
            Tile(
                data.x_test[index],
                names[predicted]
                if right
                else t("{predicted}, not {true}", predicted=names[predicted], true=names[true]),
                f"{row[predicted]:.1%}",
                t(
                    "Test image {index}: {true}, predicted {predicted}",
                    index=index,
                    true=names[true],
                    predicted=names[predicted],
                ),
                "good" if right else "bad",
            )
        )
    return result


@st.fragment
@errors_in_words()
def one_prediction(data: Dataset, judgement: Judgement, run_id: str) -> None:
    """Show one test image with the probabilities of all classes."""
    names = data.spec.class_names
    picture, chart = st.columns([1, 2], gap="large")
    with picture:
        index = st.number_input(t("Test image"), 0, len(data.y_test) - 1, step=1, key=f"one_{run_id}")
        name = names[data.y_test[index]]
        big_image(np.asarray(data.x_test[index]), t("Test image {index}: {name}", index=index, name=name))
        st.markdown(t("Label: **{name}**", name=name), help=term("label"))
        st.page_link(
            "explain.py",
            label=t("Why this answer?"),
            icon=":material/psychology:",
            query_params={"run": run_id, "image": str(index)},
        )
    with chart:
        probability_bars(judgement.probabilities[index], names, key="one_bars")


def predictions(data: Dataset, judgement: Judgement) -> None:
    """Show sample predictions, each with the probability of the answer."""
    which = st.segmented_control(
        t("Show"),
        ["first", "mistakes"],
        format_func=lambda which: t("First test images") if which == "first" else t("Surest mistakes"),
        default="first",
        required=True,
        key="predictions_which",
    )
    indices = range(MOST_IMAGES) if which == "first" else mistakes(judgement.probabilities, data.y_test)[:MOST_IMAGES]
    shown = [int(index) for index in indices if index < len(data.y_test)]
    st.caption(t("The network's answer and how sure it was. Red answers are wrong."))
    gallery(tiles(data, judgement, shown), size="l")

"""Learn: the network as a picture, its numbers taken apart, and the loss worked out by hand."""

from math import prod

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.config.recipes import RECIPES
from mnist_core.diagram import diagram_of
from mnist_core.lessons import Lesson, LessonStep, binary, categorical
from pages._ui.cache import hills
from pages._ui.learn.arrays import data_of, place_of
from pages._ui.parts.ball import ball_view
from pages._ui.parts.network_picture import network_picture
from pages._ui.shell.i18n import class_words, t, term


def network_view(lesson: Lesson, step: LessonStep) -> None:
    """Show the recipe's network."""
    data = data_of(lesson, step)
    image = None if data is None else np.asarray(data.x_train[place_of(data, step)])
    network_picture(RECIPES[lesson.recipe_of(step)].config, f"lesson_network_{step.id}", image=image)


def sums_view(lesson: Lesson, step: LessonStep) -> None:
    """Take the parameters of each layer apart: weights and biases."""
    diagram = diagram_of(RECIPES[lesson.recipe_of(step)].config)
    for block in diagram.blocks:
        if not block.parameters:
            continue
        kernel, bias = (block.weights.get(name, ()) for name in ("kernel", "bias"))
        sides = " × ".join(t.number(side) for side in kernel)
        st.markdown(
            t(
                "**{name}**: {sides} = {weights:,} weights, and {biases:,} biases: {total:,} parameters.",
                name=t(block.name),
                sides=sides,
                weights=prod(kernel),
                biases=sum(bias),
                total=block.parameters,
            )
        )
    st.markdown(t("In all: **{total:,} parameters**.", total=diagram.parameters), help=term("parameters"))


def cross_entropy_view(lesson: Lesson, step: LessonStep) -> None:
    """Work out the loss of one answer: the probability of the right class is the reader's choice."""
    data = data_of(lesson, step)
    if data is None:
        return
    right = int(data.y_train[place_of(data, step)])
    names = class_words(data.spec.class_names)
    share: float = st.slider(
        t("How sure the network is of the right answer, “{name}”", name=names[right]),
        0.01,
        0.99,
        0.7,
        0.01,
        key=f"lesson_share_{step.id}",
    )
    rest = (1 - share) / (len(names) - 1)
    example = categorical(tuple(share if index == right else rest for index in range(len(names))), right)
    table = {
        t("Class"): list(names),
        t("Network says"): [t.number(value, ".3f") for value in example.said],
        t("Label"): list(example.right),
        t("−log(p) × label"): [t.number(part, ".3f") for part in example.parts],
    }
    st.dataframe(pd.DataFrame(table), hide_index=True, width="content", height="content")
    st.markdown(
        t("The loss of this image is −log({share:.2f}) = **{loss:.3f}**.", share=share, loss=example.loss),
        help=term("cross_entropy"),
    )
    st.caption(
        t(
            "With two classes, one output p is enough: yes costs −log(p) = {yes:.3f}, no costs −log(1 − p) = {no:.3f}.",
            yes=binary(share, True),
            no=binary(share, False),
        )
    )


def descent_view(lesson: Lesson, step: LessonStep) -> None:
    """Let a ball roll down the loss of one weight."""
    data = data_of(lesson, step)
    if data is not None:
        ball_view(data.spec, hills.one_weight(data.spec.id))


def split_view(lesson: Lesson, step: LessonStep) -> None:
    """Show into which parts the training images are split."""
    config = RECIPES[lesson.recipe_of(step)].config.data
    data = data_of(lesson, step)
    if data is None:
        return
    parts = {
        "training_set": len(data.split("train", config)[1]),
        "validation_set": len(data.split("validation", config)[1]),
        "test_set": len(data.split("test", config)[1]),
    }
    words = {"training_set": t("Training"), "validation_set": t("Validation"), "test_set": t("Test")}
    with st.container(horizontal=True):
        for name, count in parts.items():
            st.metric(words[name], t.number(count), help=term(name), border=True)

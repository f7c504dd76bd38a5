"""Two runs on the same test images, to see whether one is really better."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.evaluation import Comparison, cell_samples, compare, wilson_interval
from mnist_core.figures.matrix import difference_alt, difference_figure
from mnist_core.store import RunRecord
from pages._ui import i18n, runs, session
from pages._ui.cached import Judgement, can_judge, judge
from pages._ui.chart import clickable_chart
from pages._ui.downloads import csv_button
from pages._ui.i18n import t, term
from pages._ui.matrix_view import cell_boxes
from pages._ui.prediction_view import show_images

SHOWN, SHOWN_OF_CELL = 24, 10
# From which chance on we speak of luck: the usual borders of statistics.
HARDLY, PROBABLY_NOT = 0.01, 0.05


@runs.fragment
def compare_view(record: RunRecord) -> None:
    """Let a second run be chosen, and compare both on the test set."""
    known = runs.with_model()
    others = {
        other.id: other
        for other in runs.with_model(record.config.data.dataset)
        if other.id != record.id and can_judge(other)
    }
    if not others:
        st.info(t("To compare, train a second network on this dataset."), icon=":material/compare_arrows:")
        return
    second_id = st.selectbox(
        t("Compare with"),
        list(others),
        format_func=runs.titles(known).__getitem__,
        key=f"compare_{record.id}",
    )
    first, second = judge(record.id), judge(second_id)
    result = compare(first.probabilities, second.probabilities, first.labels)
    names = (t(record.name), t(others[second_id].name))
    if names[0] == names[1]:
        names = (t("{name} (this run)", name=names[0]), t("{name} (the other run)", name=names[1]))
    _verdict((first, second), result, names)
    _matrix(first, second, f"{record.id}_{second_id}")
    _samples((first, second), result, names)


def _verdict(both: Sequence[Judgement], result: Comparison, names: Sequence[str]) -> None:
    st.caption(t("Both on the same {n} test images.", n=f"{len(both[0].labels):,}"))
    columns = st.columns(2)
    for column, judgement, name in zip(columns, both, names, strict=True):
        matrix = judgement.matrix
        low, high = wilson_interval(matrix.right, matrix.total)
        column.metric(name, f"{matrix.right / matrix.total:.2%}", border=True, help=term("accuracy"))
        column.caption(
            t("95 % interval: {low} to {high}", low=f"{low:.2%}", high=f"{high:.2%}"), help=term("confidence_interval")
        )
    first, second = len(result.only_first), len(result.only_second)
    st.markdown(f"**{t('Better by luck?')}**", help=term("mcnemar_test"))
    st.markdown(
        t(
            "For {n} images only one of them is right: “{first}” for {a}, “{second}” for {b}.",
            n=first + second,
            first=names[0],
            a=first,
            second=names[1],
            b=second,
        )
        + " "
        + _luck(result)
    )


def _luck(result: Comparison) -> str:
    if len(result.only_first) == len(result.only_second):
        return t("So neither is better here.")
    chance = t("less than 0.1 %") if result.p_value < 0.001 else f"{result.p_value:.1%}"
    words = {
        result.p_value < PROBABLY_NOT: "probably not luck",
        result.p_value >= PROBABLY_NOT: "this may well be luck",
        result.p_value < HARDLY: "this is hardly luck",
    }[True]
    return t(
        "If both were equally good, chance would part them at least so far in {chance} of cases: {words}.",
        chance=chance,
        words=t(words),
    )


def _matrix(first: Judgement, second: Judgement, key: str) -> None:
    names = first.class_names
    st.subheader(t("Where do they differ?"), divider="gray")
    st.caption(
        t(
            "Images in each cell, this run minus the other. Blue is good for this run: more on the diagonal, "
            "fewer mistakes beside it. Orange is good for the other."
        )
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        event = clickable_chart(
            difference_figure(first.matrix, second.matrix, names, theme=session.page_theme(), t=i18n.current()),
            key=f"difference_{key}",
            alt=difference_alt(first.matrix, second.matrix, i18n.current()),
        )
        size = range(len(names))
        csv_button(
            lambda: {
                "true": [names[i] for i in size for _ in size],
                "predicted": [names[j] for _ in size for j in size],
                "this_run": first.matrix.counts.ravel(),
                "other_run": second.matrix.counts.ravel(),
            },
            f"difference_{key}",
        )
    with right:
        true, predicted = cell_boxes(event, f"difference_{key}", names, first.matrix.most_confused())
        for judgement, words in ((first, t("This run")), (second, t("The other run"))):
            indices = sorted(cell_samples(judgement.probabilities, judgement.labels, true, predicted).tolist())
            st.markdown(f"**{words}**: " + t("{n} images", n=len(indices)))
            if len(indices) > SHOWN_OF_CELL:
                st.caption(t("The first {n} of them:", n=SHOWN_OF_CELL))
            show_images(judgement, indices[:SHOWN_OF_CELL])


def _samples(both: Sequence[Judgement], result: Comparison, names: Sequence[str]) -> None:
    st.subheader(t("Which images does only one of them get right?"), divider="gray")
    for index, (only, name) in enumerate(zip((result.only_first, result.only_second), names, strict=True)):
        st.markdown(t("Only “{name}” is right: {n} images", name=name, n=len(only)))
        if len(only) > SHOWN:
            st.caption(t("The first {n} of them:", n=SHOWN))
        # What the other one said instead is the interesting part.
        show_images(both[1 - index], only[:SHOWN].tolist(), size="l", runner_up=True)

"""Two runs on the same test images: whether one is really better, and where they differ."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.evaluation import Comparison, cell_samples, compare, wilson_interval
from mnist_core.figures.matrix import difference_alt, difference_figure
from mnist_core.text import plain
from pages._ui.cache.results import Judgement
from pages._ui.judged.luck import luck_words
from pages._ui.judged.matrix import cell_boxes
from pages._ui.judged.pair_gallery import pair_gallery
from pages._ui.judged.predictions import show_images
from pages._ui.parts.chart import chart
from pages._ui.parts.downloads import csv_button
from pages._ui.shell import i18n
from pages._ui.shell.i18n import class_words, t, term

SHOWN_OF_CELL = 10


def pair_view(both: Sequence[Judgement], names: Sequence[str], run_ids: Sequence[str]) -> None:
    """Show accuracies and luck, the images that only one gets right, and the difference of both matrices.

    Parameters
    ----------
    both : sequence of two Judgement
        Of the test set of one dataset.
    names : sequence of two str
        That differ.
    run_ids : sequence of two str
    """
    first, second = both
    key = "_".join(run_ids)
    result = compare(first.probabilities, second.probabilities, first.labels)
    _verdict(both, result, names)
    st.header(t("Which images does only one of them get right?"), anchor=False, divider="gray")
    pair_gallery(both, names, result, key)
    st.header(t("Where do they differ?"), anchor=False, divider="gray")
    _matrix(both, names, run_ids)


def _verdict(both: Sequence[Judgement], result: Comparison, names: Sequence[str]) -> None:
    st.caption(t("Both on the same {n:,} test images.", n=len(both[0].labels)))
    columns = st.columns(2)
    for column, judgement, name in zip(columns, both, names, strict=True):
        matrix = judgement.matrix
        low, high = wilson_interval(matrix.right, matrix.total)
        column.metric(plain(name), t.number(matrix.right / matrix.total, ".2%"), border=True, help=term("accuracy"))
        column.caption(t("95% interval: {low:.2%} to {high:.2%}", low=low, high=high), help=term("confidence_interval"))
    first, second = len(result.only_first), len(result.only_second)
    st.markdown(f"**{t('Better by luck?')}**", help=term("mcnemar_test"))
    st.markdown(
        t.plural(
            "For {n:,} image only one of them is right: “{first}” for {a:,}, “{second}” for {b:,}.",
            "For {n:,} images only one of them is right: “{first}” for {a:,}, “{second}” for {b:,}.",
            first + second,
            first=plain(names[0]),
            a=first,
            second=plain(names[1]),
            b=second,
        )
        + " "
        + luck_words(result)
    )


def _matrix(both: Sequence[Judgement], names: Sequence[str], run_ids: Sequence[str]) -> None:
    first, second = both
    key = "_".join(run_ids)
    classes = class_words(first.class_names)
    st.caption(
        t(
            "Images in each cell, “{first}” minus “{second}”. Blue is good for “{first}”: more on the diagonal, "
            "fewer mistakes beside it. Orange is good for “{second}”.",
            first=plain(names[0]),
            second=plain(names[1]),
        )
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        clicked = chart(
            difference_figure,
            first.matrix,
            second.matrix,
            classes,
            key=f"difference_{key}",
            alt=difference_alt(first.matrix, second.matrix, i18n.current()),
            clickable=True,
        )
        csv_button(
            lambda: {
                "true": [name for name in first.class_names for _ in first.class_names],
                "predicted": [name for _ in first.class_names for name in first.class_names],
                "first": first.matrix.counts.ravel(),
                "second": second.matrix.counts.ravel(),
            },
            f"difference_{key}",
            of=run_ids,
        )
    with right:
        true, predicted = cell_boxes(clicked, f"difference_{key}", classes, first.matrix.most_confused())
        for judgement, name in zip(both, names, strict=True):
            indices = sorted(cell_samples(judgement.probabilities, judgement.labels, true, predicted).tolist())
            st.markdown(f"**{plain(name)}**: " + t.plural("{n:,} image", "{n:,} images", len(indices)))
            if len(indices) > SHOWN_OF_CELL:
                st.caption(t("The first {n} of them:", n=SHOWN_OF_CELL))
            show_images(judgement, indices[:SHOWN_OF_CELL])

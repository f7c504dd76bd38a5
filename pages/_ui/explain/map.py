"""Explain: how the last hidden layer arranges the test images, before training and after it."""

import pandas as pd
import streamlit as st

from mnist_core.figures.explain import plane_alt, plane_figure
from mnist_core.store import RunRecord
from pages._ui.cache import explanations
from pages._ui.cache.explanations import Sample
from pages._ui.cache.results import Judgement
from pages._ui.parts.chart import chart
from pages._ui.parts.downloads import csv_button
from pages._ui.shell import access, i18n
from pages._ui.shell.i18n import class_words, t, term


@access.fragment
def map_view(judgement: Judgement, sample: Sample | None, record: RunRecord) -> None:
    """Show both maps side by side."""
    with st.spinner(t("Drawing the maps …")):
        found = explanations.arrangements(record.id)
    if found is None:
        st.info(t("This network has no hidden layer: between the image and the answer there is nothing to map."))
        return
    n = len(found[0].plane.points)
    st.markdown(
        t(
            "Each point is one of the first {n:,} test images, placed by what the last hidden layer makes of it: "
            "images that the network finds alike lie close together. Training should pull the classes apart.",
            n=n,
        ),
        help=term("hidden_layer"),
    )
    index = None if sample is None else sample.index
    for column, arranged, when in zip(st.columns(2, gap="large"), found, ("before", "after"), strict=True):
        with column:
            _one(judgement, arranged, when, index, record.id)
    st.caption(
        t(
            "A hidden layer has many numbers; a map shows the two directions in which the images differ most. "
            "What overlaps here may still lie apart in the other directions. Click a class in the legend to hide it."
        )
    )


def _one(judgement: Judgement, arranged: explanations.Arrangement, when: str, index: int | None, run_id: str) -> None:
    points = arranged.plane.points
    labels = judgement.labels[: len(points)]
    st.markdown(f"**{t('Before training') if when == 'before' else t('After training')}**")
    chart(
        plane_figure,
        points,
        labels,
        class_words(judgement.class_names),
        marked=index,
        key=f"plane_{run_id}_{when}",
        alt=plane_alt(len(labels), arranged.on_map, i18n.current()),
    )
    st.caption(
        t(
            "How many images have a nearest neighbour of their own class: {in_layer:.0%} by {n:,} numbers of the "
            "layer, {on_map:.0%} on this map, which holds {variance:.0%} of all differences.",
            in_layer=arranged.in_layer,
            n=arranged.numbers,
            on_map=arranged.on_map,
            variance=arranged.plane.shares.sum(),
        )
    )
    csv_button(
        lambda: pd.DataFrame({"image": range(len(labels)), "label": labels, "x": points[:, 0], "y": points[:, 1]}),
        f"map-{when}-{run_id}",
        of=[run_id],
    )

"""Look at the data: samples, one image as numbers, counts, averages, neighbours, a map, doubtful labels."""

import pandas as pd
import streamlit as st

from mnist_core.config import DataConfig
from mnist_core.datasets import Dataset, get_spec
from mnist_core.datasets.statistics import class_counts
from mnist_core.figures.bars import class_count_alt, class_count_figure
from mnist_core.text import Sentence
from pages._ui.cache.results import dataset
from pages._ui.explore.alike import neighbours_view
from pages._ui.explore.averages import averages_view
from pages._ui.explore.doubts import doubts_view
from pages._ui.explore.map import map_view
from pages._ui.explore.samples import one_image, samples
from pages._ui.explore.typical import typical_view
from pages._ui.parts.chart import chart
from pages._ui.parts.components import fallback_notice, need_dataset, page_header
from pages._ui.parts.dataset_box import chosen_dataset, dataset_box
from pages._ui.parts.downloads import csv_button
from pages._ui.shell import i18n, session
from pages._ui.shell.i18n import class_words, t

# Computed when somebody opens them; what is above them is there at once.
LATER = (
    (Sentence("Averages"), averages_view),
    (Sentence("Typical and unusual"), typical_view),
    (Sentence("Neighbours"), neighbours_view),
    (Sentence("Map"), map_view),
    (Sentence("Doubts"), doubts_view),
)


def counts_and_shapes(data: Dataset, config: DataConfig) -> None:
    """Show how many images each class has, and the arrays."""
    counts = class_counts(data, config)
    st.markdown(f"**{t('Images per class')}**")
    chart(
        class_count_figure,
        counts,
        class_words(data.spec.class_names),
        key="explore_counts",
        alt=class_count_alt(counts, i18n.current()),
    )
    csv_button(lambda: {"class": data.spec.class_names, **counts}, f"classes-{data.spec.id}", of=())
    shapes(data)


def shapes(data: Dataset) -> None:
    """Show the arrays' shapes and types, and where the data come from."""
    arrays = {name: getattr(data, name) for name in ("x_train", "y_train", "x_test", "y_test")}
    st.dataframe(
        pd.DataFrame(
            {
                t("Array"): list(arrays),
                t("Shape"): [str(array.shape) for array in arrays.values()],
                t("Type"): [str(array.dtype) for array in arrays.values()],
                # Not their least and largest value: to find them, all pages of the mapped file would be read.
                t("Size"): [t("{n:.2f} MB", n=array.nbytes / 1e6) for array in arrays.values()],
            }
        ),
        hide_index=True,
    )
    st.caption(t("Source: {source}. Licence: {licence}.", source=t(data.spec.source), licence=data.spec.licence))


with st.container(horizontal=True, vertical_alignment="bottom", key="explore_head"):
    spec = get_spec(chosen_dataset())
    with st.container():
        page_header(t("Explore {title}", title=t(spec.title)), t(spec.summary))
    with st.container(width=280):
        dataset_id = dataset_box()
if need_dataset(dataset_id):
    data = dataset(dataset_id)
    config = DataConfig.model_validate({**session.draft()["data"], "train_size": None})
    first = [t("Samples"), t("One image as numbers"), t("Classes and shapes")]
    tabs = st.tabs([*first, *(t(title) for title, _ in LATER)], key="explore_tab", on_change="rerun")
    with tabs[0]:
        split = samples(data, config)
    with tabs[1]:
        one_image(data, split, config)
    with tabs[2]:
        counts_and_shapes(data, config)
    for tab, (_, view) in zip(tabs[len(first) :], LATER, strict=True):
        if tab.open:
            with tab:
                view(data)
else:
    fallback_notice()

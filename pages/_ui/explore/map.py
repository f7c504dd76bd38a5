"""Explore: 2,000 training images as points on a map."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.datasets import Dataset
from mnist_core.figures.exploration import map_alt, map_figure
from mnist_core.store import standard_analysis
from mnist_core.text import Sentence
from pages._ui.cache import datasets
from pages._ui.explore.sample_map import sample_map
from pages._ui.parts.components import switch
from pages._ui.parts.downloads import csv_button
from pages._ui.shell import analysis_job, i18n, session
from pages._ui.shell.i18n import class_words, t, term


def map_view(data: Dataset) -> None:
    """Show the map by principal components at once, and by t-SNE once it is computed."""
    method = switch(
        t("Kind of map"),
        {"pca": Sentence("Principal components"), "tsne": "t-SNE"},
        "map_method",
        help=f"{term('pca')} {term('tsne')}",
        persist_state="session",
    )
    found = datasets.pca_map(data.spec.id)
    points = found.points
    if method == "pca":
        st.caption(
            t(
                "{n:,} training images, chosen by chance. The two directions in which they differ most hold "
                "{share:.0%} of all differences; the rest does not fit on a flat map.",
                n=len(points),
                share=found.explained,
            )
        )
        axes = (t("first principal component"), t("second principal component"))
    else:
        (result,) = analysis_job.results(
            [standard_analysis("tsne", data.spec.id, len(data.y_train))],
            t("Make a t-SNE map"),
            t("Moving similar images together …"),
        )
        if result is None:
            st.caption(t("It takes up to half a minute, goes on when you leave this page, and is kept for everybody."))
            return
        points = np.asarray(result["points"], np.float64)
        st.caption(
            t("The same images. Neighbours on this map look alike; large gaps and the size of an island mean little.")
        )
        axes = (t("t-SNE, first direction (no unit)"), t("t-SNE, second direction (no unit)"))
    _show(data, found, points, axes, method)


def _show(data: Dataset, found: datasets.SampleMap, points: np.ndarray, axes: tuple[str, str], method: str) -> None:
    labels, names = data.y_train[found.indices], class_words(data.spec.class_names)
    sample_map(
        map_figure(points, labels, found.indices, names, axes, theme=session.page_theme(), t=i18n.current()),
        found.sheet,
        key=f"map_{data.spec.id}_{method}",
        alt=map_alt(points, labels, names, i18n.current()),
        words=t("Point at a mark, or tap it, to see its image."),
        # The browser fills these in.
        sentence=t("Training image {index}, labelled {name}", index="{index}", name="{name}"),
        failure=t("The map could not be loaded. Reload the page to try again."),
    )
    st.caption(t("Click a class in the legend to hide it, double-click to see it alone."))
    csv_button(
        lambda: pd.DataFrame(
            {
                "index": found.indices,
                "label": np.array(data.spec.class_names)[labels],
                "x": points[:, 0].round(4),
                "y": points[:, 1].round(4),
            }
        ),
        f"map-{method}-{data.spec.id}",
        of=(),
    )

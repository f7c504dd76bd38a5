"""Explore: test images that are in the training set too."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.analysis.exploration import MOST_DIFFERENCE
from mnist_core.datasets import Dataset
from mnist_core.store import standard_analysis
from pages._ui.cache import datasets
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.shell import analysis_job
from pages._ui.shell.i18n import t, term

_SHOWN_PAIRS = 12


def duplicates_view(data: Dataset) -> None:
    """Show how many test images equal a training image, and on demand those that nearly do."""
    st.markdown(f"**{t('Test images that are in the training set too')}**", help=term("test_set"))
    st.caption(t("A network could know them by heart, so its test accuracy would look better than it is."))
    copies = datasets.copies(data.spec.id)
    st.markdown(
        t.plural(
            "**{n:,}** of {tests:,} test images is equal to a training image, to the last pixel.",
            "**{n:,}** of {tests:,} test images are equal to a training image, to the last pixel.",
            len(np.unique(copies[:, 1])),
            tests=len(data.y_test),
        )
    )
    (result,) = analysis_job.results(
        [standard_analysis("duplicates", data.spec.id, len(data.y_train))],
        t("Look for nearly equal images"),
        t("Comparing every test image with every training image …"),
    )
    if result is None:
        return
    pairs, distances = np.asarray(result["pairs"], np.int64), np.asarray(result["distances"], np.float64)
    st.markdown(
        t.plural(
            "**{n:,}** pair is nearly equal: its distance is at most {limit:g}, as if each pixel differed by "
            "{share:.1%} of full ink.",
            "**{n:,}** pairs are nearly equal: their distance is at most {limit:g}, as if each pixel differed by "
            "{share:.1%} of full ink.",
            len(pairs),
            limit=MOST_DIFFERENCE,
            share=MOST_DIFFERENCE / 28,
        ),
        help=term("distance"),
    )
    tiles = []
    for (i, j), distance in zip(pairs[:_SHOWN_PAIRS].tolist(), distances[:_SHOWN_PAIRS], strict=True):
        for image, label, where in (
            (data.x_test[j], data.y_test[j], t("test {index}", index=j)),
            (data.x_train[i], data.y_train[i], t("training {index}", index=i)),
        ):
            name = t(data.spec.class_names[label])
            tiles.append(Tile(image, name, f"{where} · {t.number(distance, '.2f')}", f"{where}: {name}"))
    gallery(tiles, size="eight")  # pairs stay side by side
    csv_button(
        lambda: pd.DataFrame(
            {"training_index": pairs[:, 0], "test_index": pairs[:, 1], "distance": distances.round(4)}
        ),
        f"duplicates-{data.spec.id}",
        of=(),
    )

"""Explore: labels that a network doubts, and test images that are in the training set too."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.datasets import Dataset
from mnist_core.exploration import MOST_DIFFERENCE, Doubts, doubtful_labels
from mnist_core.store import RunRecord, shared_store, standard_analysis
from pages._ui import analysis_job, cached_data, runs
from pages._ui.downloads import csv_button
from pages._ui.errors import errors_in_words
from pages._ui.gallery import Tile, gallery
from pages._ui.i18n import t, term

_LEAST_CONFIDENCE = 0.9
_SHOWN = 48
_SHOWN_PAIRS = 12


def doubts_view(data: Dataset) -> None:
    """Show suspected label errors of a chosen run, and duplicates."""
    st.markdown(f"**{t('Labels that a network doubts')}**", help=term("label"))
    records = {record.id: record for record in runs.with_model() if record.config.data.dataset == data.spec.id}
    if not records:
        st.info(
            t(
                "Train a network on {title} first. Then you see here which labels it does not believe.",
                title=t(data.spec.title),
            ),
            icon=":material/model_training:",
        )
    else:
        run_id = st.selectbox(
            t("Run"), list(records), format_func=lambda run_id: runs.title(records[run_id]), key="doubts_run"
        )
        with errors_in_words():
            _doubts(data, records[run_id])
    st.divider()
    st.markdown(f"**{t('Test images that are in the training set too')}**", help=term("test_set"))
    st.caption(t("A network could know them by heart, so its test accuracy would look better than it is."))
    _copies(data)


def _doubts(data: Dataset, record: RunRecord) -> None:
    tables = shared_store().files(record.id).read_probabilities()
    doubts = doubtful_labels(tables, data, record.config.data, _LEAST_CONFIDENCE)
    st.caption(
        t(
            "{n} images of the test and validation sets got another answer than their label, with at least {share} "
            "confidence. Is the label wrong, or the network? A suspicion is no proof: look for yourself. "
            "Below each image: its label, the network's answer, its confidence, and where the image is.",
            n=len(doubts.indices),
            share=f"{_LEAST_CONFIDENCE:.0%}",
        )
    )
    gallery(_doubt_tiles(data, record, doubts), size="l")
    names = np.array(data.spec.class_names)
    csv_button(
        lambda: pd.DataFrame(
            {
                "split": doubts.splits,
                "index": doubts.indices,
                "label": names[doubts.labels],
                "answer": names[doubts.answers],
                "confidence": doubts.confidences.round(5),
            }
        ),
        f"doubts-{record.id}",
    )


def _doubt_tiles(data: Dataset, record: RunRecord, doubts: Doubts) -> list[Tile]:
    names, words = data.spec.class_names, {"test": t("test"), "validation": t("validation")}
    tiles = []
    for place, (split, index) in enumerate(zip(doubts.splits[:_SHOWN], doubts.indices[:_SHOWN], strict=True)):
        label, answer = names[doubts.labels[place]], names[doubts.answers[place]]
        title = t("{label}, or {answer}?", label=label, answer=answer)
        where = f"{words[str(split)]} {index}"
        image = data.split("test" if split == "test" else "validation", record.config.data)[0][index]
        alt = t("{where}: labelled {label}, the network says {answer}", where=where, label=label, answer=answer)
        tiles.append(Tile(image, title, f"{doubts.confidences[place]:.1%} · {where}", alt))
    return tiles


def _copies(data: Dataset) -> None:
    copies = cached_data.copies(data.spec.id)
    st.markdown(
        t(
            "**{n}** of {tests} test images are equal to a training image, to the last pixel.",
            n=len(np.unique(copies[:, 1])),
            tests=f"{len(data.y_test):,}",
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
        t(
            "**{n}** pairs are nearly equal: their distance is at most {limit}, as if each pixel differed by {share} "
            "of full ink.",
            n=len(pairs),
            limit=f"{MOST_DIFFERENCE:g}",
            share=f"{MOST_DIFFERENCE / 28:.1%}",
        ),
        help=term("distance"),
    )
    tiles = []
    for (i, j), distance in zip(pairs[:_SHOWN_PAIRS].tolist(), distances[:_SHOWN_PAIRS], strict=True):
        for image, label, where in (
            (data.x_test[j], data.y_test[j], t("test {index}", index=j)),
            (data.x_train[i], data.y_train[i], t("training {index}", index=i)),
        ):
            name = data.spec.class_names[label]
            tiles.append(Tile(image, name, f"{where} · {distance:.2f}", f"{where}: {name}"))
    gallery(tiles, size="eight")  # pairs stay side by side
    csv_button(
        lambda: pd.DataFrame(
            {"training_index": pairs[:, 0], "test_index": pairs[:, 1], "distance": distances.round(4)}
        ),
        f"duplicates-{data.spec.id}",
    )

"""Explore: labels that a network doubts, and those that people doubt."""

from dataclasses import asdict

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.analysis.exploration import REVIEWED, Doubts, ReviewedLabel, doubtful_labels
from mnist_core.datasets import Dataset
from mnist_core.store import RunRecord, shared_store
from pages._ui.explore.duplicates import duplicates_view
from pages._ui.one_run import runs
from pages._ui.one_run.titles import titles
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import class_words, t, term

_LEAST_CONFIDENCE = 0.9
_SHOWN = 48


def doubts_view(data: Dataset) -> None:
    """Show suspected label errors of a chosen run, what people said, and duplicates."""
    st.markdown(f"**{t('Labels that a network doubts')}**", help=term("label"))
    known = runs.with_model()
    records = {record.id: record for record in runs.with_model(data.spec.id)}
    if not records:
        st.info(
            t(
                "Train a network on {title} first. Then you see here which labels it does not believe.",
                title=t(data.spec.title),
            ),
            icon=":material/model_training:",
        )
    else:
        run_id: str = st.selectbox(t("Run"), list(records), format_func=titles(known).__getitem__, key="doubts_run")
        with errors_in_words():
            _doubts(data, records[run_id])
    if data.spec.id in REVIEWED:
        st.divider()
        _reviewed(data, REVIEWED[data.spec.id])
    st.divider()
    duplicates_view(data)


def _doubts(data: Dataset, record: RunRecord) -> None:
    tables = shared_store().files(record.id).read_probabilities()
    doubts = doubtful_labels(tables, data, record.config.data, _LEAST_CONFIDENCE)
    st.caption(
        t.plural(
            "{n:,} image of the test and validation sets got another answer than its label, with at least {share:.0%} "
            "confidence.",
            "{n:,} images of the test and validation sets got another answer than their label, with at least "
            "{share:.0%} confidence.",
            len(doubts.indices),
            share=_LEAST_CONFIDENCE,
        )
        + " "
        + t(
            "Is the label wrong, or the network? A suspicion is no proof: look for yourself. "
            "Below each image: its label, the network's answer, its confidence, and where the image is."
        )
    )
    if len(doubts.indices) > _SHOWN:
        st.caption(t("The {n} surest ones:", n=_SHOWN))
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
        of=[record.id],
    )


def _doubt_tiles(data: Dataset, record: RunRecord, doubts: Doubts) -> list[Tile]:
    names = class_words(data.spec.class_names)
    tiles = []
    for place, (split, index) in enumerate(zip(doubts.splits[:_SHOWN], doubts.indices[:_SHOWN], strict=True)):
        label, answer = names[doubts.labels[place]], names[doubts.answers[place]]
        title = t("{label}, or {answer}?", label=label, answer=answer)
        where = t("test {index}", index=index) if split == "test" else t("validation {index}", index=index)
        image = data.split("test" if split == "test" else "validation", record.config.data)[0][index]
        alt = t("{where}: labelled {label}, the network says {answer}", where=where, label=label, answer=answer)
        tiles.append(Tile(image, title, f"{t.number(doubts.confidences[place], '.1%')} · {where}", alt))
    return tiles


def _reviewed(data: Dataset, reviewed: tuple[ReviewedLabel, ...]) -> None:
    """Show labels that people doubt."""
    names = class_words(data.spec.class_names)
    st.markdown(f"**{t('Labels that people doubt')}**", help=term("label"))
    st.caption(
        t(
            "For a study (Northcutt, Athalye and Mueller, 2021) five people looked again at test images that a network "
            "had doubted. Here most of them did not choose the label. No network can be sure to get these right."
        )
    )
    gallery(
        [
            Tile(
                data.x_test[found.index],
                t("{label}, or {answer}?", label=names[found.label], answer=names[found.proposed]),
                t(
                    "{label}: {a} of 5, {answer}: {b} · test {index}",
                    label=names[found.label],
                    a=found.votes_label,
                    answer=names[found.proposed],
                    b=found.votes_proposed,
                    index=found.index,
                ),
            )
            for found in reviewed
        ],
        size="l",
    )
    csv_button(lambda: pd.DataFrame(map(asdict, reviewed)), f"reviewed-{data.spec.id}", of=())

"""Explain: what comes out of every layer, and which images each unit likes most."""

from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from mnist_core.diagram import Trained
from mnist_core.store import RunRecord
from pages._ui.cache import explanations
from pages._ui.cache.explanations import Sample
from pages._ui.cache.results import Judgement
from pages._ui.explain.outputs import output_view
from pages._ui.explain.sums import sum_view
from pages._ui.parts.downloads import csv_button
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.parts.network_picture import network_at_work
from pages._ui.shell import access
from pages._ui.shell.i18n import class_words, t

FAVOURITES = 12  # full rows at every width


@access.fragment
def inside_view(judgement: Judgement, sample: Sample, record: RunRecord) -> None:
    """Show the image on its way through the network, one unit's sum, and what one layer makes of the image."""
    trained = explanations.trained(record.id, sample.image)
    with st.container(horizontal=True):
        number = _layer(trained, record.id)
        output = trained.outputs[number]
        values = output.reshape(-1, output.shape[-1]).max(axis=0)
        unit, by_hand = _unit(values, number, record.id)
    chosen = number + 1, unit  # the first block is the image
    network_at_work(
        trained, f"explain_network_{record.id}", chosen=chosen, alone=by_hand, take=partial(_take, record.id)
    )
    sum_view(trained, chosen)
    if record.config.model.kind != "network":
        return
    answers = number == len(trained.outputs) - 1
    output_view(output, class_words(judgement.class_names) if answers else None, number, record.id)
    _favourites(judgement, float(values[unit]), number, unit, record.id)


def _layer(trained: Trained, run_id: str) -> int:
    """Return the number of the layer that is looked at."""
    blocks = trained.diagram.blocks[1:]
    number: int = st.selectbox(
        t("Layer"),
        [block.number for block in blocks if not block.silent],
        format_func=lambda number: f"{number}. {blocks[number].code.removeprefix('keras.layers.')}",
        key=f"explain_layer_{run_id}",
        persist_state="session",
        width=420,
        help=t("Layers such as Flatten and Dropout are left out: they change nothing when the network answers."),
    )
    return number


def _unit(values: npt.NDArray[np.float32], number: int, run_id: str) -> tuple[int, bool]:
    """Return the number of the unit that is looked at, and whether somebody chose it: else it says most."""
    key = f"explain_unit_{run_id}_{number}"
    chosen = st.session_state.get(f"{key}_chosen")
    st.session_state[key] = int(values.argmax()) if chosen is None else chosen
    unit = st.number_input(
        t("Unit or filter"),
        0,
        len(values) - 1,
        key=key,
        width=180,
        on_change=lambda: _take(run_id, number, st.session_state[key]),
    )
    return int(unit), chosen is not None


def _take(run_id: str, number: int, unit: int) -> None:
    """Look at a unit of a layer from now on."""
    st.session_state[f"explain_layer_{run_id}"] = number
    st.session_state[f"explain_unit_{run_id}_{number}_chosen"] = unit


def _favourites(judgement: Judgement, value: float, number: int, unit: int, run_id: str) -> None:
    """Show the test images that excite one unit most."""
    st.header(t("What does a unit like?"), anchor=False, divider="gray")
    if judgement.images is None:
        st.caption(t("The network would have to look at 1,000 test images for that, and they are not here yet."))
        return
    with st.spinner(t("Showing the network 1,000 test images …")):
        column = explanations.strongest(run_id)[number][:, unit]
    best = np.argsort(-column, kind="stable")[:FAVOURITES]
    if column.max() <= 0:
        st.info(t("This unit stays at 0 for all of the {n:,} images: it says nothing any more.", n=len(column)))
        return
    labels = [judgement.class_names[judgement.labels[index]] for index in best]
    gallery(
        [
            Tile(
                judgement.images[index],
                label,
                t.number(column[index], ".2f"),
                t("Test image {index}: {name}", index=index, name=label),
            )
            for index, label in zip(best, class_words(labels), strict=True)
        ],
        size="l",
    )
    st.caption(
        t(
            "The {n} of {all:,} test images to which this unit gives its largest numbers. For the chosen image it "
            "gives {value:.2f}. Do they have something in common?",
            n=len(best),
            all=len(column),
            value=value,
        )
    )
    csv_button(
        lambda: pd.DataFrame({"image": best, "label": labels, "output": column[best]}),
        f"favourites-{number}-{unit}-{run_id}",
        of=[run_id],
    )

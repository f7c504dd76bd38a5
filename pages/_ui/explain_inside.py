"""Explain: what comes out of every layer, and which images each unit likes most."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from mnist_core.datasets import Dataset
from mnist_core.explain import open_layers
from mnist_core.figures.explain import activation_alt, activation_figure, heat_image
from mnist_core.models import LayerRow, layer_rows
from mnist_core.store import RunRecord, shared_store
from pages._ui import explain_cached as cached
from pages._ui import i18n, session
from pages._ui.downloads import csv_button
from pages._ui.errors import errors_in_words
from pages._ui.explain_cached import Sample
from pages._ui.gallery import Tile, gallery
from pages._ui.heat import legend
from pages._ui.i18n import t, term

# They only give on, in another order or unchanged, what came in.
SILENT = ("Reshape", "Flatten", "Dropout")
MOST_MAPS = 32
FAVOURITES = 9


@st.fragment
@errors_in_words()
def inside_view(data: Dataset, sample: Sample, record: RunRecord) -> None:
    """Show the layers' answers to the image, then one unit's favourites."""
    rows = layer_rows(record.config.model, data.spec.num_classes)
    outputs = open_layers(shared_store().files(record.id)).activations(sample.image)
    shown = [number for number, row in enumerate(rows) if row.name not in SILENT]
    st.caption(
        t(
            "The image goes through these layers, one after the other. Each turns the numbers that it gets into new "
            "ones. Flatten, Reshape and Dropout are left out: they change nothing when the network answers."
        )
    )
    for number in shown:
        _layer(number, rows[number], outputs[number], data, record.id)
    _favourites(data, rows, outputs, shown, record.id)


def _layer(number: int, row: LayerRow, output: npt.NDArray[np.float32], data: Dataset, run_id: str) -> None:
    last = output.ndim == 1 and row.config is None
    size = " × ".join(str(side) for side in row.output_shape)
    st.markdown(f"**{number}. {_name(row)}** :gray[{size}]", help=term("feature_map") if output.ndim == 3 else None)
    if output.ndim == 1:
        st.plotly_chart(
            activation_figure(
                output, data.spec.class_names if last else None, theme=session.page_theme(), t=i18n.current()
            ),
            key=f"activations_{run_id}_{number}",
            theme=None,
            config={"displayModeBar": False},
            alt=activation_alt(output, i18n.current()),
        )
        csv_button(lambda: pd.DataFrame({"unit": np.arange(len(output)), "output": output}), f"layer-{number}-{run_id}")
        return
    maps = output.transpose(2, 0, 1) if output.ndim == 3 else output[None]
    limit = float(np.abs(maps).max())
    gallery(
        [
            Tile(heat_image(values, limit=limit), str(filter_), f"{values.max():.2f}", _map_words(filter_, values))
            for filter_, values in enumerate(maps[:MOST_MAPS])
        ]
    )
    if len(maps) > MOST_MAPS:
        st.caption(t("The first {shown} of {n} maps.", shown=MOST_MAPS, n=len(maps)))
    legend(t("the filter's shape is here"), t("negative"))


def _map_words(number: int, values: npt.NDArray[np.float32]) -> str:
    return t("Map of filter {number}: its largest value is {value}", number=number, value=f"{values.max():.2f}")


def _name(row: LayerRow) -> str:
    return f"{row.name}({row.detail})"


def _favourites(
    data: Dataset,
    rows: tuple[LayerRow, ...],
    outputs: list[npt.NDArray[np.float32]],
    shown: list[int],
    run_id: str,
) -> None:
    """Show the test images that excite one unit most."""
    st.subheader(t("What does a unit like?"), anchor=False, divider="gray")
    with st.container(horizontal=True):
        number = st.selectbox(
            t("Layer"),
            shown,
            format_func=lambda number: f"{number}. {_name(rows[number])}",
            key="explain_layer",
            width=360,
        )
        output = outputs[number].reshape(-1, outputs[number].shape[-1]).max(axis=0)
        # The unit that says most about the chosen image is the one to begin with.
        unit = st.number_input(
            t("Unit or filter"),
            0,
            len(output) - 1,
            int(output.argmax()),
            key=f"explain_unit_{run_id}_{number}",
            width=180,
        )
    with st.spinner(t("Showing the network 1,000 test images …")):
        table = cached.strongest(run_id)[number]
    column = table[:, unit]
    best = np.argsort(-column, kind="stable")[:FAVOURITES]
    if column.max() <= 0:
        st.info(t("This unit stays at 0 for all of the {n} images: it has died and says nothing.", n=len(column)))
        return
    names = data.spec.class_names
    gallery(
        [
            Tile(
                np.asarray(data.x_test[i]), names[data.y_test[i]], f"{column[i]:.2f}", t("Test image {index}", index=i)
            )
            for i in best
        ],
        size="l",
    )
    st.caption(
        t(
            "The {n} of {all} test images to which this unit gives its largest numbers. For the chosen image it gives "
            "{value}. Do they have something in common?",
            n=len(best),
            all=f"{len(column):,}",
            value=f"{output[unit]:.2f}",
        )
    )
    csv_button(
        lambda: pd.DataFrame({"image": best, "label": [names[data.y_test[i]] for i in best], "output": column[best]}),
        f"favourites-{run_id}-{number}-{unit}",
    )

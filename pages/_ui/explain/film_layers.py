"""Explain: how the layers of a film's network change, and how the last hidden one arranges the images."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.figures.film import film_map_figure, film_sizes_figure
from mnist_core.film import weighted_layers
from mnist_core.text import Sentence
from pages._ui.cache import films
from pages._ui.explain.film_shown import Shown, moment_columns
from pages._ui.parts.chart import chart
from pages._ui.parts.dataset_status import is_ready
from pages._ui.parts.downloads import csv_button
from pages._ui.shell.i18n import t, term

_SIZES: dict[str, Sentence] = {
    "weight_mean": "mean size of its weights",
    "weight_spread": "spread of its weights",
    "gradient_spread": "spread of its gradient",
    "dead": "share of dead units",
}


def map_part(shown: Shown, names: tuple[str, ...]) -> None:
    st.markdown(f"**{t('How its last hidden layer arranges the images')}**", help=term("pca"))
    run_id, dataset_id = shown.record.id, shown.record.config.data.dataset
    if shown.map is None:
        if len(weighted_layers(shown.record.config)) < 2:
            st.caption(t("This network has no hidden layer: between the image and the answer there is nothing to map."))
        elif not is_ready(dataset_id):
            st.caption(t("The test images are not here yet, so there is nothing to map."))
        else:
            st.caption(t("This network is so large that none of its moments can be asked."))
        return
    points = shown.map.points
    places, labels = films.mapped_images(dataset_id, points.shape[1])
    chosen = None if shown.followed is None else shown.map.place(shown.followed.hidden)
    words = t("Map of {n:,} test images, whose points move while the network learns.", n=len(places))
    chart(
        film_map_figure,
        points,
        labels,
        places,
        names,
        chosen=chosen,
        key=f"film_map_{run_id}",
        alt=words,
        film=run_id,
    )
    st.caption(
        t(
            "One fixed plane for all moments: the two directions in which {n:,} test images differ most at the end "
            "({variance:.0%} of all differences).",
            n=len(places),
            variance=shown.map.axes.shares.sum(),
        )
    )
    steps = [moment.step for moment in shown.film.moments]
    csv_button(
        lambda: pd.DataFrame(
            {
                "step": np.repeat(steps, len(places)),
                "image": np.tile(places, len(steps)),
                "label": np.tile(labels, len(steps)),
                "x": points[..., 0].ravel(),
                "y": points[..., 1].ravel(),
            }
        ),
        f"film-map-{run_id}",
        of=[run_id],
    )


def sizes_part(shown: Shown, _names: tuple[str, ...]) -> None:
    st.markdown(f"**{t('How its layers change')}**", help=term("dead_unit"))
    film, run_id = shown.film, shown.record.id
    sizes = film.sizes()
    known = {name: sizes[name] for name in _SIZES if name in sizes}
    layers = [f"{int(layer.name[:2])}. {layer.name[3:]}" for layer in film.layers(0)]
    chart(
        film_sizes_figure,
        {t(_SIZES[name]): values for name, values in known.items()},
        layers,
        [moment.epoch for moment in film.moments],
        key=f"film_sizes_{run_id}",
        alt=t("Curves of each layer over {n} moments: how large and how different its weights are.", n=len(film)),
        film=run_id,
    )
    csv_button(
        lambda: {
            **moment_columns(film),
            **{f"{layer.name}_{name}": known[name][:, at] for name in known for at, layer in enumerate(film.layers(0))},
        },
        f"film-layers-{run_id}",
        of=[run_id],
    )

"""Explain: weights as pictures."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.datasets import Dataset
from mnist_core.explain import filter_slices, kernel_images
from mnist_core.figures.explain import heat_image
from mnist_core.models import layer_rows
from mnist_core.store import RunRecord
from pages._ui import explain_cached as cached
from pages._ui.errors import errors_in_words
from pages._ui.gallery import Tile, gallery
from pages._ui.heat import legend
from pages._ui.i18n import t, term

MOST = 48


@st.fragment
@errors_in_words()
def weights_view(data: Dataset, record: RunRecord) -> None:
    """Show the kernels of a run, layer by layer."""
    kernels = cached.parts(record.id)
    if not kernels:
        st.info(t("No layer of this network looks at a picture, so its weights can't be shown as one."))
        return
    network = record.config.model.kind == "network"
    for name, kernel in kernels.items():
        number = int(name.removeprefix("kernel_"))
        if network:
            row = layer_rows(record.config.model, data.spec.num_classes)[number]
            st.markdown(f"**{number}. {row.name}({row.detail})**", help=term("parameters"))
        else:
            st.markdown(f"**{t('Logistic regression')}**", help=term("logistic_regression"))
        _kernel(kernel, number, data)
    legend(t("positive: ink here speaks for the unit"), t("negative: ink here speaks against it"))


def _kernel(kernel: npt.NDArray[np.float32], number: int, data: Dataset) -> None:
    pictures = kernel_images(kernel)
    names = data.spec.class_names
    if pictures is None:
        chosen = st.number_input(t("Filter"), 0, kernel.shape[-1] - 1, key=f"explain_filter_{number}", width=180)
        pictures, words = filter_slices(kernel, chosen), t("map {number}")
        st.caption(
            t(
                "This filter looks at all maps of the layer before it: one small picture for each of them. "
                "Together they say which mixture of shapes it looks for."
            )
        )
    elif kernel.ndim == 4:
        words = t("filter {number}")
        st.caption(t("Each filter is a small pattern that is looked for everywhere: edges, strokes, corners."))
    elif len(pictures) == len(names) == 10 and number <= 1 and kernel.shape[1] == 10:
        words = ""
        st.caption(t("One picture for each class: the ink that speaks for it and the ink that speaks against it."))
    else:
        words = t("unit {number}")
        st.caption(
            t(
                "Each unit has a weight for every pixel. Laid out as an image they show where it wants ink. "
                "Pictures that look like noise learned little, or work only together with others."
            )
        )
    _gallery(pictures, words, names)


def _gallery(pictures: npt.NDArray[np.float32], words: str, names: tuple[str, ...]) -> None:
    """Show pictures, each in its own strength; of very many the ones with the largest weights."""
    strength = np.sqrt((pictures.astype(np.float64) ** 2).sum(axis=(1, 2)))
    order = np.argsort(-strength, kind="stable")[:MOST]
    order = np.sort(order) if len(pictures) <= MOST else order
    titles = {int(i): words.format(number=i) if words else names[i] for i in order}
    gallery(
        [
            Tile(
                heat_image(pictures[i]),
                title,
                f"±{np.abs(pictures[i]).max():.2f}",
                t("Weights of {name}", name=title),
            )
            for i, title in titles.items()
        ]
    )
    if len(pictures) > MOST:
        st.caption(t("The {shown} of {n} with the largest weights.", shown=MOST, n=len(pictures)))

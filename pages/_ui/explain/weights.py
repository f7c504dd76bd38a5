"""Explain: weights as pictures."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.analysis.explain import filter_slices, kernel_images
from mnist_core.config import NetworkConfig
from mnist_core.datasets import DatasetSpec
from mnist_core.models import layer_rows
from mnist_core.store import RunRecord
from pages._ui.cache import weights as run_weights
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.parts.heat import legend, map_csv
from pages._ui.shell import access
from pages._ui.shell.i18n import class_words, t, term


@access.fragment
def weights_view(spec: DatasetSpec, record: RunRecord) -> None:
    """Show the kernels of a run, layer by layer."""
    kernels = run_weights.kernels(record.id)
    if not kernels:
        st.info(t("No layer of this network looks at a picture, so its weights can't be shown as one."))
        return
    model = record.config.model
    rows = layer_rows(model, spec.num_classes) if isinstance(model, NetworkConfig) else ()
    for number, kernel in kernels.items():
        if rows:
            st.markdown(f"**{number}. {rows[number].name}({rows[number].detail})**", help=term("parameters"))
        else:
            st.markdown(f"**{t('Logistic regression')}**", help=term("logistic_regression"))
        answers = not rows or number == len(rows) - 1
        _kernel(kernel, number, record.id, class_words(spec.class_names) if answers else None)


def _kernel(kernel: npt.NDArray[np.float32], number: int, run_id: str, class_names: tuple[str, ...] | None) -> None:
    key = f"{number}-{run_id}"
    words, chosen, pictures = t("unit {number}"), None, kernel_images(kernel)
    if pictures is None:
        last, filter_key = kernel.shape[-1] - 1, f"explain_filter_{key}"
        chosen = int(st.number_input(t("Filter"), 0, last, key=filter_key, persist_state="session", width=180))
        pictures, words = filter_slices(kernel, chosen), t("map {number}")
        how = t(
            "This filter looks at all maps of the layer before it: one small picture for each of them. "
            "Together they say which mixture of shapes it looks for."
        )
    elif kernel.ndim == 4:
        words = t("filter {number}")
        how = t("Each filter is a small pattern that is looked for everywhere: edges, strokes, corners.")
    elif class_names:
        how = t("One picture for each class: the ink that speaks for it, and the ink that speaks against it.")
    else:
        how = t(
            "Each unit has a weight for every pixel. Laid out as an image they show where it wants ink. "
            "Pictures that look like noise learned little, or work only together with others."
        )
    shown = run_weights.kernel_pictures(run_id, number, chosen)
    titles = [class_names[unit] if class_names else words.format(number=unit) for unit in shown.units]
    tiles = [
        Tile(picture, title, f"±{t.number(limit, '.2f')}", t("Weights of {name}", name=title))
        for picture, title, limit in zip(shown.pictures, titles, shown.limits, strict=True)
    ]
    gallery(tiles, size="m" if len(tiles) > len(class_names or ()) else "l")
    legend(t("positive: it wants ink here"), t("negative: it wants none"))
    if shown.of > len(tiles):
        how += " " + t("These are the {shown} of {n} with the largest weights.", shown=len(tiles), n=shown.of)
    st.caption(how + " " + t("The number below a picture is the weight that has its full colour."))
    map_csv(pictures, f"weights-{key}", run_id)

"""Augmentation in the sidebar: its settings, and what they do to sixteen training images."""

import numpy as np
import streamlit as st

from mnist_core.augmentation import augment
from mnist_core.config import AugmentationConfig
from mnist_core.errors import ConfigError
from pages._ui.cache.results import dataset
from pages._ui.parts.dataset_status import is_ready
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.shell import session
from pages._ui.shell.i18n import t, term
from pages._ui.train.settings import setting_fields

_SAMPLES = 16
_ROUND = "augmentation_round"


def augmentation_box() -> None:
    """Show the settings of the draft's augmentation, and a preview while any is on."""
    draft = session.draft()
    with st.expander(t("Augmentation"), icon=":material/auto_awesome_motion:"):
        st.caption(
            t(
                "Every time the network sees a training image, it is changed a little at random. So it learns the "
                "shape instead of the very pixels."
            ),
            help=term("data_augmentation"),
        )
        setting_fields("augmentation", draft)
        try:
            config = session.draft_config().augment
        except ConfigError:
            return  # the page says what is wrong with the settings
        if config.is_active:
            _preview(draft["data"]["dataset"], config)


def _preview(dataset_id: str, config: AugmentationConfig) -> None:
    if not is_ready(dataset_id):
        return  # the page offers the download
    shown = st.session_state.setdefault(_ROUND, 0)
    st.caption(t("Sixteen training images, changed like this:"))
    gallery(_samples(dataset_id, config.model_dump_json(), shown), size="four")
    st.button(
        t("Show others"), key="augmentation_others", icon=":material/refresh:", type="tertiary", on_click=_next_round
    )


def _next_round() -> None:
    st.session_state[_ROUND] += 1


@st.cache_data(max_entries=64, show_spinner=False)
def _samples(dataset_id: str, config: str, shown: int) -> list[Tile]:
    """Return some training images, changed; another `shown` gives others."""
    data = dataset(dataset_id)
    rng = np.random.default_rng(shown)
    chosen = np.sort(rng.choice(len(data.x_train), _SAMPLES, replace=False))
    labels = data.y_train[chosen]
    images = augment(data.x_train[chosen], AugmentationConfig.model_validate_json(config), rng, labels)
    names = [t(data.spec.class_names[label]) for label in labels]
    return [
        Tile(image, name, alt=t("A changed image of {name}", name=name))
        for image, name in zip(images, names, strict=True)
    ]

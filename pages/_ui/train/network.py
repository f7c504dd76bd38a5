"""The network of a configuration: its picture and its Keras code."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.errors import ConfigError, MnistLabError
from mnist_core.models.speed import resolved
from mnist_core.settings import get_settings
from pages._ui.cache.results import dataset
from pages._ui.parts.code_view import code_box
from pages._ui.parts.dataset_status import is_ready
from pages._ui.parts.network_picture import network_picture
from pages._ui.shell.errors import show_error
from pages._ui.shell.i18n import t, term


def network_view(config: RunConfig | None, problem: MnistLabError | None) -> MnistLabError | None:
    """Show the network of the form and its code; return what is wrong with the settings, if anything."""
    if config is None:
        if problem is not None:
            show_error(problem)
        return problem
    try:
        picture, code = st.tabs([t("Network"), t("Keras code")])
        with picture:
            picture_of(config, "train_network")
        with code:
            code_of(config)
    except ConfigError as error:
        show_error(error)
        return error
    return None


def picture_of(config: RunConfig, key: str) -> None:
    """Show the network of a configuration as a picture, with an image where one is at hand; raises `ConfigError`."""
    name = config.data.dataset
    diagram = network_picture(config, key, image=dataset(name).x_train[0] if is_ready(name) else None)
    words = t("{total:,} parameters in all.", total=diagram.parameters)
    if not isinstance(config.model, NetworkConfig):
        words += " " + t(
            "Logistic regression has no hidden layers: one weighted sum of the 784 pixels for each class. "
            "It is the baseline that networks have to beat."
        )
    st.caption(words, help=term("parameters"))


def code_of(config: RunConfig, of: Sequence[str] = ()) -> None:
    """Show the Keras code of a configuration (`of`: see `code_box`)."""
    code_box(resolved(config, get_settings()), of=of)

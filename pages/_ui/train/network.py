"""The network of a configuration: its picture and its Keras code."""

import numpy as np
import streamlit as st

from mnist_core.analysis.explain import expected_seconds
from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.errors import ConfigError, MnistLabError
from mnist_core.models.speed import resolved
from mnist_core.settings import get_settings
from mnist_core.store import RunRecord, shared_store
from pages._ui.cache.explanations import trained
from pages._ui.cache.results import dataset
from pages._ui.parts.code_view import code_box
from pages._ui.parts.dataset_status import is_ready
from pages._ui.parts.network_picture import network_at_work, network_picture
from pages._ui.shell.errors import show_error
from pages._ui.shell.i18n import t, term

_EXAMPLE = 0  # of the test images
_SLOW = 0.1  # seconds for one image: such a network is shown without


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
            code_box(resolved(config, get_settings()), of=())
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


def network_of(record: RunRecord) -> None:
    """Show a run's network, its code, and the end of its log once it is over."""
    st.header(t("The network"), anchor=False)
    _trained_picture(record)
    with st.expander(t("Code and log of this run"), icon=":material/info:"):
        code_box(record.config, of=[record.id])
        if record.state.is_finished:
            st.caption(t("Last lines of the log"))
            st.code(shared_store().files(record.id).log_tail(20) or t("(empty)"), language=None)


def _trained_picture(record: RunRecord) -> None:
    """Show a run's network; once it is trained, with a test image on its way through it."""
    name, key = record.config.data.dataset, f"network_{record.id}"
    files = shared_store().files(record.id)
    is_network = isinstance(record.config.model, NetworkConfig)
    able = record.state.is_finished and (files.layers if is_network else files.onnx).exists() and is_ready(name)
    if not able or expected_seconds(record.config, 1) > _SLOW:
        picture_of(record.config, key)
        return
    network_at_work(trained(record.id, np.asarray(dataset(name).x_test[_EXAMPLE])), key)
    st.page_link(
        "explain.py",
        label=t("Choose another image, and see the sum of each unit"),
        icon=":material/psychology:",
        query_params={"run": record.id, "image": str(_EXAMPLE)},
    )

"""The network of a configuration: its layer table and its Keras code."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.datasets import get_spec
from mnist_core.errors import ConfigError, MnistLabError
from mnist_core.models import layer_rows
from mnist_core.models.speed import resolved
from mnist_core.settings import get_settings
from pages._ui.parts.code_view import code_box
from pages._ui.shell.errors import show_error
from pages._ui.shell.i18n import t, term


def network_view(
    config: RunConfig | None, problem: MnistLabError | None, *, of: Sequence[str] = ()
) -> MnistLabError | None:
    """Show the layer table and the code (`of`: see `code_box`); return what is wrong with the settings, if anything."""
    if config is None:
        if problem is not None:
            show_error(problem)
        return problem
    try:
        table, code = st.tabs([t("Layers"), t("Keras code")])
        with table:
            layer_table(config)
        with code:
            code_box(resolved(config, get_settings()), of=of)
    except ConfigError as error:
        show_error(error)
        return error
    return None


def layer_table(config: RunConfig) -> None:
    """Show each layer with its output shape and its number of parameters."""
    if not isinstance(config.model, NetworkConfig):
        st.markdown(
            t(
                "Logistic regression has no layers: one weighted sum of the 784 pixels for each class, "
                "7,850 parameters in all. It is the baseline that networks have to beat."
            )
        )
        return
    rows = layer_rows(config.model, get_spec(config.data.dataset).num_classes)
    frame = pd.DataFrame(
        {
            t("Layer"): ["Input", *(row.name for row in rows)],
            t("Settings"): ["", *(row.detail.replace('"', "") for row in rows)],
            t("Output"): ["28 × 28", *(" × ".join(map(str, row.output_shape)) for row in rows)],
            t("Parameters"): ["0", *(t.number(row.parameters, ",") for row in rows)],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        row_height=32,
        column_config={
            t("Parameters"): st.column_config.TextColumn(alignment="right"),
            t("Output"): st.column_config.TextColumn(help=t("Shape of what the layer passes on, for each image.")),
        },
    )
    total = sum(row.parameters for row in rows)
    st.caption(t("{total:,} parameters in all.", total=total), help=term("parameters"))

"""The choice of the dataset."""

import streamlit as st

from mnist_core.datasets import DATASETS, shared_provider
from pages._ui.shell import session
from pages._ui.shell.i18n import t

_DATASET = session.FORM_PREFIX + "dataset"


def chosen_dataset() -> str:
    """Return what `dataset_box` will return, for what is shown above it."""
    chosen: str = st.session_state.get(_DATASET, session.draft()["data"]["dataset"])
    return chosen


def dataset_box() -> str:
    """Show the choice of the dataset and return it."""
    draft, key = session.draft(), _DATASET
    if key not in st.session_state:
        st.session_state[key] = draft["data"]["dataset"]
    # With the one of a link or an older run, though its file may be gone: the page says so.
    offered = list(dict.fromkeys([*shared_provider().offered(), st.session_state[key]]))
    draft["data"]["dataset"] = st.selectbox(
        t("Dataset"),
        offered,
        format_func=lambda dataset: t(DATASETS[dataset].title),
        key=key,
        help="\n".join(f"- **{t(DATASETS[name].title)}**: {t(DATASETS[name].summary)}" for name in offered),
    )
    chosen: str = draft["data"]["dataset"]
    return chosen

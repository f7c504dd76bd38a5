"""Small pieces that several pages show."""

from collections.abc import Mapping
from typing import Any, TypeVar

import streamlit as st

from mnist_core.config.recipes import RECIPE_DATASETS
from mnist_core.datasets import DATASETS, FALLBACK_DATASET, shared_provider
from mnist_core.engine import why_no_training
from mnist_core.errors import TrainingOffError
from mnist_core.settings import get_settings
from mnist_core.text import Sentence
from pages._ui.parts.dataset_status import is_ready, show_status
from pages._ui.shell.errors import in_words
from pages._ui.shell.i18n import t

Value = TypeVar("Value")


def page_header(title: str, lead: str) -> None:
    """Show a page's title and one sentence about what one does here (both translated)."""
    st.title(title, anchor=False)
    st.markdown(f":gray[{lead}]")


def for_ears(*parts: str) -> str:
    """Return words for the label of a button that only a screen reader says: what an icon means, or is about.

    Parameters
    ----------
    *parts : str
        Translated, or safe as Markdown; they become one phrase.
    """
    return f"*{': '.join(parts)}*"


def empty_state(icon: str, title: str, sentence: str, page: str, action: str) -> None:
    """Show what to do next on a page that has nothing to show yet (words translated)."""
    with st.container(border=True, horizontal_alignment="center", gap="small", key="empty_state"):
        st.space("small")
        with st.container(key="empty_state_icon"):
            st.markdown(icon, text_alignment="center")
        st.markdown(f"**{title}**", text_alignment="center")
        st.markdown(f":gray[{sentence}]", text_alignment="center")
        st.page_link(page, label=action, icon=":material/arrow_forward:")
        st.space("small")


def need_dataset(dataset_id: str) -> bool:
    """Return whether a dataset is ready; where it is not, show how far it is and what to do."""
    if is_ready(dataset_id):
        return True
    show_status(DATASETS[dataset_id])
    return False


def fallback_notice() -> None:
    """Say that the bundled digits stand in where no real dataset can be had."""
    missing = [DATASETS[dataset_id] for dataset_id in RECIPE_DATASETS if not _may_come(dataset_id)]
    if missing:
        sentence: Sentence = (
            "{titles} can't be had right now. Recipes made for that learn the {fallback} instead, which come with the "
            "program. You can download the real images on the Explore page."
            if shared_provider().can_download(missing[0].id)
            else "{titles} can't be had here: downloading is switched off. Recipes made for that learn the {fallback} "
            "instead, which come with the program. The page Explore says how to have the real images."
        )
        st.info(
            t(
                sentence,
                titles=t.all_of([t(spec.title) for spec in missing]),
                fallback=t(DATASETS[FALLBACK_DATASET].title),
            ),
            icon=":material/wifi_off:",
        )


def _may_come(dataset_id: str) -> bool:
    return shared_provider().status(dataset_id).state != "missing"


def training_notice() -> TrainingOffError | None:
    """Say that no network is trained on this installation, and return why; None where networks are."""
    off = why_no_training(get_settings())
    if off is not None:
        st.info(in_words(off), icon=":material/local_cafe:")
    return off


def switch(label: str, names: Mapping[Value, Sentence], key: str, **more: Any) -> Value:
    """Show a choice between a few things side by side, the first of them chosen at first, and return it.

    Parameters
    ----------
    label : str
        Translated.
    names : mapping of value to English words
    key : str
    **more
        For `st.segmented_control`.
    """
    chosen: Value = st.segmented_control(
        label,
        list(names),
        format_func=lambda value: t(names[value]),
        default=next(iter(names)),
        required=True,
        key=key,
        **more,
    )
    return chosen

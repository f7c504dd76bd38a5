"""A run's model card, and its folder for the Hugging Face Hub."""

from functools import partial

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.sharing.hub.card import model_card, readable
from mnist_core.sharing.hub.folder import can_pack, card_facts, folder_name, has_card, repository, zip_repository
from mnist_core.sharing.of_study import StudyTold, study_told
from mnist_core.store import RunRecord, shared_store
from mnist_core.text import Translator
from pages._ui.cache.results import can_judge, judge
from pages._ui.parts.components import need_dataset
from pages._ui.parts.downloads import download_button
from pages._ui.shell import i18n, session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t, term


def card_part(record: RunRecord) -> None:
    """Show a run's model card and the way to publish it; nothing to who may not look at the run."""
    if not session.visitor().may_see(record):
        return
    st.markdown(f"**{t('Model card')}**", help=term("model_card"))
    if not has_card(shared_store().files(record.id), record):
        st.caption(t("There is a card as soon as there is a model: let the training finish first."))
        return
    if not can_judge(record):
        need_dataset(record.config.data.dataset)
        return
    with errors_in_words():
        study = study_told(record, shared_store())
        _card(record, _text(record.id, record.name, study, i18n.current()))


def _card(record: RunRecord, text: str) -> None:
    st.caption(
        t(
            "What the network is for and what it is not, what it learned from, and how good it is for each class. The "
            "folder has the card and the model, ready for the Hugging Face Hub. It is written here and sent nowhere."
        )
    )
    name, packable = folder_name(record.name), can_pack(shared_store().files(record.id), record)
    with st.container(horizontal=True):
        download_button(
            t("Model card"),
            partial(_text_now, record.id, judge(record.id).labels, i18n.current()),
            of=[record.id],
            file_name="README.md",
            mime="text/markdown",
            key=f"card_{record.id}",
            icon=":material/description:",
        )
        download_button(
            t("Folder for the Hub"),
            partial(_zip, record.id, name, judge(record.id).labels, i18n.current()),
            of=[record.id],
            file_name=f"{name}.zip",
            mime="application/zip",
            key=f"hub_{record.id}",
            icon=":material/folder_zip:",
            disabled=not packable,
            help=None if packable else t("The model is missing, or too large to be packed here."),
        )
    with st.expander(t("Read the card")), st.container(height=480, border=False):
        st.markdown(readable(text))
    st.caption(
        t("To publish it: unpack the folder, write your name where its README.md still needs information, then:")
    )
    commands = f"pip install huggingface_hub\nhf auth login\nhf upload USER/{name} {name} ."
    st.code(commands, language=None, wrap_lines=True)


# A finished run never changes but for its name; what its study is called, and chose, may become known later.
@st.cache_data(max_entries=16, show_spinner=False, hash_funcs={Translator: lambda t: t.language})
def _text(run_id: str, name: str, study: StudyTold | None, t: Translator) -> str:
    store = shared_store()
    return model_card(card_facts(store, store.runs.get(run_id), judge(run_id).labels), t)


def _text_now(run_id: str, labels: npt.NDArray[np.uint8], t: Translator) -> str:
    """Return the card as it is when somebody clicks: by then its study may be private."""
    store = shared_store()
    return model_card(card_facts(store, store.runs.get(run_id), labels), t)


def _zip(run_id: str, folder: str, labels: npt.NDArray[np.uint8], t: Translator) -> bytes:
    """Return the folder as a zip; made when somebody clicks, outside the page's script."""
    store = shared_store()
    record = store.runs.get(run_id)
    return zip_repository(repository(store.files(record.id), card_facts(store, record, labels), t), folder)

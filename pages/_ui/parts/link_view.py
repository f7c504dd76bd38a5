"""Links to copy: a run itself, and its settings ready to train; and the settings that came with one."""

import streamlit as st

from mnist_core.config import RunConfig
from mnist_core.config.links import CONFIG, RUN, read_link, run_address, settings_address, study_address
from mnist_core.errors import ConfigError
from mnist_core.store import RunRecord, StudyRecord
from pages._ui.parts.offered_link import base_address, offer_link, reach_note
from pages._ui.shell import session
from pages._ui.shell.errors import show_error
from pages._ui.shell.i18n import t

_TAKEN, _BEFORE = "link_taken", "link_before"


def link_part(record: RunRecord) -> None:
    """Show the links to a run: its page, and a form with its settings."""
    open_to_all = record.shared or record.shipped is not None
    st.markdown(f"**{t('Link to this run')}**")
    offer_link(run_address(base_address(), record.id), "link_run", t("Link to this run"))
    if open_to_all:
        st.caption(t("Everyone who can reach this dashboard can open it, look at everything, and change nothing."))
    else:
        st.caption(
            t(
                "This run is private: the link opens for its owner alone. Share it under “Manage”, or send the link to "
                "its settings instead."
            )
        )
    st.markdown(f"**{t('Link to its settings')}**")
    address = settings_address(base_address(), record.config, record.recipe)
    offer_link(address, "link_settings", t("Link to its settings"))
    st.caption(
        t("Opens the form with these settings, ready to train. It has no name, no results and nothing of yours.")
    )
    if record.config.fine_tune is not None:
        st.caption(
            t(
                "The drawings that this network learned from are not in it: who opens it trains the network without "
                "them."
            )
        )
    reach_note()


def study_link(study: StudyRecord) -> None:
    """Show the link to a study."""
    offer_link(study_address(base_address(), study.id), "link_study", t("Link"))
    if study.shared:
        st.caption(t("Everyone who can reach this dashboard can open it, look at everything, and change nothing."))
    else:
        st.caption(t("This study is private: the link opens for its owner alone. Share it under “Manage”."))
    reach_note()


def settings_link(config: RunConfig | None) -> None:
    """Offer a link to the settings of the form, if they are right."""
    with st.popover(t("Link to these settings"), icon=":material/link:", type="tertiary", disabled=config is None):
        if config is not None:
            st.markdown(t("Whoever opens this link finds these settings in the form. Nothing starts by itself."))
            address = settings_address(base_address(), config, session.draft_recipe())
            offer_link(address, "link_form", t("Link to these settings"))
            reach_note()


def take_link() -> bool:
    """Put the settings of the address (``?config=``) into the form, once, and say so; nothing is started.

    Returns
    -------
    bool
        Whether the address asks for settings, right or wrong, so that the page shows its form.
    """
    text = st.query_params.get(CONFIG)
    if text is None:
        for key in (_TAKEN, _BEFORE):
            st.session_state.pop(key, None)
        return False
    if st.query_params.get(RUN):  # a run was begun with them: the address is its own
        del st.query_params[CONFIG]
        return False
    try:
        if st.session_state.get(_TAKEN) != text:
            _take(text)
    except ConfigError as error:
        show_error(error)
        st.caption(t("The link could not be used, so nothing was changed: the form is as it was before."))
    else:
        _notice()
    return True


def _take(text: str) -> None:
    linked = read_link(text)
    settings = linked.config.model_dump(mode="json")
    before = None
    if session.has_draft() and session.draft() != settings:
        before = (session.draft(), session.draft_recipe())
    session.use_settings(settings, linked.recipe)
    st.session_state[_TAKEN], st.session_state[_BEFORE] = text, before


def _notice() -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(t(":material/link: These settings came with a link. Look them over, then start the training."))
        if st.session_state.get(_BEFORE) is not None:
            st.button(
                t("Back to my settings"), key="link_undo", type="tertiary", icon=":material/undo:", on_click=_go_back
            )


def _go_back() -> None:
    settings, recipe = st.session_state.pop(_BEFORE)
    session.use_settings(settings, recipe)
    st.session_state.pop(_TAKEN)
    st.query_params.pop(CONFIG, None)

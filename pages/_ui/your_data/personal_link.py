"""The visitor's personal link: made, shown once, replaced, switched off."""

import streamlit as st

from mnist_core.engine import link_pace
from mnist_core.store import shared_store
from pages._ui.parts.offered_link import base_address, offer_link, reach_note
from pages._ui.shell import identity, session
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t, term

_NEW = "personal_link_new"  # for one run of the page: then nobody has it but who copied it


def personal_link() -> None:
    """Show what a personal link is for, and the buttons that make it and switch it off."""
    st.header(t("Your personal link"), anchor=False, help=term("personal_link"))
    st.markdown(
        t(
            "It brings your runs and drawings to another browser: your phone, the computer at home, or this page in a "
            "frame of another site. Whoever has it can do here all that you can, so keep it as you keep a password."
        )
    )
    links, owner = shared_store().links, identity.owner()
    made = links.made(owner)
    if made is not None:
        others = links.browsers(owner) - identity.is_joined()
        words = [t("Your link was made on {moment}.", moment=t.moment(made))]
        if others:
            words.append(t.plural("{n:,} other browser came by it.", "{n:,} other browsers came by it.", others))
        st.caption(" ".join(words))
    with st.container(horizontal=True):
        st.button(
            t("Make a personal link") if made is None else t("Make a new one"),
            key="personal_link_make",
            icon=":material/key:",
            help=None if made is None else t("The one before then opens nothing any more."),
            on_click=_make,
        )
        if made is not None:
            st.button(
                t("Switch it off"),
                key="personal_link_off",
                icon=":material/link_off:",
                help=t("It opens nothing any more, and other browsers that came by it show their own runs again."),
                on_click=_switch_off,
            )
    _joined()
    if (secret := st.session_state.pop(_NEW, None)) is not None:
        _shown(secret)


def _make() -> None:
    with errors_in_words():
        link_pace().take(identity.owner(), session.address())
        st.session_state[_NEW] = shared_store().links.make(identity.owner())


def _shown(secret: str) -> None:
    @st.dialog(t("Your personal link"), width="medium")
    def dialog() -> None:
        st.markdown(t("Open it in the other browser, and confirm there. It is shown this once: only you have it."))
        address = f"{base_address()}/your_data#link={secret}"
        offer_link(address, "link_own", t("Your personal link"), for_all=False)  # whoever has it can do all
        st.caption(t("Lost it, or somebody else saw it? Make a new one or switch it off: this one then opens nothing."))
        reach_note()

    dialog()


def _switch_off() -> None:
    with errors_in_words():
        shared_store().links.revoke(identity.owner(), identity.browser())


def _joined() -> None:
    """Say that this browser came by a link, and offer the way back."""
    if not identity.is_joined():
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="personal_link_joined"):
        st.markdown(
            t(
                ":material/devices: This browser came here by a personal link. On a computer that others use too, "
                "leave when you are done: it then shows what it had of its own."
            ),
            width="stretch",
        )
        st.button(t("Leave"), key="personal_link_leave", icon=":material/logout:", on_click=_leave)


def _leave() -> None:
    with errors_in_words():
        shared_store().links.leave(identity.browser())
        identity.begin_anew()

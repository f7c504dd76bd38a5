"""What is kept of a visitor, the way to other browsers, and the way out."""

import streamlit as st

from mnist_core.store import shared_store
from pages._ui.parts.components import page_header
from pages._ui.shell import session
from pages._ui.shell.i18n import t
from pages._ui.your_data.goodbye import goodbye
from pages._ui.your_data.kept import kept
from pages._ui.your_data.opened_link import amounts, opened_link
from pages._ui.your_data.personal_link import personal_link

page_header(t("Your data"), t("What is yours here, how to take it to another browser, and how to delete all of it."))
opened_link()
st.markdown(
    t(
        "You have {what} here. You need no account: this browser's cookie says what is yours.",
        what=amounts(shared_store().leaving.kept(session.owner())),
    )
)
personal_link()
kept()
goodbye()

"""Studies: groups of runs that answer a question together."""

import streamlit as st

from pages._ui.parts.components import page_header
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.i18n import t
from pages._ui.shell.visitor import admin_box
from pages._ui.studies.listing import studies_list
from pages._ui.studies.one import study_view
from pages._ui.studies.undo import undo_notice

page_header(t("Studies"), t("Many runs that answer one question together: what is best, and what is luck."))
undo_notice()
asked = st.query_params.get("study")
if asked:
    with errors_in_words():
        study_view(asked)
else:
    studies_list()
admin_box()

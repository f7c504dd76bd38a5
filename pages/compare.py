"""Set runs side by side: settings, results, curves, classes, images, and all runs at a glance."""

import streamlit as st

from mnist_core.text import Sentence
from pages._ui.compare.choice import choose_runs
from pages._ui.compare.classes import classes_view
from pages._ui.compare.curves import curves_view
from pages._ui.compare.groups import add_a_repetition
from pages._ui.compare.images import images_view
from pages._ui.compare.legend import legend
from pages._ui.compare.luck import luck_view
from pages._ui.compare.many import many_view
from pages._ui.compare.results import results_view
from pages._ui.compare.settings import settings_view
from pages._ui.parts.components import empty_state, page_header, switch
from pages._ui.shell.i18n import t

VIEWS: dict[str, Sentence] = {
    "overview": "Overview",
    "curves": "Curves",
    "classes": "Classes",
    "images": "Images",
    "many": "All runs",
}

page_header(t("Compare"), t("Which idea was better, and where? Put any number of runs side by side."))
compared = choose_runs()
add_a_repetition()
if compared:
    legend(compared)
    if len(compared) == 1:
        st.info(t("Choose a second run above to see how they differ."), icon=":material/compare_arrows:")
    view = switch(t("View"), VIEWS, "compare_view", persist_state="session", label_visibility="collapsed")
    match view:
        case "overview":
            if len(compared) > 1:
                settings_view(compared)
            results_view(compared)
            if len(compared) > 1:
                luck_view(compared)
        case "curves":
            curves_view(compared)
        case "classes":
            classes_view(compared)
        case "images":
            images_view(compared)
        case "many":
            many_view(compared)
else:
    empty_state(
        ":material/compare_arrows:",
        t("Nothing to compare yet"),
        t("Choose runs above, or train one first: then change one setting, train again, and see here what it did."),
        "home.py",
        t("Choose a recipe"),
    )

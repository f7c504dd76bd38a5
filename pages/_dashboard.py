"""The frame around every page: browser title, navigation, style, and errors in words."""

from pathlib import Path

import streamlit as st

from mnist_core.system.instruments import PAGE_SECONDS
from mnist_core.text import Sentence
from pages._ui.one_run import replays
from pages._ui.shell.errors import errors_in_words
from pages._ui.shell.frame import frame
from pages._ui.shell.i18n import t
from pages._ui.shell.languages import language_switch
from pages._ui.shell.membership import classroom_notice
from pages._ui.shell.visitor import cookie_notice
from pages._ui.shell.warm_up import warm_up

UI = Path(__file__).parent / "_ui" / "shell"
# First of all: Streamlit would take the page's symbol for an icon, which is fetched from a server elsewhere.
st.set_page_config(page_title="MNIST Lab", page_icon=UI / "icon.png", layout="wide", initial_sidebar_state=340)
st.logo(UI / "icon.png", size="large")

PAGES = (
    ("home.py", Sentence("Home"), ":material/home:"),
    ("learn.py", Sentence("Learn"), ":material/school:"),
    ("explore.py", Sentence("Explore"), ":material/grid_view:"),
    ("train.py", Sentence("Train"), ":material/model_training:"),
    ("runs.py", Sentence("Runs"), ":material/history:"),
    ("studies.py", Sentence("Studies"), ":material/science:"),
    ("compare.py", Sentence("Compare"), ":material/compare_arrows:"),
    ("evaluate.py", Sentence("Evaluate"), ":material/fact_check:"),
    ("explain.py", Sentence("Explain"), ":material/psychology:"),
    ("robustness.py", Sentence("Robustness"), ":material/tune:"),
    ("draw.py", Sentence("Draw"), ":material/draw:"),
    ("glossary.py", Sentence("Glossary"), ":material/menu_book:"),
    ("classroom.py", Sentence("Classroom"), ":material/groups:"),
    ("your_data.py", Sentence("Your data"), ":material/shield_person:"),
)
# Below each page instead of above, and what leads there.
QUIET = {
    "classroom.py": Sentence("Classroom: join a class, or open one"),
    "your_data.py": Sentence("Your data: what is kept, and for how long"),
}
page = st.navigation(
    [
        st.Page(
            file,
            title=t(title),
            icon=icon,
            default=file == "home.py",
            visibility="hidden" if file in QUIET else "visible",
        )
        for file, title, icon in PAGES
    ],
    position="top",
)
st.set_page_config(page_title="MNIST Lab" if page.url_path == "" else t("{page} · MNIST Lab", page=page.title))
if page.url_path != "train":
    replays.end()
language_switch()
cookie_notice()
classroom_notice()
with PAGE_SECONDS.time(page.url_path or "home"), errors_in_words():
    page.run()
with st.container(key="footer", horizontal=True):
    for file, words in QUIET.items():
        if page.url_path != file.removesuffix(".py"):
            st.page_link(file, label=t(words))
frame()
warm_up()

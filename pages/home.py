"""What this is, and a recipe to begin with."""

import streamlit as st

from mnist_core.config.recipes import RECIPES, Recipe
from mnist_core.datasets import DATASETS, get_spec, shared_provider
from mnist_core.engine import why_no_training
from mnist_core.errors import MnistLabError
from mnist_core.settings import get_settings
from mnist_core.store import shared_store
from pages._ui.cache.results import dataset
from pages._ui.one_run import replays, runs
from pages._ui.parts import recipe_words
from pages._ui.parts.components import fallback_notice, for_ears, need_dataset, training_notice
from pages._ui.parts.gallery import Tile, gallery
from pages._ui.shell import session
from pages._ui.shell.errors import in_words, show_error
from pages._ui.shell.i18n import t, term
from pages._ui.shell.visitor import cleaning_notice


def hero() -> None:
    """Say what this is in one glance."""
    words, pictures = st.columns([3, 2], gap="large", vertical_alignment="center")
    with words:
        st.title(t("Meet your first neural network"), anchor=False)
        st.markdown(
            t(
                "Train a network that reads handwritten digits or recognises clothes, watch it learn, see where "
                "it goes wrong, and let it read your own handwriting. Nothing to install, nothing to break."
            ),
            help=term("neural_network"),
        )
        if why_no_training(get_settings()) is None:
            st.markdown(t("**Choose a recipe below and press Train.** The first one takes well under a minute."))
        st.page_link("learn.py", label=t("New here? Go through the lessons, step by step"), icon=":material/school:")
        if shared_store().runs.shipped():
            st.page_link(
                "draw.py",
                label=t("Or draw a digit first: a trained network is waiting to read it"),
                icon=":material/draw:",
            )
    with pictures:
        shown = dataset(shared_provider().default())
        what = t(shown.spec.kind.words.image)
        gallery([Tile(shown.x_train[index], "", alt=what) for index in range(12)], size="hero")


def card(recipe: Recipe) -> None:
    """Show one recipe with its button."""
    with st.container(border=True, key=f"recipe_card_{recipe.id}", height="stretch", gap="small"):
        with st.container(gap="small", height="stretch"):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.markdown(f"**{t(recipe.title)}**", width="content")
                st.badge(
                    t(get_spec(session.recipe_config(recipe.id).data.dataset).title), color="blue", width="content"
                )
            st.markdown(recipe_words.summary(recipe))
            if not recipe_words.is_stood_in(recipe):
                st.caption(t("You learn: {lesson}", lesson=t(recipe.lesson)), help=term(recipe.term))
        st.caption(recipe_words.promise(recipe))
        with st.container(horizontal=True):
            off = why_no_training(get_settings())
            waiting = shared_provider().status(session.recipe_config(recipe.id).data.dataset).state == "preparing"
            if st.button(
                f"{t('Train')} {for_ears(t(recipe.title))}",
                key=f"train_{recipe.id}",
                type="primary",
                icon=":material/play_arrow:",
                disabled=waiting or off is not None,
                help=in_words(off) if off else t("Its images are still on their way.") if waiting else None,
            ):
                session.use_recipe(recipe.id)
                try:
                    run_id = runs.start(session.recipe_config(recipe.id), recipe.id)
                except MnistLabError as error:  # too many waiting, say; shown on the page, not in the narrow card
                    st.session_state["home_problem"] = error
                    st.rerun()
                replays.begin(run_id)
                st.switch_page("train.py", query_params={"run": run_id})
            if st.button(
                f"{t('Look at settings')} {for_ears(t(recipe.title))}", key=f"open_{recipe.id}", type="tertiary"
            ):
                session.use_recipe(recipe.id)
                st.session_state["current_run"] = None
                st.switch_page("train.py", query_params={"run": "new"})


hero()
for spec in DATASETS.values():
    if shared_provider().status(spec.id).state == "preparing":
        need_dataset(spec.id)
fallback_notice()
cleaning_notice()
training_notice()
if (problem := st.session_state.pop("home_problem", None)) is not None:
    show_error(problem)
st.header(t("Recipes"), anchor=False)
recipes = list(RECIPES.values())
for start in range(0, len(recipes), 3):
    for column, recipe in zip(st.columns(3), recipes[start : start + 3], strict=False):
        with column:
            card(recipe)

"""The sidebar: the experiment under edit."""

from contextlib import suppress
from html import escape
from typing import Any

import streamlit as st

from mnist_core.config.recipes import RECIPES
from mnist_core.datasets import PEN_STROKES, shared_provider
from mnist_core.errors import ConfigError
from mnist_core.text import plain
from pages._ui.parts import fields, recipe_words
from pages._ui.parts.dataset_box import dataset_box
from pages._ui.parts.estimate_view import precision_effect
from pages._ui.shell import session
from pages._ui.shell.i18n import t, term
from pages._ui.shell.visitor import admin_box
from pages._ui.train.augmentation import augmentation_box
from pages._ui.train.layers import layer_editor
from pages._ui.train.settings import any_used, setting_fields


def open_sidebar() -> None:
    """Show the sidebar's title: before the page's own words, which would move when the sidebar comes."""
    st.sidebar.html(f'<p class="lab-sidebar-title">{escape(t("Your experiment"))}</p>')


def experiment_form() -> None:
    """Show every setting of the experiment; changes go into the session's draft."""
    with st.sidebar:
        _recipe_box()
        # Filled last: whether something was changed is only known below.
        recipe_words = st.container()
        dataset_box()
        draft = session.draft()
        if draft["model"]["kind"] == "network":
            st.markdown(f"**:material/layers: {t('Hidden layers')}**", help=term("layer"))
            layer_editor(draft["model"])
            with st.expander(t("Training"), icon=":material/tune:", expanded=True):
                setting_fields("training", draft)
                with suppress(ConfigError):  # the page says what is wrong with the settings
                    precision_effect(session.draft_config())
            augmentation_box()
        else:
            with st.expander(t("Logistic regression"), icon=":material/tune:", expanded=True):
                setting_fields("training", draft)
        with st.expander(t("Data"), icon=":material/database:"):
            setting_fields("data", draft, without=_without(draft))
        if draft["model"]["kind"] == "network":
            _advanced(draft)
        with recipe_words:
            _recipe_words()
        admin_box()


def _advanced(draft: dict[str, Any]) -> None:
    """Show what a beginner may leave alone; open where the draft came with some of it, and never closed by a change."""
    is_open = st.session_state[fields.key_of("advanced_open", any_used("advanced", draft))]
    with st.expander(t("Advanced"), icon=":material/science:", expanded=is_open):
        setting_fields("advanced", draft)


def _without(draft: dict[str, Any]) -> tuple[str, ...]:
    """Return what is not asked for: other writers' digits where their file is not at hand, unless they are in use."""
    at_hand = draft["data"]["pen_strokes"] or PEN_STROKES.id in shared_provider().offered()
    return () if at_hand else ("pen_strokes",)


def _recipe_box() -> None:
    key = "recipe_choice"
    st.session_state[key] = session.draft_recipe()
    st.selectbox(
        t("Recipe"),
        list(RECIPES),
        format_func=lambda recipe: t(RECIPES[recipe].title),
        key=key,
        on_change=lambda: session.use_recipe(st.session_state[key]),
        help=t("A good place to begin. Choosing one sets everything below; then change what you like."),
    )


def _recipe_words() -> None:
    name = session.draft_variant_of()
    if name is None and not session.is_changed():
        st.caption(recipe_words.summary(RECIPES[session.draft_recipe()]))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if name is None:
            st.caption(t("Changed from the recipe."))
        elif (change := session.draft_change()) is not None:
            st.caption(t("A variant of “{name}” with one change: {change}.", name=plain(name), change=change))
        else:
            st.caption(t("A variant of “{name}”: change a setting, then train.", name=plain(name)))
        st.button(
            t("Undo changes") if name is None else t("Back to the recipe"),
            key="recipe_reset",
            type="tertiary",
            icon=":material/undo:",
            on_click=session.use_recipe,
            args=(session.draft_recipe(),),
        )

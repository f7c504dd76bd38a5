"""The sidebar: the experiment under edit."""

from contextlib import suppress
from html import escape
from typing import Any

import streamlit as st

from mnist_core.config import DataConfig, LogisticConfig, TrainConfig
from mnist_core.config.choices import LOSSES, OPTIMIZERS, PRECISIONS, SCHEDULES
from mnist_core.config.recipes import RECIPES
from mnist_core.datasets import PEN_STROKES, get_spec, shared_provider
from mnist_core.errors import ConfigError
from mnist_core.settings import get_settings
from mnist_core.text import exact, plain
from pages._ui.parts import fields, number_fields, recipe_words
from pages._ui.parts.dataset_box import dataset_box
from pages._ui.parts.estimate_view import precision_effect
from pages._ui.shell import session
from pages._ui.shell.i18n import t, term
from pages._ui.shell.visitor import admin_box
from pages._ui.train.augmentation import augmentation_box
from pages._ui.train.layers import layer_editor


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
                _training(draft)
            augmentation_box()
        else:
            with st.expander(t("Logistic regression"), icon=":material/tune:", expanded=True):
                number_fields.whole(LogisticConfig, "folds", draft["model"], "folds")
                number_fields.whole(TrainConfig, "epochs", draft["train"], "epochs")
                number_fields.whole(TrainConfig, "seed", draft["train"], "seed")
        with st.expander(t("Data"), icon=":material/database:"):
            if draft["model"]["kind"] == "network":
                fields.share(DataConfig, "validation_split", draft["data"], "validation_split")
                _pen_strokes(draft["data"])
            number_fields.whole(
                DataConfig,
                "train_size",
                draft["data"],
                "train_size",
                step=1000,
                most=get_settings().max_train_size,
                placeholder=t("all of them"),
            )
        with recipe_words:
            _recipe_words()
        admin_box()


def _pen_strokes(data: dict[str, Any]) -> None:
    """Show the switch for other writers' digits where their file is at hand, and wherever it is on."""
    offered = get_spec(data["dataset"]).takes_strokes and PEN_STROKES.id in shared_provider().offered()
    if data["pen_strokes"] or offered:
        fields.toggle(t("Pen strokes too"), data, "pen_strokes", fields.help_text(DataConfig, "pen_strokes"))


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


def _training(draft: dict[str, dict[str, object]]) -> None:
    train = draft["train"]
    fields.choice(TrainConfig, "optimizer", OPTIMIZERS, train, "optimizer")
    default = OPTIMIZERS[str(train["optimizer"])].default_learning_rate
    number_fields.decimal(
        TrainConfig, "learning_rate", train, "learning_rate", placeholder=t("{rate} (default)", rate=exact(default))
    )
    fields.choice(TrainConfig, "schedule", SCHEDULES, train, "schedule")
    if train["optimizer"] == "sgd":
        fields.share(TrainConfig, "momentum", train, "momentum")
    number_fields.whole(TrainConfig, "epochs", train, "epochs", most=get_settings().max_epochs)
    number_fields.whole(TrainConfig, "batch_size", train, "batch_size", step=16)
    fields.choice(TrainConfig, "loss", LOSSES, train, "loss")
    number_fields.whole(TrainConfig, "early_stopping", train, "early_stopping", placeholder=t("off"))
    number_fields.whole(TrainConfig, "seed", train, "seed")
    fields.choice(TrainConfig, "precision", PRECISIONS, train, "precision")
    with suppress(ConfigError):  # the page says what is wrong with the settings
        precision_effect(session.draft_config())

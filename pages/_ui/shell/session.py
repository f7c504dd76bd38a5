"""Who the visitor is, and what the visitor is working on."""

import secrets
from typing import Any

import streamlit as st

from mnist_core.config import RunConfig
from mnist_core.config.recipes import RECIPES, get_recipe, recipe_on
from mnist_core.datasets import FALLBACK_DATASET, shared_provider
from mnist_core.engine import shared_supervisor
from mnist_core.figures.theme import Theme, theme
from mnist_core.gateway import ADDRESS_HEADER
from mnist_core.models.speed import is_settings_of
from mnist_core.store import RunRecord, Visitor, shared_store
from mnist_core.text import Phrase
from pages._ui.shell import identity

_DRAFT, _RECIPE, _LAYER_IDS, _VARIANT_OF = "draft", "draft_recipe", "draft_layer_ids", "draft_variant_of"
_CHANGE = "draft_change"
FORM_PREFIX = "form_"


def owner() -> str:
    """Return the visitor's id: see `pages._ui.shell.identity`."""
    return identity.owner()


def address() -> str | None:
    """Return a keyed hash of where the visitor comes from; None where no proxy or network lies between."""
    text = st.context.headers.get(ADDRESS_HEADER)
    return shared_store().visitors.hashed_address(text) if isinstance(text, str) and text else None


def visitor() -> Visitor:
    """Return who asks: the owner of runs, whether as an admin, and from where."""
    if not st.session_state.get("greeted"):
        st.session_state["greeted"] = True
        shared_store().visitors.greet(owner())
    return Visitor(owner(), is_admin=bool(st.session_state.get("is_admin", False)), address=address())


def set_admin(wanted: bool) -> None:
    """Let this session change everyone's runs, or not any more; the password was checked."""
    st.session_state["is_admin"] = wanted


def cleaning_next() -> list[RunRecord]:
    """Return the runs that will be deleted soon to make room."""
    return shared_supervisor().cleaning_next()


def forget_run(run_id: str) -> None:
    """Point no page to a run that is gone."""
    if st.session_state.get("current_run") == run_id:
        st.session_state["current_run"] = None
    st.query_params.pop("run", None)


def page_theme() -> Theme:
    """Return the chart colours for the visitor's light or dark theme."""
    return theme(st.context.theme.type)


# the draft: the experiment that the form edits


def draft() -> dict[str, Any]:
    """Return the settings under edit, in the form of `RunConfig.model_dump`; may be changed."""
    if _DRAFT not in st.session_state:
        use_recipe(next(iter(RECIPES)))
    value: dict[str, Any] = st.session_state[_DRAFT]
    return value


def has_draft() -> bool:
    """Whether this session has begun to edit an experiment."""
    return _DRAFT in st.session_state


def draft_config() -> RunConfig:
    """Return the settings under edit, checked; raises `ConfigError`."""
    return RunConfig.parse(draft())


def draft_recipe() -> str:
    """Return the id of the recipe that the settings began with."""
    draft()
    recipe: str = st.session_state[_RECIPE]
    return recipe


def draft_variant_of() -> str | None:
    """Return the name of the run that the settings were taken from to train a variant of it; None where none was."""
    name: str | None = st.session_state.get(_VARIANT_OF)
    return name


def draft_change() -> Phrase | None:
    """Return the change that the settings came with, in words; None where they came with none."""
    change: Phrase | None = st.session_state.get(_CHANGE)
    return change


def is_changed() -> bool:
    """Whether the settings differ from their recipe's."""
    return not is_settings_of(recipe_config(draft_recipe()), draft(), shared_store().settings)


def use_recipe(recipe_id: str) -> None:
    """Begin with a recipe's settings, on the bundled digits where its dataset can't be had."""
    use_settings(_recipe_settings(recipe_id), recipe_id)


def use_settings(
    settings: dict[str, Any], recipe_id: str | None, *, variant_of: str | None = None, change: Phrase | None = None
) -> None:
    """Begin with given settings, perhaps to train a variant of a run; the form shows them at the next run.

    `change` says in what they differ from that run's, where they do already.
    Fine-tuning is no setting of the form: it needs drawings, and begins on the page Draw.
    """
    settings = settings | {"fine_tune": None}
    for key in [key for key in st.session_state if str(key).startswith(FORM_PREFIX)]:
        del st.session_state[key]
    st.session_state[_DRAFT] = settings
    st.session_state[_VARIANT_OF], st.session_state[_CHANGE] = variant_of, change
    st.session_state[_RECIPE] = recipe_id if recipe_id in RECIPES else next(iter(RECIPES))
    st.session_state[_LAYER_IDS] = [secrets.token_hex(4) for _ in settings["model"].get("layers", ())]


def layer_ids() -> list[str]:
    """Return an id for each layer of the draft, which its widgets keep when layers move."""
    draft()
    ids: list[str] = st.session_state[_LAYER_IDS]
    return ids


def available(dataset_id: str) -> str:
    """Return the dataset itself if it is ready or on its way, else the bundled one."""
    return FALLBACK_DATASET if shared_provider().status(dataset_id).state == "missing" else dataset_id


def recipe_config(recipe_id: str) -> RunConfig:
    """Return a recipe's configuration on a dataset that can be had."""
    return recipe_on(recipe_id, available(get_recipe(recipe_id).config.data.dataset))


def _recipe_settings(recipe_id: str) -> dict[str, Any]:
    return recipe_config(recipe_id).model_dump(mode="json")

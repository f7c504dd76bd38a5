"""The layer editor: add, remove, reorder, and set each layer's values."""

import re
import secrets
from typing import Any

import streamlit as st

from mnist_core.config import LAYERS, NetworkConfig
from mnist_core.config.choices import OneOf
from mnist_core.config.layers import Step
from pages._ui.parts import fields, number_fields
from pages._ui.parts.components import for_ears
from pages._ui.shell import session
from pages._ui.shell.i18n import t

BREAK = "\u200b"  # where a line may end within a word


def layer_editor(model: dict[str, Any]) -> None:
    """Show one card for each hidden layer of `model` and write changes into it."""
    with st.container(key="layers"):  # where the keyboard stays when a card goes
        _cards(model)


def _cards(model: dict[str, Any]) -> None:
    layers, ids = model["layers"], session.layer_ids()
    model["layers"] = layers = list(layers)
    if not layers:
        st.caption(t("No hidden layer: the pixels go straight to the ten softmax units."))
    for index, (layer, layer_id) in enumerate(zip(layers, ids, strict=True)):
        with st.container(border=True, gap="small", key=f"layer_card_{layer_id}"):
            _header(layer, layer_id, index, len(layers))
            _values(layer, layer_id)
    most = NetworkConfig.model_fields["layers"].metadata[0].max_length
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            t("New layer"),
            list(LAYERS),
            format_func=lambda kind: t(LAYERS[kind].title),
            key="new_layer_kind",
            help="\n".join(f"- **{t(layer.title)}**: {t(layer.help)}" for layer in LAYERS.values()),
        )
        st.button(
            t("Add"),
            icon=":material/add:",
            key="add_layer",
            on_click=_add,
            args=(kind,),
            disabled=len(layers) >= most,
        )


def _header(layer: dict[str, Any], layer_id: str, index: int, count: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"layer_head_{layer_id}"):
        name = t(LAYERS[layer["kind"]].title)
        # Beside the buttons a long name breaks between its words.
        st.markdown(f"**{index + 1} · {re.sub('(?<=[a-z])(?=[A-Z])', BREAK, name)}**")
        with st.container(horizontal=True, gap=None, width="content"):
            _buttons(layer, layer_id, index, count)


def _buttons(layer: dict[str, Any], layer_id: str, index: int, count: int) -> None:
    for icon, words, step, blocked in (
        (":material/arrow_upward:", t("Move up"), -1, index == 0),
        (":material/arrow_downward:", t("Move down"), 1, index == count - 1),
        (":material/delete:", t("Remove"), 0, False),
    ):
        st.button(
            for_ears(words, f"{index + 1} · {t(LAYERS[layer['kind']].title)}"),
            icon=icon,
            key=f"layer_{layer_id}_{step}",
            help=words,
            type="tertiary",
            disabled=blocked,
            on_click=_move if step else _remove,
            args=(index, step) if step else (index,),
        )


def _values(layer: dict[str, Any], layer_id: str) -> None:
    spec = LAYERS[layer["kind"]]
    for name, field in spec.model_fields.items():
        key = f"{layer_id}_{name}"
        choices = next((rule.choices for rule in field.metadata if isinstance(rule, OneOf)), None)
        if choices is not None:
            fields.choice(spec, name, choices, layer, key)
        elif field.annotation is int:
            step = next((rule.size for rule in field.metadata if isinstance(rule, Step)), 1)
            number_fields.whole(spec, name, layer, key, step=step)
        elif field.annotation is float:
            fields.share(spec, name, layer, key)


def _add(kind: str) -> None:
    layers = session.draft()["model"]["layers"]
    session.draft()["model"]["layers"] = [*layers, LAYERS[kind](kind=kind).model_dump(mode="json")]
    session.layer_ids().append(secrets.token_hex(4))


def _remove(index: int) -> None:
    for items in (session.draft()["model"]["layers"], session.layer_ids()):
        del items[index]


def _move(index: int, step: int) -> None:
    for items in (session.draft()["model"]["layers"], session.layer_ids()):
        items[index], items[index + step] = items[index + step], items[index]

"""Fields for numbers: what they show is what is trained with, or a sentence beneath says why it can't be."""

from html import escape
from typing import Any

import streamlit as st
from pydantic import BaseModel

from mnist_core.text import exact, read_number
from pages._ui.parts import fields
from pages._ui.shell.i18n import t


def whole(
    model: type[BaseModel],
    field: str,
    values: dict[str, Any],
    name: str,
    *,
    step: int = 1,
    most: int | None = None,
    placeholder: str | None = None,
) -> None:
    """Show a field for a whole number and write it into `values`, with a sentence beneath where it can't be used.

    With a placeholder it may be empty, which means the default.

    Streamlit's own limits would keep what is out of them in the browser: the field would show one number and the page
    use another. And its whole numbers read ``1e2`` as 1, so the field takes any number, and it is judged here.
    """
    least, largest = fields.limits(model, field)
    if most is not None and largest is not None:
        largest = min(largest, most)
    empty = fields.default_of(model, field) if placeholder is not None else None
    shown = None if values[field] in (None, empty) else float(values[field])
    typed = st.number_input(
        fields.title_of(model, field),
        value=None if placeholder is not None else "min",
        step=float(step),
        format="%g",
        key=fields.key_of(name, shown),
        help=fields.help_text(model, field),
        placeholder=placeholder,
    )
    values[field] = empty if typed is None else int(typed) if typed.is_integer() else typed
    if typed is not None and not (typed.is_integer() and (least or 0) <= typed <= (largest or typed)):
        _wrong(t("A whole number from {least:,} to {most:,}, please.", least=least, most=largest))


def decimal(model: type[BaseModel], field: str, values: dict[str, Any], name: str, placeholder: str) -> None:
    """Show a field for a number, shown and read with all its digits, and write it into `values`; empty is the default.

    What is no number stays in `values` as it was typed: the configuration refuses it, and nothing starts with it.

    Parameters
    ----------
    placeholder : str
        Translated; what an empty field means.
    """
    value, (least, largest) = values[field], fields.limits(model, field)
    default = fields.default_of(model, field)
    typed = st.text_input(
        fields.title_of(model, field),
        key=fields.key_of(name, value if isinstance(value, str) else "" if value == default else exact(value)),
        help=fields.help_text(model, field),
        placeholder=placeholder,
        autocomplete="off",
    )
    value = read_number(typed)
    values[field] = default if not typed.strip() else typed if value is None else value
    if isinstance(values[field], str):
        _wrong(t("This is no number. Write one like 0.001."))
    elif value is None or largest is None:
        return
    elif least is None and not 0 < value <= largest:
        _wrong(t("A number above 0 and at most {most}, please.", most=largest))
    elif least is not None and not least <= value <= largest:
        _wrong(t("A number from {least} to {most}, please.", least=least, most=largest))


def _wrong(sentence: str) -> None:
    """Say beneath a field why it can't be used."""
    st.html(f'<p class="lab-wrong" role="alert">{escape(sentence)}</p>')

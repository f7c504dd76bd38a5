"""Widgets made from the configuration's own limits, titles and help texts."""

from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st
from pydantic import BaseModel

from mnist_core.choices import Choice
from mnist_core.text import exact, read_number
from pages._ui.i18n import t
from pages._ui.session import FORM_PREFIX


def choice(
    model: type[BaseModel], field: str, options: Mapping[str, Choice], values: dict[str, Any], name: str
) -> None:
    """Show a select box for a registry and write what is chosen into `values`."""
    words = (
        help_text(model, field)
        + "\n\n"
        + "\n".join(f"- **{t(option.title)}**: {t(option.help)}" for option in options.values())
    )
    values[field] = st.selectbox(
        _title(model, field),
        list(options),
        format_func=lambda option: t(options[option].title),
        key=_key(name, values[field]),
        help=words,
    )


def number(
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

    Streamlit's own limits would keep what is out of them in the browser: the field would show one number and the page
    use another. And its whole numbers read ``1e2`` as 1, so the field takes any number, and it is judged here.
    """
    least, largest = limits(model, field)
    if most is not None and largest is not None:
        largest = min(largest, most)
    typed = st.number_input(
        _title(model, field),
        value=None if placeholder is not None else "min",
        step=float(step),
        format="%g",
        key=_key(name, None if values[field] is None else float(values[field])),
        help=help_text(model, field),
        placeholder=placeholder,
    )
    values[field] = int(typed) if typed is not None and typed.is_integer() else typed
    if typed is not None and not (typed.is_integer() and (least or 0) <= typed <= (largest or typed)):
        _wrong(t("A whole number from {least} to {most}, please.", least=f"{least:,}", most=f"{largest:,}"))


def decimal(model: type[BaseModel], field: str, values: dict[str, Any], name: str, placeholder: str) -> None:
    """Show a field for a number above 0, shown and read with all its digits, and write it into `values`.

    What is no number stays in `values` as it was typed: the configuration refuses it, and nothing starts with it.

    Parameters
    ----------
    placeholder : str
        Translated; what an empty field means.
    """
    value, largest = values[field], limits(model, field)[1]
    typed = st.text_input(
        _title(model, field),
        key=_key(name, value if isinstance(value, str) else "" if value is None else exact(value)),
        help=help_text(model, field),
        placeholder=placeholder,
        autocomplete="off",
    )
    value = read_number(typed)
    values[field] = None if not typed.strip() else typed if value is None else value
    if isinstance(values[field], str):
        _wrong(t("This is no number. Write one like 0.001."))
    elif value is not None and largest is not None and not 0 < value <= largest:
        _wrong(t("A number above 0 and at most {most}, please.", most=exact(largest)))


def share(
    model: type[BaseModel],
    field: str,
    values: dict[str, Any],
    name: str,
    step: float = 0.05,
    number_format: str = "%.2f",
) -> None:
    """Show a slider within the configuration's limits, else from 0 to 1, and write it into `values`.

    A value between two steps, of a link or another run, is shown and used as it is.

    Parameters
    ----------
    number_format : str
        Of the values on the slider's steps: ``percent``, or in the style of C.
    """
    least, most = limits(model, field)
    value = float(values[field])
    if number_format != "%g" and round(value / step, 6) % 1:
        number_format = "%g"
    moved = st.slider(
        _title(model, field),
        float(least or 0.0),
        float(1.0 if most is None else most),
        step=step,
        format=number_format,
        key=_key(name, value),
        help=help_text(model, field),
    )
    values[field] = moved if moved == value else round(moved, 4)  # the browser counts steps with a last digit too many


def _wrong(sentence: str) -> None:
    """Say beneath a field why it can't be used."""
    st.html(f'<p class="lab-wrong" role="alert">{escape(sentence)}</p>')


def toggle(words: str, values: dict[str, Any], name: str, explanation: str) -> None:
    """Show a switch and write it into `values`."""
    values[name] = st.toggle(words, key=_key(name, values[name]), help=explanation)


def _key(name: str, value: Any) -> str:
    """Return a widget's key, giving the widget the draft's value when it first appears."""
    key = FORM_PREFIX + name
    if key not in st.session_state:
        st.session_state[key] = value
    return key


def _title(model: type[BaseModel], field: str) -> str:
    return t(model.model_fields[field].title or field)


def help_text(model: type[BaseModel], field: str) -> str:
    """Return the sentence about a setting."""
    return t(model.model_fields[field].description or "")


def limits(model: type[BaseModel], field: str) -> tuple[float | None, float | None]:
    """Return the least and the most that a field may be; an exclusive limit counts as none below."""
    least = most = None
    for rule in model.model_fields[field].metadata:
        least = getattr(rule, "ge", least)
        most = getattr(rule, "le", most)
    return least, most

"""Widgets made from the configuration's own limits, titles and help texts."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from pydantic import BaseModel

from mnist_core.choices import Choice
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
    step: float = 1,
    most: float | None = None,
    number_format: str | None = None,
    placeholder: str | None = None,
) -> None:
    """Show a number field within the configuration's limits and write it into `values`."""
    least, largest = limits(model, field)
    if most is not None and largest is not None:
        largest = min(largest, most)
    if values[field] is not None and largest is not None and values[field] > largest:
        largest = None  # from a link or a recipe: the page says what is too much, nothing is cut in silence
    whole = isinstance(step, int)
    values[field] = st.number_input(
        _title(model, field),
        min_value=None if least is None else (int(least) if whole else float(least)),
        max_value=None if largest is None else (int(largest) if whole else float(largest)),
        value=None if placeholder is not None else "min",
        step=step,
        format=number_format,
        key=_key(name, values[field]),
        help=help_text(model, field),
        placeholder=placeholder,
    )


def share(
    model: type[BaseModel],
    field: str,
    values: dict[str, Any],
    name: str,
    step: float = 0.05,
    number_format: str | None = None,
) -> None:
    """Show a slider within the configuration's limits, else from 0 to 1, and write it into `values`."""
    least, most = limits(model, field)
    values[field] = round(
        st.slider(
            _title(model, field),
            float(least or 0.0),
            float(1.0 if most is None else most),
            step=step,
            format=number_format,
            key=_key(name, float(values[field])),
            help=help_text(model, field),
        ),
        4,
    )


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

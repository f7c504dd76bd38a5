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
    help_text = (
        _help(model, field)
        + "\n\n"
        + "\n".join(f"- **{t(option.title)}**: {t(option.help)}" for option in options.values())
    )
    values[field] = st.selectbox(
        _title(model, field),
        list(options),
        format_func=lambda option: t(options[option].title),
        key=_key(name, values[field]),
        help=help_text,
    )


def number(
    model: type[BaseModel],
    field: str,
    values: dict[str, Any],
    name: str,
    *,
    step: float = 1,
    number_format: str | None = None,
    placeholder: str | None = None,
) -> None:
    """Show a number field within the configuration's limits and write it into `values`."""
    limits = _limits(model, field)
    whole = isinstance(step, int)
    values[field] = st.number_input(
        _title(model, field),
        min_value=None if limits[0] is None else (int(limits[0]) if whole else float(limits[0])),
        max_value=None if limits[1] is None else (int(limits[1]) if whole else float(limits[1])),
        value=None if placeholder is not None else "min",
        step=step,
        format=number_format,
        key=_key(name, values[field]),
        help=_help(model, field),
        placeholder=placeholder,
    )


def share(model: type[BaseModel], field: str, values: dict[str, Any], name: str, step: float = 0.05) -> None:
    """Show a slider for a share between 0 and 1 and write it into `values`."""
    least, most = _limits(model, field)
    values[field] = round(
        st.slider(
            _title(model, field),
            float(least or 0.0),
            float(1.0 if most is None else most),
            step=step,
            key=_key(name, float(values[field])),
            help=_help(model, field),
        ),
        4,
    )


def _key(name: str, value: Any) -> str:
    """Return a widget's key, giving the widget the draft's value when it first appears."""
    key = FORM_PREFIX + name
    if key not in st.session_state:
        st.session_state[key] = value
    return key


def _title(model: type[BaseModel], field: str) -> str:
    return t(model.model_fields[field].title or field)


def _help(model: type[BaseModel], field: str) -> str:
    return t(model.model_fields[field].description or "")


def _limits(model: type[BaseModel], field: str) -> tuple[float | None, float | None]:
    """Return the least and the most that a field may be; an exclusive limit counts as none below."""
    least = most = None
    for rule in model.model_fields[field].metadata:
        least = getattr(rule, "ge", least)
        most = getattr(rule, "le", most)
    return least, most

"""Widgets made from the configuration's own limits, titles and help texts."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from pydantic import BaseModel

from mnist_core.config.choices import Choice
from mnist_core.config.setting import Spec
from pages._ui.shell import i18n
from pages._ui.shell.i18n import t, term
from pages._ui.shell.session import FORM_PREFIX


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
        title_of(model, field),
        list(options),
        format_func=lambda option: t(options[option].title),
        key=key_of(name, values[field]),
        help=words,
    )


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
        title_of(model, field),
        float(least or 0.0),
        float(1.0 if most is None else most),
        step=step,
        format=number_format if number_format == "percent" else i18n.number_format(number_format),
        key=key_of(name, value),
        help=help_text(model, field),
    )
    values[field] = moved if moved == value else round(moved, 4)  # the browser counts steps with a last digit too many


def toggle(words: str, values: dict[str, Any], name: str, explanation: str) -> None:
    """Show a switch and write it into `values`."""
    values[name] = st.toggle(words, key=key_of(name, values[name]), help=explanation)


def key_of(name: str, value: Any) -> str:
    """Return a widget's key, giving the widget the draft's value when it first appears."""
    key = FORM_PREFIX + name
    if key not in st.session_state:
        st.session_state[key] = value
    return key


def title_of(model: type[BaseModel], field: str) -> str:
    return t(model.model_fields[field].title or "")


def help_text(model: type[BaseModel], field: str) -> str:
    """Return the sentence about a setting, and the glossary's where it has a term there."""
    found = model.model_fields[field]
    sentence = found.description or ""
    term_id = next((spec.term for spec in found.metadata if isinstance(spec, Spec)), None)
    return term(term_id, sentence) if term_id else t(sentence)


def default_of(model: type[BaseModel], field: str) -> Any:
    """Return what a field is where nobody chose a value."""
    return model.model_fields[field].default


def limits(model: type[BaseModel], field: str) -> tuple[float | None, float | None]:
    """Return the least and the most that a field may be; an exclusive limit counts as none below."""
    least = most = None
    for rule in model.model_fields[field].metadata:
        least = getattr(rule, "ge", least)
        most = getattr(rule, "le", most)
    return least, most

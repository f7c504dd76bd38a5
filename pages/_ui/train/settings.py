"""The form's fields for the settings of a run, each made from its entry in the table of settings."""

from collections.abc import Container
from typing import Any

from mnist_core.config.setting import Decimal, Given, Group, Select, Slider, Switch, Whole
from mnist_core.config.table import SETTINGS, Setting, given_in
from mnist_core.settings import get_settings
from pages._ui.parts import fields, number_fields
from pages._ui.shell.i18n import current, t


def setting_fields(group: Group, draft: dict[str, Any], *, without: Container[str] = ()) -> None:
    """Show a field for each setting of a group that the draft's other settings give a meaning, and write into it.

    Parameters
    ----------
    group : Group
    draft : dict
        In the form of `RunConfig.model_dump`; gets what is chosen.
    without : container of str
        Names of settings that are not asked for.
    """
    for name, setting in SETTINGS.items():
        given = given_in(draft)  # anew: a field above may have changed what has a meaning
        if setting.spec.group == group and name not in without and setting.is_offered(given):
            _field(setting, draft[setting.section], given)


def any_used(group: Group, draft: dict[str, Any]) -> bool:
    """Whether a setting of a group has an effect that it would not have by default."""
    given = given_in(draft)
    return any(setting.spec.group == group and setting.is_used(given) for setting in SETTINGS.values())


def _field(setting: Setting, values: dict[str, Any], given: Given) -> None:
    model, name = setting.model, setting.name
    match setting.spec.widget:
        case Select():
            fields.choice(model, name, setting.spec.choices or {}, values, name)
        case Switch():
            fields.toggle(fields.title_of(model, name), values, name, fields.help_text(model, name))
        case Slider() as slider:
            fields.share(model, name, values, name, slider.step, slider.format)
        case Whole() as whole:
            most = getattr(get_settings(), whole.most) if whole.most else None
            placeholder = t(setting.spec.off) if setting.spec.off else None
            number_fields.whole(model, name, values, name, step=whole.step, most=most, placeholder=placeholder)
        case Decimal():
            number_fields.decimal(model, name, values, name, placeholder=_empty(setting, given))


def _empty(setting: Setting, given: Given) -> str:
    """Return what an empty field means."""
    words = setting.words({**given, setting.name: setting.default}, current())
    return words if setting.spec.unset or setting.spec.off else t("{rate} (default)", rate=words)

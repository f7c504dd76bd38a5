"""The settings of a run, one by one: whoever shows, writes, compares or counts them goes through this table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo

from mnist_core.config.base import Frozen
from mnist_core.config.sections import AugmentationConfig, DataConfig, FineTuneConfig, LogisticConfig, TrainConfig
from mnist_core.config.setting import Given, Slider, Spec
from mnist_core.text import English

SECTIONS: Mapping[str, type[Frozen]] = {
    "model": LogisticConfig,
    "train": TrainConfig,
    "augment": AugmentationConfig,
    "data": DataConfig,
    "fine_tune": FineTuneConfig,
}
"""The parts of a configuration that hold settings; what a network is made of has a table of its own."""


@dataclass(frozen=True)
class Setting:
    """One setting of a run.

    Attributes
    ----------
    section, name : str
        Where it stands in a configuration, and what it is called there, with ``--set`` and in links.
    field : FieldInfo
        Type, limits, default, title and help.
    spec : Spec
    """

    section: str
    name: str
    field: FieldInfo
    spec: Spec

    @property
    def model(self) -> type[Frozen]:
        """The class of its section."""
        return SECTIONS[self.section]

    @property
    def title(self) -> str:
        """What it is called on the screen, in English."""
        return self.field.title or self.name

    @property
    def help(self) -> str:
        """A learner's explanation, in English."""
        return self.field.description or ""

    @property
    def default(self) -> Any:
        """Its value where nobody chose one."""
        return self.field.default

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers, and neither words nor yes and no."""
        return self.spec.choices is None and self.field.annotation in (int, float, int | None, float | None)

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.field.annotation in (int, int | None)

    def value(self, given: Given) -> Any:
        """Return the value that is really used: where it is not set, what takes its place."""
        value = given[self.name]
        return self.spec.unset(given) if self.spec.unset and value == self.default else value

    def is_used(self, given: Given) -> bool:
        """Whether it has an effect, and another than its default would have."""
        return self.spec.when(given) and self.value(given) != self.value({**given, self.name: self.default})

    def counts(self, given: Given) -> bool:
        """Whether the fingerprint counts it."""
        return self.spec.when(given) if self.spec.first_version else self.is_used(given)

    def is_told(self, given: Given) -> bool:
        """Whether a list of all that a run was trained with tells it: not where it is off, as it is by default."""
        return self.spec.when(given) and (self.counts(given) or bool(self.value(given)))

    def is_offered(self, given: Given) -> bool:
        """Whether the form asks for it."""
        return self.spec.when(given) and (self.spec.offered(given) or given[self.name] != self.default)

    def words(self, given: Given, t: English) -> str:
        """Return the value that is really used in words, translated, and whether it is what nobody had to choose."""
        bare, value = self.bare_words(given, t), self.value(given)
        usual = self.spec.unset(given) if self.spec.unset else None
        return t("{rate} (default)", rate=bare) if value and value == usual else bare

    def bare_words(self, given: Given, t: English) -> str:
        """Return the value that is really used in words, translated."""
        return self.said(self.value(given), t)

    def said(self, value: Any, t: English) -> str:
        """Return a value in words, translated."""
        spec = self.spec
        if spec.choices is not None:
            return t(spec.choices[value].title) if value in spec.choices else str(value)
        if spec.off is not None and not value:
            return t(spec.off)
        if isinstance(value, bool):
            return t("yes") if value else t("no")
        if isinstance(value, str):
            return value
        if value is None:
            return t("default")
        return self._number(value, t)

    def short(self, given: Given, t: English) -> str:
        """Return one or two words for a list of runs, translated; empty where it goes without saying."""
        spec, value = self.spec, given[self.name]
        if not spec.when(given) or not (spec.always_said or value != self.default):
            return ""
        if spec.choices is not None:
            return t(spec.choices[value].short) if value in spec.choices else str(value)
        if not spec.short or not value:
            return ""
        return t(spec.short, n=value)

    def _number(self, value: Any, t: English) -> str:
        if isinstance(self.spec.widget, Slider) and self.spec.widget.format == "percent":
            return t.number(value, "%")
        # What is no amount (a seed) is a name made of digits.
        return t.number(value, "," if isinstance(value, int) and self.spec.scale in ("linear", "log") else "")


def _found() -> dict[str, Setting]:
    settings = [
        Setting(section, name, field, spec)
        for section, model in SECTIONS.items()
        for name, field in model.model_fields.items()
        for spec in field.metadata
        if isinstance(spec, Spec)
    ]
    settings.sort(key=lambda setting: setting.spec.group != "dataset")
    return {setting.name: setting for setting in settings}


SETTINGS: Mapping[str, Setting] = _found()
"""All settings by name, in the order of the form; no name is in two sections."""


def given_in(settings: Mapping[str, Any]) -> Given:
    """Return all settings of a configuration by plain name.

    Parameters
    ----------
    settings : mapping
        In the form of `RunConfig.model_dump`, checked or not; what is missing has its default.
    """
    found = {
        name: (settings.get(setting.section) or {}).get(name, setting.default) for name, setting in SETTINGS.items()
    }
    model = settings.get("model") or {}
    return found | {"kind": model.get("kind", "network"), "fine_tuned": bool(settings.get("fine_tune"))}

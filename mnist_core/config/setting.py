"""What a setting of a run says about itself, beside what its field has: type, limits, default, title and help.

One `Spec` stands at each field in `mnist_core.config.sections`; `mnist_core.config.table` has them all. The form,
``--set``, links, the fingerprint, comparisons, HParams, cards, reports, lists and the code for learners read it there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic_core import CoreSchema

from mnist_core.config.choices import Choice, OneOf
from mnist_core.text import Words

Given = Mapping[str, Any]
"""All settings of a run by plain name, with the `kind` of its model and whether it is `fine_tuned`."""

Group = Literal["dataset", "training", "advanced", "augmentation", "data", "fine_tuning", "code"]
"""Where a setting is asked for. Of these the dataset, fine-tuning and code are no part of the form's lists."""

Scale = Literal["linear", "log", "choice"]


@dataclass(frozen=True)
class Slider:
    """From the least to the most, in `step`s; the format is ``percent`` or in the style of C."""

    step: float = 0.05
    format: str = "%.2f"


@dataclass(frozen=True)
class Whole:
    """A field for a whole number; `most` names what may limit it further in `mnist_core.settings.Settings`."""

    step: int = 1
    most: str | None = None


@dataclass(frozen=True)
class Decimal:
    """A field for a number of any size, with all its digits; an empty one means the default."""


@dataclass(frozen=True)
class Select:
    """One of the setting's choices."""


@dataclass(frozen=True)
class Switch:
    """On or off."""


Widget = Slider | Whole | Decimal | Select | Switch


def always(given: Given) -> bool:
    """Whether a setting has an effect, where it always has."""
    return True


def never(given: Given) -> bool:
    """Whether a setting has an effect on what is trained, where it only changes the code for learners."""
    return False


def of_networks(given: Given) -> bool:
    """Whether a setting has an effect, where that is with every network."""
    return bool(given["kind"] == "network")


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What is known about one setting.

    Attributes
    ----------
    group : Group
    widget : Widget
    choices : mapping of str to Choice, optional
        What it may be, where that is one of several.
    when : callable
        Given all settings, whether this one has an effect on what is trained. Where it has none it is left out of the
        fingerprint, of comparisons, of HParams and of reports, and the form does not ask for it.
    offered : callable
        Whether the form asks for it, beside `when`, as long as it is at its default.
    first_version : bool
        Whether the fingerprint counts it at its default too, as it did from the beginning. All others count only where
        they are used: so runs from before a setting came are found as they were.
    training_only : bool
        A way of training that is no part of the finished network: it is judged and saved as if this were off.
    unset : callable, optional
        Given all settings, what is used where this one is not set.
    off : str or None
        English word for a value that means nothing or none at all; None where 0 is a number like others.
    short : str or Plural
        In one or two words of a list, with ``{n}``; empty where a list leaves it out. Choices have their own.
    always_said : bool
        Whether a list says it at its default too.
    scale : {"linear", "log", "choice"} or None
        How it is best drawn beside others, run by run; None where it says nothing about how good a network is.
    term : str or None
        Its entry in the glossary.
    """

    group: Group
    widget: Widget
    choices: Mapping[str, Choice] | None = None
    when: Callable[[Given], bool] = of_networks
    offered: Callable[[Given], bool] = always
    first_version: bool = False
    training_only: bool = False
    unset: Callable[[Given], Any] | None = None
    off: str | None = None
    short: Words = ""
    always_said: bool = False
    scale: Scale | None = "choice"
    term: str | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], CoreSchema]) -> CoreSchema:
        """Let only choices pass, where there are some."""
        if self.choices is None:
            return handler(source)
        return OneOf(self.choices).__get_pydantic_core_schema__(source, handler)

"""What a lesson is: text, code and checks in steps, read from a file that a teacher can write.

The format is told in ``docs/lessons.md``.
"""

import re
import tomllib
from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from mnist_core.config.datasets import DATASETS
from mnist_core.config.layers import LAYERS
from mnist_core.config.recipes import RECIPES
from mnist_core.errors import LessonError
from mnist_core.lessons.console import check
from mnist_core.text import reason

MOST_BYTES = 500_000
# A name of twenty parts: tomllib keeps the beginnings of each, for a hundred thousand parts 40 GB.
_DOTTED = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){20}""")
_ID = r"^[a-z0-9][a-z0-9_-]{0,39}$"
View = Literal[
    "images",
    "classes",
    "numbers",
    "reshape",
    "one_hot",
    "network",
    "sums",
    "cross_entropy",
    "descent",
    "split",
    "train",
    "log",
    "curves",
    "evaluate",
    "folds",
    "compare",
    "tensorboard",
    "draw",
]
"""What can stand beside the words of a step; `pages._ui.learn.steps` shows them."""


def _one_of(known: Collection[str]) -> AfterValidator:
    def checked(name: str) -> str:
        if name not in known:
            raise ValueError(f"one of {', '.join(known)}")
        return name

    return AfterValidator(checked)


Recipe = Annotated[str, _one_of(RECIPES)]
Dataset = Annotated[str, _one_of(DATASETS)]
LayerKind = Annotated[str, _one_of(LAYERS)]


class _Part(BaseModel):
    """Anything in a lesson: a word that is not known is an error, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Guess(_Part):
    """A question before the answer is shown.

    Attributes
    ----------
    question : str
    options : tuple of str
    answer : int
        Which of them is right, counted from 1; 0 where what the reader trains next decides.
    why : str
        Shown once something was chosen.
    """

    question: str = Field(min_length=1)
    options: tuple[str, ...] = Field(min_length=2, max_length=6)
    answer: int = Field(ge=0)
    why: str = Field(min_length=1)

    @model_validator(mode="after")
    def _is_an_option(self) -> "Guess":
        if self.answer > len(self.options):
            raise ValueError(f"answer = {self.answer}, of {len(self.options)}")
        return self


class Wanted(_Part):
    """What a run has to be, all of it at once; what is not said is open, but for fine-tuning.

    A fine-tuned run begins with what another one learned, so it counts where it is asked for and nowhere else.
    """

    dataset: Dataset | None = None
    recipe: Recipe | None = None
    test_accuracy: float | None = Field(default=None, gt=0, lt=1)
    validation_accuracy: float | None = Field(default=None, gt=0, lt=1)
    most_parameters: int | None = Field(default=None, ge=1)
    most_epochs: int | None = Field(default=None, ge=1)
    most_hidden_layers: int | None = Field(default=None, ge=0)
    layer: LayerKind | None = None
    augmented: bool | None = None
    fine_tuned: bool = False


class LessonTask(_Part):
    """Something to reach by oneself; the reader's own finished runs say whether it is."""

    text: str = Field(min_length=1)
    level: Literal[1, 2] = 1
    wants: Wanted


class LessonStep(_Part):
    """One screen of a lesson.

    Attributes
    ----------
    id : str
        Kept in the reader's progress: the same in every language.
    title, text : str
        The text is Markdown.
    code : str
        The line or lines of Python that this step is about.
    console : tuple of str
        Lines for which Python's answers are shown: see `mnist_core.lessons.console`.
    view : str, optional
        What stands below the words.
    dataset, recipe : str, optional
        Of the view and the console; else the lesson's.
    image : int
        Of the training images, for views of one image.
    guess : Guess, optional
    tasks : tuple of LessonTask
    """

    id: str = Field(pattern=_ID)
    title: str = Field(min_length=1, max_length=120)
    text: str = Field(min_length=1)
    code: str = ""
    console: tuple[str, ...] = Field(default=(), max_length=12)
    view: View | None = None
    dataset: Dataset | None = None
    recipe: Recipe | None = None
    image: int = Field(default=0, ge=0, lt=60_000)
    guess: Guess | None = None
    tasks: tuple[LessonTask, ...] = ()

    @model_validator(mode="after")
    def _console_is_known(self) -> "LessonStep":
        for line in self.console:
            check(line)
        return self


class Lesson(_Part):
    """A lesson in one language.

    Attributes
    ----------
    id : str
    number : int
        Its place among the lessons.
    title, summary : str
    minutes : int
        How long it takes, without training by oneself.
    recipe : str
        Whose data and network it is about.
    steps : tuple of LessonStep
    """

    id: str = Field(pattern=_ID)
    number: int = Field(ge=1, le=999)
    title: str = Field(min_length=1, max_length=80)
    summary: str = Field(min_length=1, max_length=300)
    minutes: int = Field(ge=1, le=600)
    recipe: Recipe
    steps: tuple[LessonStep, ...] = Field(min_length=1, max_length=60)

    @model_validator(mode="after")
    def _steps_differ(self) -> "Lesson":
        ids = [step.id for step in self.steps]
        if len({*ids}) < len(ids):
            raise ValueError("two steps with one id")
        return self

    def recipe_of(self, step: LessonStep) -> str:
        """Return the recipe that a step is about."""
        return step.recipe or self.recipe

    def dataset_of(self, step: LessonStep) -> str:
        """Return the dataset that a step is about."""
        return step.dataset or RECIPES[self.recipe_of(step)].config.data.dataset


def read_lesson(text: str, name: str) -> Lesson:
    """Return the lesson that a TOML file describes.

    Parameters
    ----------
    text : str
    name : str
        Of the file, for errors.

    Raises
    ------
    LessonError
        With the first thing that is wrong, and where.
    """
    if len(text.encode()) > MOST_BYTES:
        raise too_large(name)
    try:
        if _DOTTED.search(text):
            raise ValueError("a name has too many dots")
        told = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers of any length, lists in lists
        raise LessonError("The lesson {name} can't be read: {why}.", name=name, why=str(error)) from error
    try:
        return Lesson.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"]) or "lesson"
        raise LessonError(
            "The lesson {name} is not as it should be, at {place}: {why}.", name=name, place=place, why=reason(first)
        ) from error


def too_large(name: str) -> LessonError:
    """Return what is said of a file that is larger than a lesson may be."""
    return LessonError("The lesson {name} is larger than {most:,} bytes.", name=name, most=MOST_BYTES)

"""What pydantic refuses is said in sentences of our own, which are translated."""

import gettext
from typing import Annotated, Any, Literal, get_args

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import core_schema

from mnist_core.config import RunConfig
from mnist_core.errors import ConfigError
from mnist_core.text import Phrase, Plural, Translator, checks, english, reason

BAD: dict[str, Any] = {
    "train": [
        {"epochs": 0},
        {"epochs": 1.5},
        {"epochs": "many"},
        {"epochs": None},
        {"epochs": 10**30},
        {"learning_rate": "a"},
        {"learning_rate": -1},
        {"learning_rate": float("nan")},
        {"nesterov": "perhaps"},
        {"optimizer": "magic"},
        {"optimizer": 3},
        {"speed": 1},
        "text",
        None,
    ],
    "model": [{"kind": "tree"}, {}, {"layers": 3}, {"layers": [{"kind": "cube"}]}, {"layers": [{}]}, {"layers": ["a"]}],
    "data": [{"validation_split": 0.9}, {"train_size": 3}, {"train_size": 10**9}, {"dataset": "none"}],
}


@pytest.mark.parametrize(("section", "values"), [(name, values) for name, many in BAD.items() for values in many])
def test_no_sentence_of_pydantic_is_shown(section: str, values: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        RunConfig.parse({section: values})
    assert "nput should" not in str(caught.value)
    assert english(checks._ANY) not in str(caught.value), "a kind of error without a sentence of its own"


def test_names_of_errors_are_those_of_pydantic() -> None:
    assert set(checks._REASONS) <= set(get_args(core_schema.ErrorType))


class Limits(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Literal["a", "b"] = "a"
    many: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    few: Annotated[float, Field(gt=0, lt=1)] = 0.5


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kind": "c"}, "it should be one of these: 'a', 'b'"),
        ({"many": []}, "it should have more entries"),
        ({"many": [1, 2, 3]}, "it should have fewer entries"),
        ({"few": 0}, "it should be above 0"),
        ({"few": 1}, "it should be below 1"),
        ({"few": "x"}, "it should be a number"),
        ({"other": 1}, "it should not be there"),
    ],
)
def test_limits_stand_in_the_sentence(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Limits(**values)
    assert str(reason(caught.value.errors()[0])) == said


class Shouting(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return message.replace("Batch size", "STAPEL").replace("it should be at least", "MINDESTENS")

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return (msgid1 if n == 1 else msgid2).upper().replace("{N:,}", "{n:,}")


def test_title_and_reason_are_translated_with_the_sentence() -> None:
    with pytest.raises(ConfigError) as caught:
        RunConfig.parse({"train": {"batch_size": 0}})
    error = caught.value
    t = Translator("en", Shouting())
    assert t(error.template, **error.values).startswith("STAPEL: MINDESTENS 1. Received: batch_size=0")


def test_a_plural_may_stand_within_a_sentence_too() -> None:
    runs = Phrase(Plural("{n:,} run", "{n:,} runs"), n=1234)
    assert str(runs) == "1,234 runs"
    assert Translator("de", Shouting())("Take {runs}.", runs=runs) == "Take 1.234 RUNS."

import json
from gettext import NullTranslations
from pathlib import Path

import pytest

from mnist_core import errors
from mnist_core.errors import MnistLabError
from mnist_core.text import Phrase, Plural, Translator, listed, told

ALL = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, MnistLabError)]


def test_the_message_is_the_template_filled_in():
    error = errors.ConfigError("{name} is wrong. Received: {value}", name="epochs", value=0)
    assert str(error) == "epochs is wrong. Received: 0"
    assert error.template == "{name} is wrong. Received: {value}"
    assert error.values == {"name": "epochs", "value": 0}


def test_what_fills_a_message_is_translated_also_after_json():
    class Told(NullTranslations):
        def gettext(self, message: str) -> str:
            return {"Small digits": "Kleine Ziffern", "{a} lacks {b}.": "{a} fehlt {b}."}.get(message, message)

    error = errors.DataError("{a} lacks {b}.", a=listed([Phrase("Small digits"), "MNIST"]), b=Path("x.gz"))
    runs = errors.DataError("{runs}: {why}", runs=Phrase(Plural("{n:,} run", "{n:,} runs"), n=1200), why=error.phrase)
    kept = json.loads(json.dumps(runs.plain_values))
    again = told(runs.template, kept)
    assert str(again) == str(runs) == "1,200 runs: Small digits, MNIST lacks x.gz."
    assert Translator("de", Told())("{again}", again=again) == "1.200 runs: Kleine Ziffern, MNIST fehlt x.gz."


def test_braces_in_values_stay_as_they_are():
    assert str(MnistLabError("{text}", text="{x}")) == "{x}"


@pytest.mark.parametrize(
    ("ours", "builtin"),
    [
        (errors.ConfigError, ValueError),
        (errors.DownloadError, OSError),
        (errors.StorageError, OSError),
        (errors.RunNotFoundError, KeyError),
        (errors.NotOwnerError, PermissionError),
        (errors.ArtifactMissingError, FileNotFoundError),
        (errors.TrainingDivergedError, ArithmeticError),
        (errors.ImageError, ValueError),
    ],
)
def test_callers_can_catch_the_builtin_they_would_expect(ours, builtin):
    with pytest.raises(builtin):
        raise ours("no")


def test_messages_of_key_errors_are_not_quoted():
    assert str(errors.RunNotFoundError("There is no run {run_id}.", run_id="x")) == "There is no run x."


def test_every_error_has_a_code_of_its_own():
    codes = [error.code for error in ALL]
    assert len(set(codes)) == len(codes)

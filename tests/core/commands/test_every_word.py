"""Every word that a command prints is said in the language of the terminal."""

import argparse
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_core import __main__ as program
from mnist_core.commands import common, training
from mnist_core.config import DataConfig, Dense, NetworkConfig, RunConfig
from mnist_core.config.datasets import DATASETS, DatasetSpec
from mnist_core.config.kinds import CLOTHES, ImageKind
from mnist_core.config.recipes import RECIPES
from mnist_core.config.table import SETTINGS
from mnist_core.sharing.shipped import SHIPPED
from mnist_core.store import Outcome, RunRecord, RunState
from mnist_core.text import Translator
from tests.made_up_language import CLOSE, OPEN, TYPED, Bracketing, left_over

# What one types, and may read as it is typed: names of programs, commands, options, settings and files.
TYPABLE = {
    TYPED.replace(" ", ""),
    *("id", "mnist_core", "python", "http", "localhost", "config", "recipe", "dataset", "undelete"),
    *SETTINGS,
    *(state.value for state in RunState),
    *RECIPES,
    *SHIPPED,
}


@pytest.fixture
def brackets(monkeypatch: pytest.MonkeyPatch) -> Bracketing:
    """Let the terminal speak the made-up language."""
    catalogue = Bracketing()
    for module in (program, common, *program.PARTS):
        monkeypatch.setattr(module, "t", Translator("en", catalogue))
    return catalogue


@pytest.fixture
def runs(dataset_of: Callable[[ImageKind], DatasetSpec], finished_run: Callable[..., RunRecord]) -> list[RunRecord]:
    """Return two runs on clothes, whose classes have words for names."""
    config = RunConfig(
        data=DataConfig(dataset=dataset_of(CLOTHES).id),
        model=NetworkConfig(layers=(Dense(units=16),)),
    )
    return [
        finished_run(config.with_settings(settings), name=f"{TYPED} {n}")
        for n, settings in enumerate(({}, {"seed": 2, "optimizer": "sgd", "nesterov": True}))
    ]


def test_every_word_of_a_command_is_translated(
    runs: list[RunRecord], brackets: Bracketing, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = (run.id for run in runs)
    typed = TYPED.replace(" ", "")
    picture, bundle = tmp_path / "picture.png", tmp_path / "bundle.zip"
    image = np.zeros((90, 90), np.uint8)
    image[20:70, 30:60] = 200
    Image.fromarray(255 - image).save(picture)
    found: list[str] = []
    refused = {
        "runs --limit 0",
        f"compare {first} {first}",
        f"hub {first} --out {tmp_path / 'folder'}",  # it has no network of Keras
        f"resume {first}",
        f"train --recipe {typed}",
        f"train --like {first} --set epochs=0",
        f"train --like {first} --set habits=0.5",
        f"tensorboard --folder {first}",
        f"evaluate {typed}",
    }
    for command in (
        "recipes",
        "runs",
        "runs --limit 0",
        f"runs --search {typed}-like-none",
        f"evaluate {first}",
        f"compare {first} {second}",
        f"compare {first} {first}",
        f"predict {first} {picture}",
        f"link {first}",
        f"code {first} --out {tmp_path / 'script.py'}",
        f"card {first} --out {tmp_path / 'card.md'}",
        f"hub {first} --out {tmp_path / 'folder'}",
        f"bundle {first} --out {bundle}",
        f"import {bundle}",
        f"resume {first}",
        f"train --recipe {typed}",
        f"train --like {first} --set epochs=0",
        f"train --like {first} --set habits=0.5",
        f"tensorboard --folder {first}",
        f"note {first} {typed}",
        f"delete {first}",
        "runs --deleted",
        f"undelete {first}",
        f"rename {first} {typed}",
        f"evaluate {typed}",
    ):
        assert (command, program.main(command.split())) == (command, 2 if command in refused else 0)
        said = capsys.readouterr()
        found += [f"{command}: {line}" for line in _untranslated(said.out + said.err, tmp_path)]
    assert not found, "\n".join(found)
    for state in RunState:
        training._report(_in(runs[0], state), as_json=False)
    assert _untranslated(capsys.readouterr().out, tmp_path) == []
    assert not brackets.unknown, f"make words finds none of: {sorted(brackets.unknown)}"


def test_the_files_of_a_command_are_in_its_language(
    runs: list[RunRecord], brackets: Bracketing, tmp_path: Path
) -> None:
    for name in ("card", "bundle"):
        assert program.main([name, runs[0].id, "--out", str(tmp_path / name)]) == 0
    assert f"{OPEN}Bag{CLOSE}" in (tmp_path / "card").read_text()
    with zipfile.ZipFile(tmp_path / "bundle") as archive:
        found = {name for name in archive.namelist() if OPEN.encode() in archive.read(name)}
    assert found == {"README.md", "report.html"}, "what programs read is English"


def test_every_word_of_the_help_is_translated(brackets: Bracketing) -> None:
    parser = program._parser()
    help_texts = [parser.description, *(action.help for one in _parsers(parser) for action in one._actions)]
    left = [text for text in help_texts if text and text != "show this help message and exit" and _words(text)]
    assert not left, "\n".join(left)
    assert not brackets.unknown


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                choice.option_strings = []
            yield from action.choices.values()


def _in(record: RunRecord, state: RunState) -> RunRecord:
    outcome = record.outcome if state.has_model else Outcome()
    return replace(record, state=state, outcome=outcome)


def _untranslated(text: str, folder: Path) -> list[str]:
    return [line for line in text.replace(str(folder), "").splitlines() if _words(line)]


def _words(text: str) -> list[str]:
    names = "|".join(sorted(map(re.escape, TYPABLE | set(DATASETS)), key=len, reverse=True))
    known = rf"\d{{8}}-\d{{6}}-\w{{8}}|(?<![\w-])(?:{names})(?![\w-])|--?[a-z]+(?:[ =][a-z_]+=?)?|/\S+"
    return left_over(re.sub(known, " ", text), TYPED)

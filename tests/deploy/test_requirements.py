"""Each kind of computer has its list of requirements, and they differ in the build of TensorFlow only."""

import re
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from mnist_core.system import libraries
from tests.serving import ROOT

IMAGE = (ROOT / "deploy" / "Dockerfile").read_text()


def lines(name: str) -> list[str]:
    """Return what a file asks for."""
    return [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]


def test_without_a_card_only_the_build_of_tensorflow_differs() -> None:
    base, tensorflow = lines("requirements.txt")
    assert base == "-r requirements-base.txt"
    assert tensorflow.startswith("tensorflow>=")
    assert lines("requirements-cpu.txt") == [base, tensorflow.replace("tensorflow", "tensorflow-cpu")]
    assert tensorflow.replace("tensorflow", "tensorflow[and-cuda]") in lines("requirements-gpu.txt")
    assert not [line for line in lines("requirements-base.txt") if re.match(r"tensorflow\b", line)]


def test_the_image_takes_its_libraries_from_these_lists() -> None:
    for name in set(re.findall(r"requirements-\w+\.txt", IMAGE)):
        assert lines(name)
    assert not re.findall(r"install .*[a-z](==|>=)", IMAGE)


def test_what_the_image_runs_is_not_kept_out_of_it() -> None:
    wanted = [line.removeprefix("!") for line in lines(".dockerignore") if line.startswith("!")]
    assert "app.py" in wanted
    assert not [pattern for pattern in wanted if not list(Path(ROOT).glob(pattern))]


def test_another_build_of_tensorflow_is_tensorflow_of_the_same_version(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name != "tensorflow-cpu":
            raise PackageNotFoundError(name)
        return "2.21.0"

    monkeypatch.setattr(libraries, "version", version)
    assert libraries.version_of("tensorflow") == "2.21.0"
    assert libraries.version_of("jax") is None

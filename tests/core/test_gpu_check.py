"""The check of a graphics card, tried on the processor: every row does what it says, with the wheels that it names."""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import gpu_check

pytestmark = pytest.mark.slow
OPTIONS = ["--device", "cpu", "--backends", "jax", "--recipes", "softmax-only", "--whole", "softmax-only"]
# Put before all other finders as Python starts: what is not named looks as if it were not installed.
REFUSES = """
import sys

class Refuses:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"{{name}} is not among the wheels that are named", name=name)

sys.meta_path.insert(0, Refuses())
"""


@pytest.fixture
def only_named_wheels(tmp_path):
    """Return an environment in which nothing can be imported but JAX and the wheels that ``--help`` names."""
    named = re.search(r"these wheels[^:]*: (.*?)\.", gpu_check.__doc__, re.DOTALL)[1].split()
    there = {*named, *needed_by("jax"), "coverage"}
    tops = importlib.metadata.packages_distributions().items()
    others = {top for top, distributions in tops if not there & {canonical(name) for name in distributions}}
    assert {"tensorflow", "sklearn", "onnxruntime"} <= others
    (tmp_path / "sitecustomize.py").write_text(REFUSES.format(names=others))
    return os.environ | {"PYTHONPATH": str(tmp_path)}


@pytest.mark.skipif(
    not any(found.name == "jax" for found in importlib.metadata.distributions()),
    reason="needs jax: pip install -r requirements-jax.txt",
)
def test_the_check_passes_on_the_processor(only_named_wheels):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gpu_check", *OPTIONS, "--limit", "580"],
        cwd=Path(__file__).parents[2],
        env=only_named_wheels,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *table, last = done.stdout.splitlines()
    rows = {row["row"]: row for row in json.loads(last)["rows"]}
    assert list(rows) == ["limits", "epoch", "whole", "two at once", "same seed", "killed and resumed", "full memory"]
    assert not [row for row in rows.values() if "left_out" in row]
    assert len(table) == len(rows) + 2
    assert rows["epoch"]["ratio"] > 0
    assert 0 < rows["epoch"]["share_of_limit"] < 1
    assert rows["same seed"]["same"]
    assert rows["killed and resumed"]["accuracy"] == rows["whole"]["accuracy"]
    assert "not enough memory" in rows["full memory"]["said"]


def needed_by(distribution):
    """Return the names of a distribution and of all that it needs without extras."""
    found = {distribution}
    for line in importlib.metadata.requires(distribution) or []:
        if ";" not in line:
            found |= needed_by(canonical(re.match(r"[\w.-]+", line)[0]))
    return found


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()

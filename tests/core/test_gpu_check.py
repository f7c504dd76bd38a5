"""The check of a graphics card, tried on the processor: every row does what it says."""

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
OPTIONS = ["--device", "cpu", "--backends", "jax", "--recipes", "softmax-only", "--whole", "softmax-only"]


@pytest.mark.skipif(
    not any(found.name == "jax" for found in importlib.metadata.distributions()),
    reason="needs jax: pip install -r requirements-jax.txt",
)
def test_the_check_passes_on_the_processor():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gpu_check", *OPTIONS, "--limit", "580"],
        cwd=Path(__file__).parents[2],
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

"""Whether the plain Keras script gives the figures of the run, and by how much seeds alone differ.

``python -m benchmarks.script [--recipes ID ...] [--seeds 5] [--set NAME=VALUE ...]`` trains each recipe with each seed,
once here and once by its script in a process of its own, on the published data in ``MNIST_LAB_DATA_DIR``. With
``--backends jax tensorflow`` it is the run on JAX that is compared, and the run on TensorFlow that it is compared with.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.plain import run_plain
from mnist_core.commands.training import assignment
from mnist_core.config.recipes import RECIPES
from mnist_core.script import keras_code
from mnist_core.settings import get_settings

NAMES = ("test_accuracy", "test_loss")
Figures = dict[str, Any]


def main() -> None:
    """Print a row for each recipe: means of both ways with their least and most."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipes", nargs="+", default=list(RECIPES), metavar="ID")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--backends", nargs=2, metavar="NAME")
    options = parser.parse_args()
    ways: dict[str, Callable[[str, list[str]], Figures]] = {"run": _by_run, "script": _by_script}
    if options.backends:
        ways = {name: partial(_by_run, backend=name) for name in options.backends}
    one, other = ways
    print(f"| recipe | accuracy: {one} | {other} | difference | loss: {one} | {other} | inside |")
    print("|---|---|---|---|---|---|---|")
    for recipe in options.recipes:
        found: dict[str, list[Figures]] = {name: [] for name in ways}
        for seed in range(options.seeds):
            for name, train in ways.items():
                found[name].append(train(recipe, [*options.set, f"seed={seed}"]))
        accuracy, loss = ([[figures[name] for figures in way] for way in found.values()] for name in NAMES)
        print(
            f"| `{recipe}` | {_spread(accuracy[0])} | {_spread(accuracy[1])} "
            f"| {mean(accuracy[0]) - mean(accuracy[1]):+.4f} | {_spread(loss[0])} | {_spread(loss[1])} "
            f"| {'yes' if min(loss[1]) <= mean(loss[0]) <= max(loss[1]) else 'no'} |",
            flush=True,
        )


def _spread(values: list[float]) -> str:
    return f"{mean(values):.4f}, {min(values):.4f} to {max(values):.4f}"


def _by_script(recipe: str, settings: list[str]) -> Figures:
    config = RECIPES[recipe].config.with_settings(dict(assignment(text) for text in settings))
    with tempfile.TemporaryDirectory() as folder:
        return run_plain(keras_code(config), Path(folder), get_settings().data_dir)


def _by_run(recipe: str, settings: list[str], backend: str | None = None) -> Figures:
    """Train by MNIST Lab, on the backend of the settings by default."""
    arguments = ["train", "--recipe", recipe, "--json", *(part for text in settings for part in ("--set", text))]
    done = subprocess.run(
        [sys.executable, "-m", "mnist_core", *arguments],
        env=os.environ | ({"MNIST_LAB_BACKEND": backend} if backend else {}),
        capture_output=True,
        text=True,
        check=True,
    )
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


if __name__ == "__main__":
    main()

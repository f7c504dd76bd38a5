"""Whether the plain Keras script gives the figures of the run, and by how much seeds alone differ.

``python -m benchmarks.script [--recipes ID ...] [--seeds 5] [--set NAME=VALUE ...]`` trains each recipe with each seed,
once here and once by its script in a process of its own, on the published data in ``MNIST_LAB_DATA_DIR``.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import mean

from benchmarks.plain import run_plain
from mnist_core.commands.training import assignment
from mnist_core.config.recipes import RECIPES
from mnist_core.script import keras_code
from mnist_core.settings import get_settings

NAMES = ("test_accuracy", "test_loss")


def main() -> None:
    """Print a row for each recipe: means of both ways, and the script's least and most."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipes", nargs="+", default=list(RECIPES), metavar="ID")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    print("| recipe | accuracy: run | script | difference | loss: run | script, least to most | inside |")
    print("|---|---|---|---|---|---|---|")
    for recipe in options.recipes:
        run, script = _figures(recipe, options.seeds, options.set)
        accuracy, loss = ([[figures[name] for figures in way] for way in (run, script)] for name in NAMES)
        print(
            f"| `{recipe}` | {mean(accuracy[0]):.4f} | {mean(accuracy[1]):.4f} "
            f"| {mean(accuracy[0]) - mean(accuracy[1]):+.4f} | {mean(loss[0]):.4f} "
            f"| {mean(loss[1]):.4f}, {min(loss[1]):.4f} to {max(loss[1]):.4f} "
            f"| {'yes' if min(loss[1]) <= mean(loss[0]) <= max(loss[1]) else 'no'} |",
            flush=True,
        )


def _figures(recipe: str, seeds: int, changes: list[str]) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    """Return the figures of each seed, by MNIST Lab and by the script."""
    run, script = [], []
    for seed in range(seeds):
        settings = [*changes, f"seed={seed}"]
        config = RECIPES[recipe].config.with_settings(dict(assignment(text) for text in settings))
        with tempfile.TemporaryDirectory() as folder:
            script.append(run_plain(keras_code(config), Path(folder), get_settings().data_dir))
        arguments = ["train", "--recipe", recipe, "--json", *(part for text in settings for part in ("--set", text))]
        done = subprocess.run(
            [sys.executable, "-m", "mnist_core", *arguments], capture_output=True, text=True, check=True
        )
        run.append(json.loads(done.stdout.splitlines()[-1]))
    return run, script


if __name__ == "__main__":
    main()

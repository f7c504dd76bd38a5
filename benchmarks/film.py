"""What recording a film costs: the same training with and without it, in turns, each in a process of its own.

``python -m benchmarks.film [--rounds 3] [--recipes ID ...]`` trains on the published data in ``MNIST_LAB_DATA_DIR`` and
prints a table for ``benchmarks/README.md``. Measured is what a warm worker does for a run: building, training, judging.

First the film alone: each keyframe is waited for, so its processor time can be told from that of the training, and the
share is precise on a busy computer too. Then ratios of whole trainings (A B A B).
"""

import mnist_core.as_program  # noqa: F401

# isort: split
import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mnist_core.config.recipes import RECIPES
from mnist_core.datasets import load_training_data
from mnist_core.film import open_film
from mnist_core.settings import get_settings
from mnist_core.store import MetricPoint, RunFiles
from mnist_core.store.run_files import FILM

if TYPE_CHECKING:
    from mnist_core.training.filming import Recorder

_RUN = "20260101-000000-00000000"
_TITLES = (
    "recipe",
    "epochs",
    "keyframes",
    "MB",
    "film alone",
    "share",
    "to see, a second",
    "with / without",
    "ratios",
    "wall time, ratios",
)


def main() -> None:
    """Print the table, or do one training."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--recipes", nargs="+", default=["small-cnn", "first-network"])
    parser.add_argument("--epochs", type=int, help="by default the recipe's")
    parser.add_argument("--one", choices=["with", "without", "alone"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(_one(options.recipes[0], options.epochs, options.one)))
        return
    print(f"| {' | '.join(_TITLES)} |\n{'|---' * len(_TITLES)}|")
    for recipe in options.recipes:
        _print_row(recipe, options.epochs or RECIPES[recipe].config.train.epochs, options.rounds)


def _print_row(recipe: str, epochs: int, rounds: int) -> None:
    alone = [_child(recipe, epochs, "alone") for _ in range(2)]
    film = min(each["film"] for each in alone)
    share = statistics.median(each["film"] / (each["processor"] - each["film"]) for each in alone)
    pairs = [(_child(recipe, epochs, "with"), _child(recipe, epochs, "without")) for _ in range(rounds)]
    cells = [f"`{recipe}`", str(epochs), str(alone[0]["keyframes"]), f"{alone[0]['bytes'] / 1e6:.1f}"]
    cells += [f"{film:.2f} s", f"**{share:.1%}**", ", ".join(f"{each['shown']:.1f}" for each in alone)]
    if pairs:
        cells.append(" / ".join(f"{min(pair[place]['processor'] for pair in pairs):.2f} s" for place in (0, 1)))
        for name in ("processor", "wall"):
            cells.append(", ".join(f"{yes[name] / no[name]:.3f}" for yes, no in pairs))
    print(f"| {' | '.join(cells)} |", flush=True)


def _child(recipe: str, epochs: int, way: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.film", "--recipes", recipe, "--epochs", str(epochs), "--one", way]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


class _Nobody:
    """Is told everything, and does nothing."""

    def phase(self, name: str) -> None: ...

    def started(self, device: str, steps_per_epoch: int) -> None: ...

    def rewound(self, step: int) -> None: ...

    def points(self, points: Sequence[MetricPoint]) -> None: ...


class _Watch:
    """Measures what a film takes: all that is done meanwhile is waited for."""

    def __init__(self, recorder: "Recorder") -> None:
        self.seconds, self.shown = 0.0, 0
        for name in ("begin", "look", "end"):
            setattr(recorder, name, self._measured(recorder, getattr(recorder, name)))
        for name in ("_keep", "_show"):
            setattr(recorder, name, self._counted(getattr(recorder, name)))

    def _measured(self, recorder: "Recorder", method: Any) -> Any:
        def measured(*args: Any) -> None:
            with self._counting():
                method(*args)
                recorder._writer._check(done_only=False)

        return measured

    def _counted(self, method: Any) -> Any:
        def counted(*args: Any) -> None:
            self.shown += 1
            method(*args)

        return counted

    @contextmanager
    def _counting(self) -> Iterator[None]:
        before = time.process_time()
        counted = self.seconds  # one of them calls another
        yield
        self.seconds = counted + time.process_time() - before


def _one(recipe: str, epochs: int, way: str) -> dict[str, float]:
    """Train once and return seconds; the libraries are loaded and a tiny network is trained before."""
    from mnist_core.models.build import build_model
    from mnist_core.training.filming import Recorder
    from mnist_core.training.fit import fit, steps_per_epoch
    from mnist_core.training.steps import make_judge
    from mnist_core.training.warm_up import warm_up

    settings = get_settings()
    config = RECIPES[recipe].config.with_settings({"precision": "float32", "epochs": epochs})
    dataset = load_training_data(config.data, settings)
    warm_up(lambda: False)
    with tempfile.TemporaryDirectory() as folder:
        files = RunFiles(Path(folder), _RUN)
        recorder = None if way == "without" else Recorder(files.folder / FILM, config, settings)
        watch = _Watch(recorder) if recorder is not None and way == "alone" else None
        wall, processor = time.perf_counter(), time.process_time()
        model = build_model(config, dataset.spec.num_classes, steps_per_epoch(dataset, config))
        fit(model, dataset, config, _Nobody(), checkpoint_path=files.checkpoint, recorder=recorder)
        make_judge(model, config).judge(*dataset.split("test", config.data))
        seconds = {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}
        moments = open_film(files, config).moments
    told = {**seconds, "keyframes": len(moments), "bytes": sum(moment.bytes for moment in moments)}
    if watch is not None:
        told |= {"film": watch.seconds, "shown": watch.shown / seconds["wall"]}
    return told


if __name__ == "__main__":
    main()

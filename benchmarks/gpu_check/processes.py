"""The processes of all rows: in which order, how long, two at once, and one that is killed."""

import argparse
import json
import os
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.gpu_check.material import NETWORKS
from benchmarks.gpu_check.rows import Row, first
from mnist_core.system.libraries import own_environment

LONGEST_ROW = 120.0  # seconds


class Check:
    """Starts the processes of all rows."""

    def __init__(self, options: argparse.Namespace, folder: Path, end: float) -> None:
        self._options, self._folder, self._end = options, folder, end
        self._homes = 0

    def rows(self, backend: str) -> list[Row]:
        """Return all rows of a backend; one that says why there are none where it is not installed."""
        try:
            version(backend)
        except PackageNotFoundError:
            return [{"backend": backend, "row": "all", "left_out": f"{backend} is not installed"}]
        options = self._options
        # What matters most comes first: the limit may leave no time for the rest.
        whole_too = [recipe for recipe in options.recipes if recipe in options.whole]
        others = [recipe for recipe in options.recipes if recipe not in options.whole]
        rows = [self._one(backend, "limits")]
        rows += [self._one(backend, "epoch", recipe=recipe) for recipe in whole_too]
        rows += [self._one(backend, "whole", recipe=recipe) for recipe in options.whole]
        recipe = (options.whole or options.recipes or NETWORKS)[0]
        rows.append(self._two(backend, recipe))
        rows.append(self._one(backend, "same seed", recipe=recipe))
        rows.append(self._killed(backend, recipe))
        rows.append(self._one(backend, "full memory", recipe=recipe))
        rows += [self._one(backend, "epoch", recipe=recipe) for recipe in others]
        limit = first(rows, "matmul_per_second")
        for row in rows:
            if limit and "operations_per_second" in row:
                row["share_of_limit"] = row["operations_per_second"] / limit
        return rows

    def _one(self, backend: str, row: str, **arguments: str) -> Row:
        found = self._read(self._start(backend, row, self._home(), **arguments))
        return {"backend": backend, "row": row, **arguments, **found}

    def _two(self, backend: str, recipe: str) -> Row:
        """Train two runs at once on one card."""
        begin = time.monotonic()
        both = [self._start(backend, "whole", self._home(), recipe=recipe) for _ in range(2)]
        found = [self._read(process) for process in both]
        wrong = next((row for row in found if "error" in row or "left_out" in row), None)
        told = wrong or {"total": time.monotonic() - begin, "accuracies": [row["accuracy"] for row in found]}
        return {"backend": backend, "row": "two at once", "recipe": recipe, **told}

    def _killed(self, backend: str, recipe: str) -> Row:
        """Kill a run once it has a checkpoint, as with kill -9, and let it go on."""
        home = self._home()
        process = self._start(backend, "whole", home, recipe=recipe)
        checkpoint = "runs/*/checkpoint.npz"
        while process and process.poll() is None and not list(home.glob(checkpoint)) and time.monotonic() < self._end:
            time.sleep(0.01)
        if process:
            process.kill()
            process.communicate()
        there = list(home.glob(checkpoint))
        found: Row = {"error": "no checkpoint was written"} if process else {"left_out": "no time was left"}
        if there:
            found = self._read(self._start(backend, "resumed", home, recipe=recipe, run=there[0].parent.name))
        return {"backend": backend, "row": "killed and resumed", "recipe": recipe, **found}

    def _home(self) -> Path:
        self._homes += 1
        return self._folder / str(self._homes)

    def _start(self, backend: str, row: str, home: Path, **arguments: str) -> "subprocess.Popen[str] | None":
        if time.monotonic() > self._end:
            return None
        options = self._options
        environment = own_environment(os.environ) | {
            "MNIST_LAB_HOME": str(home),
            "MNIST_LAB_BACKEND": backend,
            "MNIST_LAB_OFFLINE": "1",
        }
        if options.device == "cpu":
            environment["CUDA_VISIBLE_DEVICES"] = ""
        given = [part for name, value in arguments.items() for part in (f"--{name}", value)]
        data = ["--data", str(options.data)] if options.data else []
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.gpu_check", "--row", row, "--device", options.device, *data, *given],
            env=environment,
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _read(self, process: "subprocess.Popen[str] | None") -> Row:
        """Return what a row's process says as its last line, or why it says nothing."""
        if process is None:
            return {"left_out": "no time was left"}
        try:
            output, errors = process.communicate(timeout=max(1.0, min(LONGEST_ROW, self._end - time.monotonic())))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return {"error": "it took too long"}
        if process.returncode:
            return {"error": (errors.strip().splitlines() or [f"exit code {process.returncode}"])[-1][:300]}
        found: Row = json.loads(output.splitlines()[-1])
        return found

"""What the commands share: whose runs they see, how a run is named, how results are printed."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.commands.terminal import t
from mnist_core.config.wording import run_name
from mnist_core.datasets import load_dataset
from mnist_core.sharing.earlier import write_earlier_imports
from mnist_core.sharing.shipped import SHIPPED, install_shipped
from mnist_core.store import RunRecord, RunState, Visitor, shared_store
from mnist_core.store.listing import RunRow
from mnist_core.text import Sentence

# Within a sentence. Tables show states and datasets as --state and --dataset take them.
STATE_WORDS: Mapping[RunState, Sentence] = {
    RunState.QUEUED: "queued",
    RunState.RUNNING: "running",
    RunState.PAUSED: "paused",
    RunState.COMPLETED: "completed",
    RunState.STOPPED: "stopped",
    RunState.FAILED: "failed",
    RunState.INTERRUPTED: "interrupted",
}
# Who can start this owns the computer.
LOCAL = Visitor(None, is_admin=True)


def run_help() -> str:
    """Return what is said about the argument RUN."""
    return t("id of a run, or a shipped model: {names}", names=", ".join(SHIPPED))


def chosen_run(run: str) -> RunRecord:
    """Return a run by its id, or a shipped model by its name; raises `RunNotFoundError`."""
    store = shared_store()
    install_shipped(store)
    write_earlier_imports(store)
    return store.runs.get(SHIPPED[run].run_id if run in SHIPPED else run)


def name_of(run: RunRecord | RunRow) -> str:
    """Return what a run is called, in the terminal's language where the program gave it its name."""
    return run_name(run.name, run.recipe, bool(run.shipped), t)


def judged_on_test_set(record: RunRecord) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """Return a finished run's probabilities of the test images, of shape (n, classes), and their labels.

    Raises
    ------
    ArtifactMissingError
        If the run has no predictions, or they are damaged.
    DataError
        If its dataset can't be had and it brought no labels along, as a shipped model does.
    """
    files = shared_store().files(record.id)
    probabilities = files.read_probabilities()["test"]
    labels = files.read_labels().get("test")
    if labels is None:
        labels = load_dataset(record.config.data.dataset, shared_store().settings).y_test
    return probabilities, labels


def print_json(value: Any) -> None:
    """Print one JSON value as a line."""
    print(json.dumps(value))


def print_written(path: Path, sentence: str) -> None:
    """Say that a file was written; on standard error where it may have gone to standard output itself."""
    print(sentence, file=None if path.is_file() else sys.stderr)


def print_document(text: str) -> None:
    """Print what is meant to become a file: in UTF-8, whatever the terminal speaks."""
    if sys.stdout.isatty():
        print(text, end="")
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())


@contextmanager
def chatter_held_back() -> Iterator[None]:
    """Hold back what libraries print, the compiled ones too; show it on standard error where an error comes through."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [(stream, os.dup(stream)) for stream in (1, 2)]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as held:
        failed = True
        try:
            for stream, _ in kept:
                os.dup2(held.fileno(), stream)
            yield
            failed = False
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for stream, copy in kept:
                os.dup2(copy, stream)
                os.close(copy)
            if failed:
                held.seek(0)
                shutil.copyfileobj(held, sys.stderr)

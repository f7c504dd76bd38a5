"""What is said about a run, how galleries fill their rows, and what the head of a page brings."""

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st

from mnist_core.store import MetricPoint, RunRecord, RunState
from pages._ui.one_run.status import spoken_status
from pages._ui.parts.gallery import _columns
from pages._ui.shell import first_paint


@pytest.fixture
def say(finished_run: Callable[..., RunRecord]) -> Callable[..., str]:
    """Return a function that says where a run is, with changes to its record."""
    record = finished_run()
    return lambda points=(), **changes: spoken_status(dataclasses.replace(record, **changes), list(points))


def point(kind: str, epoch: int, **values: float) -> MetricPoint:
    return MetricPoint(kind=kind, step=epoch, epoch=epoch, seconds=epoch, values=values)


def test_training_is_announced_once_an_epoch(say: Callable[..., str]) -> None:
    points = [
        point("batch", 1, accuracy=0.4),
        point("epoch", 1, accuracy=0.5),
        point("batch", 2, accuracy=0.6),
        point("epoch", 2, accuracy=0.7, val_accuracy=0.25),
    ]
    said = [say(points[:count], state=RunState.RUNNING) for count in range(5)]
    assert list(dict.fromkeys(said)) == [
        "The training begins.",
        "Epoch 1 done. Training accuracy: 50.0%.",
        "Epoch 2 done. Validation accuracy: 25.0%.",
    ]


def test_each_turn_of_a_run_is_announced(say: Callable[..., str]) -> None:
    assert say(state=RunState.QUEUED) == "The run waits in the queue."
    assert say(state=RunState.PAUSED) == "The training is paused."
    assert re.fullmatch(r"The training is finished\. Test accuracy: \d\d\.\d\d%\.", say())
    assert say(state=RunState.STOPPED).startswith("Stopped. Test accuracy: ")


@pytest.mark.parametrize(
    ("count", "most", "columns"),
    [
        (48, 14, 12),
        (48, 10, 8),
        (48, 4, 4),
        (30, 14, 10),
        (30, 7, 6),
        (12, 14, 12),
        (7, 10, 7),
        (13, 10, 10),
        (3, 10, 10),
    ],
)
def test_rows_are_full_where_tiles_keep_their_size(count: int, most: int, columns: int) -> None:
    assert _columns(count, most) == columns


def test_the_head_of_a_page_brings_the_code_of_its_widgets() -> None:
    folder = Path(st.__file__).parent / "static/static/js"
    head = first_paint.head("lab/charts.js", {"100 549": "lab/fonts/one.woff2"})
    names = re.findall(r'href="\./static/js/([^"]+)"', head)
    assert all((folder / name).is_file() for name in names)
    assert {name.split(".")[0] for name in names} == set(first_paint._WIDGETS), "Streamlit calls them otherwise now"
    assert "<script" not in head
    assert "font-weight: 100 549" in head
    assert "url(./lab/fonts/one.woff2)" in head

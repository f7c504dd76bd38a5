from dataclasses import replace
from datetime import timedelta

import pytest

from mnist_core.config import LogisticConfig, RunConfig
from mnist_core.engine import progress
from mnist_core.store import MetricPoint

CONFIG = RunConfig().with_settings({"epochs": 4})


@pytest.fixture
def record(store):
    """Return a record of a run with 4 epochs of 10 steps."""
    return replace(store.runs.get(store.new_runs.create(CONFIG, "A run")), steps_per_epoch=10)


def point(step, seconds, kind="batch"):
    return MetricPoint(kind=kind, step=step, epoch=1 + step // 10, seconds=seconds, values={})


@pytest.mark.parametrize(
    ("done", "fraction", "epoch", "step"),
    [
        (0, 0.0, 1, 0),
        (1, 0.025, 1, 1),
        (10, 0.25, 1, 10),
        (11, 0.275, 2, 1),
        (39, 0.975, 4, 9),
        (40, 1.0, 4, 10),
        (45, 1.0, 4, 10),  # never more than all of it
    ],
)
def test_steps_are_told_as_epoch_and_step(record, done, fraction, epoch, step):
    now = progress(replace(record, step=done), [])
    assert (now.fraction, now.epoch, now.step) == (fraction, epoch, step)
    assert (now.epochs, now.steps) == (4, 10)


def test_before_training_begins_nothing_is_divided_by_zero(record):
    now = progress(replace(record, steps_per_epoch=0), [])
    assert (now.fraction, now.epoch, now.step, now.remaining) == (0.0, 1, 0, None)


def test_the_folds_of_a_baseline_are_its_rounds(record):
    folds = replace(record, config=RunConfig(model=LogisticConfig(folds=5)), steps_per_epoch=1, step=3)
    assert folds.config.rounds == 5
    assert record.config.rounds == 4
    assert progress(folds, []).fraction == pytest.approx(0.6)
    assert progress(folds, []).epoch == 3


@pytest.mark.parametrize("points", [[], [point(5, 1.0)], [point(5, 1.0), point(5, 2.0)]])
def test_without_two_points_the_rest_is_unknown(record, points):
    assert progress(replace(record, step=5), points).remaining is None


def test_the_rest_takes_as_long_as_the_pace_so_far_says(record):
    # 2 steps a second from the first point on; what was before it (the first, slow step) does not count.
    points = [point(2, 9.0), point(10, 13.0), point(20, 18.0)]
    assert progress(replace(record, step=20), points, now=record.updated).remaining == pytest.approx(10.0)


def test_the_rest_shrinks_while_no_news_come_but_never_below_nothing(record):
    points = [point(0, 0.0), point(20, 10.0)]
    for waited, remaining in ((0, 10.0), (4, 6.0), (60, 0.0), (-5, 10.0)):
        now = record.updated + timedelta(seconds=waited)
        assert progress(replace(record, step=20), points, now).remaining == pytest.approx(remaining)


def test_a_finished_training_has_nothing_left(record):
    points = [point(0, 0.0), point(40, 20.0, "epoch")]
    now = progress(replace(record, step=40), points)
    assert (now.fraction, now.remaining) == (1.0, 0.0)

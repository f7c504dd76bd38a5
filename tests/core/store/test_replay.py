"""Playing a training back: which points are there when, how far it is, and what it says of its run."""

import pytest

from mnist_core.store import MetricPoint, Outcome, RunState, as_it_was, replay_of
from mnist_core.store.replay import LONGEST


def points_at(*times, steps=10):
    """Return points at these seconds, each `steps` batches after the one before."""
    return [
        MetricPoint(kind="batch", step=steps * place, epoch=1, seconds=seconds, values={"loss": 1 / place})
        for place, seconds in enumerate(times, 1)
    ]


def times_of(replay):
    return [point.seconds for point in replay.points]


def test_points_come_at_the_times_at_which_they_were_recorded():
    replay = replay_of(points_at(0.5, 1.0, 2.5))
    assert (replay.seconds, replay.speed) == (2.5, 1.0)
    assert [len(replay.at(seconds).points) for seconds in (0, 0.49, 0.5, 1.2, 2.4, 2.5, 99)] == [0, 0, 1, 2, 2, 3, 3]
    assert [replay.at(seconds).is_over for seconds in (0, 2.4, 2.5, 99)] == [False, False, True, True]
    assert [replay.at(seconds).remaining for seconds in (0, 0.5, 2.5, 99)] == [2.5, 2, 0, 0]
    assert [replay.at(seconds).fraction for seconds in (-1, 0, 0.5, 2.5, 99)] == [0, 0, 0.2, 1, 1]


def test_steps_go_on_between_two_points():
    replay = replay_of(points_at(1.0, 2.0))
    assert [replay.at(seconds).step for seconds in (0, 0.5, 1, 1.25, 1.99, 2, 5)] == [0, 5, 10, 12, 19, 20, 20]


def test_what_is_known_of_points_stays_but_for_their_time():
    (point,) = replay_of(points_at(120.0)).points
    assert (point.kind, point.step, point.epoch, point.values) == ("batch", 10, 1, {"loss": 1.0})


def test_without_points_it_is_over_at_once():
    replay = replay_of([])
    assert (replay.seconds, replay.speed) == (0, 1)
    assert replay.at(0.0).is_over
    assert replay.at(0.0).points == []


def test_one_point_is_waited_for():
    replay = replay_of(points_at(3.0))
    assert replay.seconds == 3
    assert not replay.at(2.9).is_over
    assert replay.at(3.0).points == list(replay.points)


def test_a_point_at_the_very_beginning_alone_is_over_at_once():
    assert replay_of(points_at(0.0)).at(0.0).is_over


def test_what_would_take_longer_than_a_minute_is_sped_up_to_one():
    replay = replay_of(points_at(*range(1, 721)))
    assert replay.speed == 12
    assert replay.seconds == pytest.approx(LONGEST)
    assert len(replay.at(30.0).points) == pytest.approx(360, abs=1)
    assert replay_of(points_at(*range(1, 61))).speed == 1


def test_a_gap_far_longer_than_the_others_is_cut():
    """As where a run was paused, or waited in the queue, and its clock went on."""
    replay = replay_of(points_at(0.5, 1.0, 1.5, 3601.5, 3602.0))
    assert times_of(replay) == [0.5, 1.0, 1.5, 6.5, 7.0]
    assert replay.speed == 1


def test_a_training_whose_points_are_all_far_apart_has_no_pauses():
    """A fold, or an epoch on a slow computer, may take half a minute."""
    assert times_of(replay_of(points_at(20.0, 41.0, 60.0))) == [20, 41, 60]


def test_a_run_whose_clock_began_anew_goes_on_from_there():
    replay = replay_of(points_at(0.5, 1.0, 1.5, 0.2, 0.7, 1.2))
    assert times_of(replay) == [0.5, 1.0, 1.5, 1.5, 2.0, 2.5]
    assert len(replay.at(1.5).points) == 4


def test_times_that_are_no_numbers_are_no_time():
    replay = replay_of(points_at(0.5, float("nan"), 1.5, 2.0))
    assert times_of(replay) == [0.5, 0.5, 0.5, 1.0]


def test_the_run_is_as_it_was_and_tells_nothing_of_its_end(finished_run, store):
    record = finished_run()
    replay = replay_of(store.metrics.points(record.id))
    before = as_it_was(record, replay.at(0.0))
    assert (before.state, before.step, before.epoch, before.outcome) == (RunState.RUNNING, 0, 0, Outcome())
    later = as_it_was(record, replay.at(0.5))
    assert (later.id, later.name, later.config) == (record.id, record.name, record.config)
    assert (later.state, later.phase, later.step, later.epoch) == (RunState.RUNNING, "fit", 20, 2)
    assert later.finished is None
    assert store.runs.get(record.id) == record

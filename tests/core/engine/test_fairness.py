"""Whose turn it is."""

import itertools
from collections import Counter

import numpy as np
import pytest

from mnist_core.engine.fairness import fair_order, next_to_begin
from mnist_core.store import RunState


@pytest.fixture
def names(record):
    """Return a function that queues runs of the given visitors and tells the order as visitors."""

    def order(queued, running=(), per_visitor=1):
        training = [record(owner, RunState.RUNNING) for owner in running]
        waiting = [record(owner) for owner in queued]
        return [run.owner for run in fair_order(waiting, training, per_visitor)]

    return order


def test_ten_clicks_of_one_person_keep_nobody_waiting(names):
    assert names(["ada"] * 10 + ["bob"])[:2] == ["ada", "bob"]


def test_visitors_take_turns_and_each_visitors_runs_stay_in_order(record):
    waiting = [record(owner) for owner in ["ada", "ada", "ada", "bob", "bob", "eve"]]
    order = fair_order(waiting, [], 1)
    assert [run.owner for run in order] == ["ada", "bob", "eve", "ada", "bob", "ada"]
    for owner in ("ada", "bob", "eve"):
        places = [run.queued for run in order if run.owner == owner]
        assert places == sorted(places)


def test_who_trains_already_is_behind_those_who_do_not(names):
    assert names(["ada", "bob"], running=["ada"], per_visitor=2) == ["bob", "ada"]
    assert names(["ada", "ada", "bob"], running=["ada"]) == ["bob", "ada", "ada"]


def test_runs_of_the_command_line_count_as_one_visitors(names):
    assert names([None, None, "bob"]) == [None, "bob", None]


def test_a_resumed_run_waits_at_the_end(record, store):
    from mnist_core.store import Visitor

    first, second = record("ada", RunState.PAUSED), record("ada")
    resumed = store.queue.request_resume(first.id, Visitor("ada"))
    assert [run.id for run in fair_order([resumed, second], [], 1)] == [second.id, first.id]


def test_a_visitor_begins_only_as_many_runs_as_are_allowed(record):
    training, waiting = record("ada", RunState.RUNNING), record("ada")
    theirs = record("bob")
    assert next_to_begin([waiting, theirs], [training], 1, free=2) == [theirs]
    assert next_to_begin([waiting, theirs], [training], 2, free=2) == [waiting, theirs]
    assert next_to_begin([waiting, theirs], [training], 2, free=1) == [waiting]


def test_what_would_stay_idle_goes_to_a_study_and_to_nobody_s_second_run(record):
    training = record("ada", RunState.RUNNING, study="a-study")
    trials = [record("ada", study="a-study") for _ in range(3)]
    plain, theirs = record("ada"), record("bob")
    waiting = fair_order([*trials, plain, theirs], [training], 1)
    assert next_to_begin(waiting, [training], 1, free=1) == [theirs], "others come first"
    assert next_to_begin(waiting, [training], 1, free=3) == [theirs, *trials[:2]]
    assert next_to_begin(waiting, [training], 1, free=9) == [theirs, *trials]


def test_nothing_waits_in_an_empty_queue():
    assert fair_order([], [], 1) == []


def test_whatever_is_queued_the_order_loses_nothing_and_nobody_is_served_twice_before_all_once(record):
    rng = np.random.default_rng(0)
    for _ in range(20):
        owners = rng.choice(["ada", "bob", "eve", "kim"], rng.integers(1, 12)).tolist()
        waiting = [record(owner) for owner in owners]
        order = [run.owner for run in fair_order(waiting, [], 1)]
        assert Counter(order) == Counter(owners)
        rounds = [len(list(group)) for _, group in itertools.groupby(sorted(Counter(order).values()))]
        assert rounds
        seen: Counter[str] = Counter()
        for owner in order:
            waits = [other for other in set(owners) if seen[other] < Counter(owners)[other]]
            assert seen[owner] == min(seen[other] for other in waits), order
            seen[owner] += 1

"""Buckets: a burst, then a rate."""

import pytest

from mnist_core.system.buckets import Bucket, Buckets


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_lets_a_burst_pass_and_then_its_rate() -> None:
    clock = Clock()
    bucket = Bucket(rate=2, burst=3, clock=clock)
    assert [bucket.take() for _ in range(5)] == [0, 0, 0, 0.5, 1.0]
    clock.now = 2.0
    assert bucket.take() == 0
    clock.now = 100.0
    assert [bucket.take() for _ in range(4)] == [0, 0, 0, 0.5]  # a rest fills it, and no further


def test_to_ask_for_the_wait_takes_nothing() -> None:
    bucket = Bucket(rate=1, burst=1, clock=Clock())
    assert bucket.wait() == bucket.wait() == 0
    bucket.take()
    assert bucket.wait() == bucket.wait() == 1


def test_each_caller_has_a_bucket_and_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_core.system.buckets._REMEMBERED", 2)
    buckets = Buckets(rate=1, burst=1, clock=Clock())
    buckets.of("a").take()
    assert buckets.of("a").wait() == 1
    assert buckets.of("b").wait() == 0
    assert buckets.of("a").wait() == 1
    buckets.of("c")
    assert buckets.of("a").wait() == 1  # b was not seen for longest
    assert len(buckets._buckets) == 2

import pytest

from mnist_core.engine import Pace
from mnist_core.errors import LimitError


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_each_visitor_has_so_many_in_that_time():
    clock = Clock()
    pace = Pace(2, 60.0, clock)
    pace.take("a")
    clock.now += 20
    pace.take("a")
    with pytest.raises(LimitError, match="At most 2 pictures a minute are read. Wait 40 seconds"):
        pace.take("a")
    pace.take("b")
    clock.now += 40
    pace.take("a")
    with pytest.raises(LimitError, match="Wait 20 seconds"):
        pace.take("a")


def test_those_who_left_take_no_memory():
    clock = Clock()
    pace = Pace(2, 60.0, clock)
    for visitor in range(1000):
        pace.take(str(visitor))
    clock.now += 61
    pace.take("another")
    assert len(pace._times) == 1


def test_whoever_throws_cookies_away_shares_the_pace_of_an_address():
    pace = Pace(2, 60.0, Clock())
    for cookie in range(8):
        pace.take(f"cookie {cookie}", "one address")
    with pytest.raises(LimitError, match="At most 8"):
        pace.take("another cookie", "one address")
    pace.take("somebody", "another address")

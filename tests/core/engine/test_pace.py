import pytest

from mnist_core.engine import Pace
from mnist_core.errors import LimitError


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_each_visitor_has_so_many_at_once_and_then_one_by_one():
    clock = Clock()
    pace = Pace(2, 60.0, clock)
    pace.take("a")
    pace.take("a")
    clock.now += 10
    with pytest.raises(LimitError, match="At most 2 pictures a minute are read. Wait 20 seconds"):
        pace.take("a")
    pace.take("b")
    clock.now += 20
    pace.take("a")
    with pytest.raises(LimitError, match="Wait 30 seconds"):
        pace.take("a")


def test_whoever_throws_cookies_away_shares_the_pace_of_an_address():
    pace = Pace(2, 60.0, Clock())
    for cookie in range(8):
        pace.take(f"cookie {cookie}", "one address")
    with pytest.raises(LimitError, match="At most 8"):
        pace.take("another cookie", "one address")
    pace.take("somebody", "another address")

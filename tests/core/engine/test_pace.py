import pytest

from mnist_core.engine import Pace
from mnist_core.engine.pace import bundle_pace, download_pace, link_pace, start_pace
from mnist_core.errors import LimitError
from mnist_core.text import Plural

WORDS = Plural("At most {most} a minute. Wait {n} s.", "At most {most} a minute. Wait {n} s.")


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_each_visitor_has_so_many_at_once_and_then_one_by_one():
    clock = Clock()
    pace = Pace(2, 60.0, WORDS, clock)
    pace.take("a")
    pace.take("a")
    clock.now += 10
    with pytest.raises(LimitError, match="At most 2 a minute. Wait 20 s"):
        pace.take("a")
    pace.take("b")
    clock.now += 20
    pace.take("a")
    with pytest.raises(LimitError, match="Wait 30 s"):
        pace.take("a")


def test_whoever_throws_cookies_away_shares_the_pace_of_an_address():
    pace = Pace(2, 60.0, WORDS, Clock())
    for cookie in range(8):
        pace.take(f"cookie {cookie}", "one address")
    with pytest.raises(LimitError, match="At most 8"):
        pace.take("another cookie", "one address")
    pace.take("somebody", "another address")


def test_who_starts_and_cancels_again_and_again_waits_and_a_class_of_40_does_not():
    starts = start_pace()
    for pupil in range(40):
        starts.take(f"pupil {pupil}", "a school's")
        starts.take(f"pupil {pupil}", "a school's")
    for _ in range(20):
        starts.take("who clicks", "elsewhere")
    with pytest.raises(LimitError, match="At most 20 trainings a minute are begun. Wait 3 seconds, then start this"):
        starts.take("who clicks", "elsewhere")
    for cookie in range(60):
        starts.take(f"cookie {cookie}", "elsewhere")
    with pytest.raises(LimitError, match="At most 80"):
        starts.take("one more cookie", "elsewhere")


@pytest.mark.parametrize("pace", [bundle_pace, download_pace, link_pace])
def test_a_class_of_40_takes_one_each_at_once_and_thrown_away_cookies_take_no_more(pace):
    address = f"a school's, for its {pace.__name__}"
    for pupil in range(40):
        pace().take(f"pupil {pupil}", address)

    def throw_cookies_away():
        for number in range(1000):
            pace().take(f"cookie {number}", address)

    with pytest.raises(LimitError):
        throw_cookies_away()
    pace().take("a cookie", f"not {address}")

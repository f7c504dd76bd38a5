"""Guesses at the admin's password."""

from mnist_core.gateway import Tries


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def wrong() -> bool:
    return False


def right() -> bool:
    return True


def test_after_five_wrong_guesses_an_address_waits_a_minute_for_the_next() -> None:
    clock = Clock()
    tries = Tries(clock)
    assert [tries.check("a", wrong) for _ in range(5)] == [(False, 0)] * 4 + [(False, 60)]
    assert tries.check("a", right) == (False, 60)  # not even looked at
    assert tries.check("b", right) == (True, 0)
    clock.now = 61
    assert 59 <= tries.check("a", wrong)[1] <= 60
    clock.now = 122
    assert tries.check("a", right) == (True, 0)


def test_many_addresses_together_do_not_guess_faster_than_once_in_six_seconds() -> None:
    clock = Clock()
    tries = Tries(clock)
    looked_at = 0
    for second in range(600):
        clock.now = float(second)
        for number in range(20):
            before = tries._all.wait(), tries._all._tokens
            tries.check(f"address {second} {number}", wrong)
            looked_at += (tries._all.wait(), tries._all._tokens) != before
    assert looked_at <= 30 + 100


def test_nobody_keeps_the_admin_out_by_guessing() -> None:
    tries = Tries(Clock())
    assert tries.check("home", right) == (True, 0)
    for number in range(100):
        tries.check(f"stranger {number}", wrong)
    assert tries.check("stranger", right)[0] is False
    assert tries.check("home", right) == (True, 0)

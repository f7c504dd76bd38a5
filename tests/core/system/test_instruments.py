"""What a process counts of itself."""

import threading

import pytest

from mnist_core.system import instruments
from mnist_core.system.instruments import INSTRUMENTS, Counter, Histogram


def test_each_instrument_has_a_name_of_its_own_and_says_what_it_is():
    names = [instrument.name for instrument in INSTRUMENTS]
    assert len(set(names)) == len(names)
    assert all(name.startswith("mnist_lab_") for name in names)
    assert all(instrument.words.endswith(".") for instrument in INSTRUMENTS)
    declared = {one for one in vars(instruments).values() if isinstance(one, instruments.Instrument)}
    assert declared == set(INSTRUMENTS)


def test_what_many_threads_count_at_once_is_all_counted():
    counter, times = Counter("c", "C.", "kind"), Histogram("h", "H.", (1.0,))

    def work():
        for _ in range(2000):
            counter.add("a")
            times.observe(0.5)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.counts() == {"a": 16_000}
    assert times.durations()[""].counts == (16_000, 0)
    assert times.durations()[""].total == pytest.approx(8000)


def test_a_label_never_has_more_than_so_many_values():
    counter = Counter("c", "C.", "kind")
    for number in range(1000):
        counter.add(str(number))
    assert len(counter.counts()) <= 41
    assert sum(counter.counts().values()) == 1000


def test_a_duration_is_counted_up_to_its_bound_and_however_it_ended():
    times = Histogram("h", "H.", (1.0, 2.0), "page")
    for seconds in (0.5, 1.0, 1.5, 9.0):
        times.observe(seconds, "draw")
    assert times.durations()["draw"].counts == (2, 1, 1)
    with pytest.raises(KeyError), times.time("train"):
        raise KeyError
    assert sum(times.durations()["train"].counts) == 1

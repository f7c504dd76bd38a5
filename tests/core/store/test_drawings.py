import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from mnist_core.errors import LimitError
from mnist_core.settings import Settings
from mnist_core.store import Store
from tests.older_tables import forget_versions


def images(*values):
    """Return one image for each value, which is its only pixel with ink."""
    found = np.zeros((len(values), 28, 28), np.uint8)
    found[:, 3, 4] = values
    return found


def labels(*values):
    return np.array(values, np.uint8)


def test_a_visitor_finds_what_was_collected_in_its_order(store):
    first = store.drawings.add("ada", "digits", images(1), labels(7))
    more = store.drawings.add("ada", "digits", images(2, 3), labels(0, 9))
    found = store.drawings.read("ada", "digits")
    np.testing.assert_array_equal(found.images, images(1, 2, 3))
    assert found.labels.tolist() == [7, 0, 9]
    assert found.ids == first + more
    assert len(found) == 3
    assert found.counts(10).tolist() == [1, 0, 0, 0, 0, 0, 0, 1, 0, 1]


def test_nothing_collected_is_an_empty_set(store):
    found = store.drawings.read("ada", "digits")
    assert (len(found), found.images.shape, found.ids) == (0, (0, 28, 28), ())
    assert not found.counts(10).any()


def test_it_survives_a_restart(store, settings):
    store.drawings.add("ada", "digits", images(1), labels(7))
    store.close()
    again = Store(settings)
    assert again.drawings.read("ada", "digits").labels.tolist() == [7]
    again.close()


def test_nobody_sees_or_deletes_anothers_drawings(store):
    (mine,) = store.drawings.add("ada", "digits", images(1), labels(7))
    store.drawings.add("bob", "digits", images(1), labels(1))
    store.drawings.delete("bob", [mine])
    store.drawings.clear("bob", "digits")
    assert store.drawings.read("ada", "digits").ids == (mine,)
    assert len(store.drawings.read("bob", "digits")) == 0


def test_digits_and_clothes_are_apart(store):
    store.drawings.add("ada", "digits", images(1), labels(7))
    store.drawings.add("ada", "clothes", images(1), labels(9))
    assert (store.drawings.count("ada", "digits"), store.drawings.count("ada")) == (1, 2)
    store.drawings.clear("ada", "digits")
    assert store.drawings.read("ada", "clothes").labels.tolist() == [9]
    assert store.drawings.count("ada") == 1


def test_the_same_drawing_is_kept_once_with_its_last_label(store):
    first = store.drawings.add("ada", "digits", images(1, 2), labels(7, 2))
    again = store.drawings.add("ada", "digits", images(1), labels(1))
    assert again == first[:1]
    assert store.drawings.read("ada", "digits").labels.tolist() == [1, 2]


def test_single_drawings_are_deleted(store):
    ids = store.drawings.add("ada", "digits", images(1, 2, 3), labels(1, 2, 3))
    store.drawings.delete("ada", ids[:2])
    assert store.drawings.read("ada", "digits").labels.tolist() == [3]


@pytest.fixture
def small(settings):
    store = Store(settings.model_copy(update={"drawings_per_visitor": 10}))
    yield store
    store.close()


def test_more_than_the_settings_allow_are_refused_altogether(small):
    small.drawings.add("ada", "digits", images(*range(1, 9)), labels(*[0] * 8))
    with pytest.raises(LimitError, match="At most 10 drawings"):
        small.drawings.add("ada", "clothes", images(1, 2, 3), labels(1, 2, 3))
    assert small.drawings.count("ada") == 8
    small.drawings.add("ada", "clothes", images(1, 2), labels(1, 2))
    small.drawings.add("ada", "clothes", images(1, 2), labels(1, 3))  # nothing new: no more than before
    small.drawings.add("bob", "digits", images(1), labels(1))


def test_two_tabs_at_once_lose_nothing_and_stay_within_the_limit(small):
    problems = []

    def add(values):
        for value in values:
            try:
                small.drawings.add("ada", "digits", images(value), labels(0))
            except LimitError as error:
                problems.append(error)

    threads = [threading.Thread(target=add, args=(range(first, 12, 2),)) for first in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert small.drawings.count("ada") == 10
    assert len(problems) == 1


def test_two_processes_at_once_lose_nothing(store, settings):
    code = (
        "import numpy as np, sys\n"
        "from mnist_core.store import shared_store\n"
        "for value in range(int(sys.argv[1]), 60, 2):\n"
        "    image = np.full((1, 28, 28), value, np.uint8)\n"
        "    shared_store().drawings.add('ada', 'digits', image, np.array([value % 10], np.uint8))\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", code, str(first)]) for first in (1, 2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    found = store.drawings.read("ada", "digits")
    assert sorted(found.images[:, 0, 0].tolist()) == list(range(1, 60))
    np.testing.assert_array_equal(found.labels, found.images[:, 0, 0] % 10)


def test_only_collections_of_visitors_who_stay_away_go_the_longest_away_first(store, monkeypatch):
    store.drawings.add("ada", "digits", images(1, 2), labels(1, 2))
    store.drawings.add("bob", "digits", images(1, 2), labels(1, 2))
    store.drawings.add("eve", "clothes", images(1, 2), labels(1, 2))
    store.visitors.greet("ada")  # she is back, if only to look
    now = time.time()
    assert store.drawings.drop_idle(0, now - 60) == 0, "all of them were here a moment ago"
    assert store.drawings.drop_idle(6, now + 60) == 0
    assert store.drawings.drop_idle(5, now + 60) == 1
    assert [store.drawings.count(owner) for owner in ("ada", "bob", "eve")] == [2, 0, 2]
    assert store.drawings.drop_idle(0, now + 60) == 2


@pytest.mark.sqlite
def test_an_older_database_gets_the_table(tmp_path):
    import sqlite3

    settings = Settings(home=tmp_path, keras_dir=tmp_path)
    store = Store(settings)
    store.close()
    with sqlite3.connect(settings.database_path) as connection:
        connection.execute("DROP TABLE drawings")
        forget_versions(connection)
    store = Store(settings)
    assert store.drawings.count("ada") == 0
    store.close()


def test_of_each_class_a_quarter_is_held_back_and_what_was_learned_from_never_is_later(store):
    first = store.drawings.add("ada", "digits", images(*range(1, 9)), labels(*[7] * 8))
    before = store.drawings.read("ada", "digits")
    assert np.flatnonzero(before.held_out).tolist() == [2, 6]
    store.drawings.delete("ada", first[:1])
    store.drawings.add("ada", "digits", images(5), labels(4))  # renamed
    found = store.drawings.read("ada", "digits")
    assert found.held_out.tolist() == before.held_out[1:].tolist()
    store.drawings.add("ada", "digits", images(*range(20, 40)), labels(*[7] * 20))
    held = store.drawings.read("ada", "digits").held_out
    assert held[:7].tolist() == before.held_out[1:].tolist()
    assert held.sum() == 6, "a quarter of 26"
    store.drawings.add("ada", "digits", images(50, 51), labels(1, 1))
    store.drawings.add("bob", "digits", images(52), labels(1))
    store.drawings.add("ada", "clothes", images(53), labels(1))
    assert not store.drawings.read("ada", "digits").held_out[-2:].any(), "two are too few"

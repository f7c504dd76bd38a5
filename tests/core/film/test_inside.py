"""What is shown of a network while it learns: images whose answers change, each in its place, and figures of them."""

import numpy as np
import pytest

from mnist_core.film import WATCHED, fixed_images, look_inside, open_film, watched_places, write_keyframe
from mnist_core.film.keyframe import Keyframe
from mnist_core.store.run_files import FILM
from tests.film_files import put_film

LABELS = np.tile(np.arange(10), 4)


def moments(*said):
    """Return probabilities of 40 images at each moment: 0.7 for what is said."""
    return [np.where(np.eye(10, dtype=bool)[np.asarray(row)], 0.7, 0.3 / 9) for row in said]


def but(said, **answers):
    changed = np.array(said)
    for place, answer in answers.items():
        changed[int(place[1:])] = answer
    return changed


WRONG = (LABELS + 1) % 10


def test_wrong_images_come_first_and_in_the_order_of_the_test_set():
    assert watched_places(moments(WRONG), LABELS) == list(range(WATCHED))
    assert watched_places(moments(but(WRONG, p0=0, p3=3)), LABELS) == [1, 2, *range(4, 14)]
    assert watched_places(moments(LABELS[:5]), LABELS[:5]) == [0, 1, 2, 3, 4], "there are no others"


def test_an_image_stays_in_its_place_while_it_is_wrong_and_while_it_has_just_turned_right():
    turned = but(WRONG, p2=2, p30=0)
    assert watched_places(moments(WRONG, turned), LABELS) == list(range(WATCHED))
    assert watched_places(moments(WRONG, turned, but(turned, p31=1)), LABELS) == list(range(WATCHED))


def test_one_that_stayed_right_gives_its_place_to_one_that_turns_right_and_no_other_moves():
    turned = but(WRONG, p2=2)
    chosen = watched_places(moments(WRONG, turned, turned, but(turned, p30=5, p31=1)), LABELS)
    assert chosen == [0, 1, 31, *range(3, WATCHED)], "30 changes too, and stays wrong"


def test_where_no_answer_changes_all_stay():
    assert watched_places(moments(*5 * [LABELS]), LABELS) == list(range(WATCHED))


def test_most_places_stay_when_everything_turns_right_at_once():
    right = [but(WRONG, **{f"p{n}": LABELS[n] for n in range(12)})] * 3
    chosen = watched_places(moments(WRONG, *right, LABELS), LABELS)
    kept = [place for place, old in zip(chosen, range(WATCHED), strict=True) if place == old]
    assert len(kept) == WATCHED - 4
    assert len(set(chosen)) == WATCHED


@pytest.fixture
def record(finished_run):
    return finished_run()


@pytest.fixture
def labels(digits):
    return digits.y_test[fixed_images(digits.y_test)]


def test_what_is_shown_is_what_the_film_says(store, record, digits, labels):
    put_film(store, record, digits)
    film = open_film(store.files(record.id), record.config, live=True)
    assert not film.passes
    seen = look_inside(film, labels)
    last, before = (film.answers(place).argmax(axis=1) for place in (3, 2))
    known = labels[: len(last)]
    assert (seen.epoch, seen.right, seen.of) == (3, (last == known).sum(), len(known))
    assert seen.gained == (last == known).sum() - (before == known).sum()
    assert len({each.place for each in seen.images}) == WATCHED
    for each in seen.images:
        assert (each.label, each.answer, each.before) == (known[each.place], last[each.place], before[each.place])
        assert each.share == film.answers(3)[each.place].max()
        assert each.way == tuple(float(film.answers(n)[each.place, each.label]) for n in range(4))
    np.testing.assert_array_equal(seen.matrix.counts, film.matrix(3).counts)
    np.testing.assert_array_equal(seen.pictures, film.pictures(3))
    assert 0.95 < (np.abs(seen.pictures) <= seen.limit).mean() < 1


def test_before_the_first_step_nothing_is_compared(store, record, digits, labels):
    put_film(store, record, digits, steps=(0,))
    assert look_inside(open_film(store.files(record.id), record.config), labels).gained is None


def test_without_the_images_the_rest_is_shown(store, record, digits):
    put_film(store, record, digits)
    seen = look_inside(open_film(store.files(record.id), record.config), None)
    assert (seen.images, seen.gained) == ((), None)
    assert (seen.right, seen.of) == (seen.matrix.right, seen.matrix.total)


def passing(store, record, step, classes=10):
    """Write a moment that passes: all images are taken for a 3."""
    answers = np.repeat(np.eye(classes, dtype=np.float16)[[3]], 200, axis=0)
    matrix = np.zeros((classes, classes), np.int64)
    matrix[:, 3] = 20
    layers = open_film(store.files(record.id), record.config).layers(0)
    folder = store.files(record.id).folder / FILM
    write_keyframe(folder, Keyframe(step, 12, answers, matrix, layers), None, np.ones((4, 28, 28)), passing=True)
    return folder


def test_a_passing_moment_shows_new_answers_and_moves_no_image(store, record, digits, labels):
    put_film(store, record, digits, steps=(0, 6))
    kept = open_film(store.files(record.id), record.config)
    before = look_inside(kept, labels)
    passing(store, record, 9)
    assert len(open_film(store.files(record.id), record.config)) == 2, "it is no part of the film"
    film = open_film(store.files(record.id), record.config, live=True)
    assert film.passes
    seen = look_inside(film, labels)
    assert [each.place for each in seen.images] == [each.place for each in before.images]
    assert {each.answer for each in seen.images} == {3}
    assert seen.pictures.shape == (4, 28, 28)
    # What is told of all images is of the moment when all were asked.
    assert (seen.epoch, seen.right, seen.gained) == (before.epoch, before.right, before.gained)
    np.testing.assert_array_equal(seen.matrix.counts, before.matrix.counts)


@pytest.mark.parametrize("step", [6, 3])
def test_a_passing_moment_that_is_older_than_the_film_is_not_shown(store, record, digits, step):
    put_film(store, record, digits, steps=(0, 6))
    passing(store, record, step)
    assert not open_film(store.files(record.id), record.config, live=True).passes


def test_a_damaged_passing_moment_is_left_out(store, record, digits, capfd):
    put_film(store, record, digits, steps=(0, 6))
    (passing(store, record, 9) / "passing.npz").write_bytes(b"half a file")
    assert len(open_film(store.files(record.id), record.config, live=True)) == 2
    assert "can't be read" in capfd.readouterr().err

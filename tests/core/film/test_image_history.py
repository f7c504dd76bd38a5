"""What is told of all moments of a film: answers to one image, pictures of weights, two films at the same time."""

import numpy as np
import pytest

from mnist_core.film import ImageHistory, Moment, film_pictures, history_of, open_film, together
from mnist_core.store.run_files import FILM
from tests.film_files import put_film


@pytest.fixture
def record(finished_run):
    return finished_run()


@pytest.fixture
def film(store, record, digits):
    put_film(store, record, digits)
    return open_film(store.files(record.id), record.config)


def history(*answers):
    moments = tuple(Moment(step, step / 10, 0.0, 0.5, 100, True) for step in range(len(answers)))
    return ImageHistory(moments, np.eye(10, dtype=np.float32)[list(answers)])


@pytest.mark.parametrize(
    ("answers", "since"),
    [((3, 7, 7), 1), ((7, 3, 7), 2), ((7, 7), 0), ((3, 3, 3, 7), 3), ((7,), 0)],
)
def test_an_answer_is_there_since_the_moment_after_the_last_other_one(answers, since):
    assert history(*answers).since() == since


def test_of_no_moment_nothing_is_told():
    assert ImageHistory((), np.zeros((0, 10), np.float32)).since() is None


def test_each_moment_with_weights_answers_as_its_weights_do(film, digits):
    shares = []
    found = history_of(shares.append, film, digits.x_test[5])
    assert [moment.step for moment in found.moments] == [0, 12, 36]  # step 6 kept no weights
    for place, row in zip((0, 2, 3), found.rows, strict=True):
        kernels = {name: values.astype(np.float64) for name, values in film.weights(place).items()}
        hidden = digits.x_test[5].ravel() / 255 @ kernels["01_Dense/kernel"] + kernels["01_Dense/bias"]
        scores = np.maximum(hidden, 0) @ kernels["02_Dense/kernel"] + kernels["02_Dense/bias"]
        expected = np.exp(scores - scores.max())
        np.testing.assert_allclose(row, expected / expected.sum(), atol=1e-5)
        seen, answers = film.seen(place, digits.x_test[5:6])
        np.testing.assert_allclose(seen[0], np.maximum(hidden, 0), atol=1e-4)
        np.testing.assert_allclose(answers[0], row, atol=1e-6)
    assert shares == pytest.approx([1 / 3, 2 / 3, 1])


def test_a_moment_without_weights_is_spoken_for_by_the_one_before(film):
    assert film.spoken_by == [0, 0, 2, 3]


def test_a_film_that_begins_without_weights_has_nobody_to_ask_there(store, record, digits):
    put_film(store, record, digits, steps=(0, 12), weightless=0)
    assert open_film(store.files(record.id), record.config).spoken_by == [None, 1]


def test_what_is_known_of_layers_is_a_table_for_each_quantity(film):
    sizes = film.sizes()
    assert set(sizes) == {"weight_mean", "weight_spread", "gradient_mean", "gradient_spread", "dead"}
    assert sizes["weight_spread"].shape == (4, 2)
    kernel = film.weights(3)
    both = np.concatenate([kernel["01_Dense/kernel"].ravel(), kernel["01_Dense/bias"]]).astype(np.float32)
    assert sizes["weight_spread"][3, 0] == pytest.approx(both.std(), rel=1e-3)
    assert np.isnan(sizes["dead"][:, 1]).all()


def test_pictures_are_the_kept_weights_on_one_scale(film):
    found = film_pictures(film)
    assert found.values.shape == (4, 16, 28, 28)
    weights = film.weights(3)["01_Dense/kernel"].astype(np.float32).T.reshape(16, 28, 28)
    assert (np.abs(weights) <= found.limit).mean() == pytest.approx(0.98, abs=0.001)
    within = np.abs(weights) < found.limit
    np.testing.assert_allclose((found.values[3] / 127 * found.limit)[within], weights[within], atol=found.limit / 250)
    np.testing.assert_array_equal(np.abs(found.values[3][~within]), 127)


def test_two_films_are_seen_on_the_same_share_of_training(store, finished_run, digits, film):
    other = finished_run()
    put_film(store, other, digits, steps=(0, 18, 36))
    second = open_film(store.files(other.id), other.config)
    # 0, 1/6, 1/3, 1/2 and 1 of all steps
    assert together([film, second]) == [(0, 0), (1, 0), (2, 0), (2, 1), (3, 2)]
    assert together([film]) == [(0,), (1,), (2,), (3,)]
    (store.files(other.id).folder / FILM / "00000000.npz").unlink()
    late = open_film(store.files(other.id), other.config)
    assert together([film, late])[0] == (0, 0)

"""The map of a film: one plane for all moments, so that points move."""

import numpy as np
import pytest

from mnist_core.analysis.explain import film_map, follow, principal_axes, principal_plane
from mnist_core.film import fixed_images, open_film
from tests.film_files import put_film
from tests.network_files import CONFIG


def nobody(share):
    """Wait for nothing."""


@pytest.fixture
def film(store, finished_run, digits):
    record = finished_run()
    put_film(store, record, digits)
    return open_film(store.files(record.id), record.config)


@pytest.fixture
def images(digits):
    return np.asarray(digits.x_test[fixed_images(digits.y_test)[:40]])


def hidden_of(film, place, images):
    weights = {name: values.astype(np.float64) for name, values in film.weights(place).items()}
    flat = images.reshape(len(images), -1) / 255
    return np.maximum(flat @ weights["01_Dense/kernel"] + weights["01_Dense/bias"], 0)


def test_the_plane_is_that_of_the_end_for_every_moment(film, images):
    found = film_map(nobody, film, images)
    assert found.points.shape == (4, 40, 2)
    last = hidden_of(film, 3, images)
    np.testing.assert_allclose(found.points[3], principal_plane(last).points, atol=1e-4)
    directions = principal_axes(last).directions
    for place in (0, 2):
        moved = (hidden_of(film, place, images) - last.mean(axis=0)) @ directions.T
        np.testing.assert_allclose(found.points[place], moved, atol=1e-4)


def test_a_moment_without_weights_shows_the_points_of_the_one_before(film, images):
    found = film_map(nobody, film, images)
    np.testing.assert_array_equal(found.points[1], found.points[0])


def test_an_image_that_is_followed_is_where_the_map_has_it(film, images):
    found, followed = film_map(nobody, film, images), follow(nobody, film, images[7])
    np.testing.assert_allclose(found.place(followed.hidden), found.points[:, 7], atol=1e-4)
    np.testing.assert_allclose(followed.rows[3], film.answers(3)[7], atol=1e-3)
    np.testing.assert_array_equal(followed.rows[1], followed.rows[0])


def test_where_no_moment_has_weights_nothing_is_known(store, finished_run, digits, images):
    record = finished_run()
    put_film(store, record, digits, steps=(6,))
    film = open_film(store.files(record.id), record.config)
    assert film_map(nobody, film, images) is None
    assert follow(nobody, film, images[0]) is None


def test_before_the_first_weights_nothing_is_known(store, finished_run, digits, images):
    record = finished_run()
    put_film(store, record, digits, steps=(6, 12))
    film = open_film(store.files(record.id), record.config)
    assert np.isnan(film_map(nobody, film, images).points[0]).all()
    assert np.isnan(follow(nobody, film, images[0]).rows[0]).all()


def test_numbers_beyond_all_bounds_leave_a_moment_without_points(film, images, monkeypatch):
    seen = type(film).seen

    def diverged(self, place, images):
        hidden, rows = seen(self, place, images)
        return (np.full_like(hidden, np.inf) if place == 3 else hidden), rows

    monkeypatch.setattr(type(film), "seen", diverged)
    found = film_map(nobody, film, images)
    assert np.isnan(found.points[3]).all()
    np.testing.assert_allclose(found.points[2], principal_plane(hidden_of(film, 2, images)).points, atol=1e-4)


def test_of_very_many_numbers_evenly_spaced_ones_are_seen(store, finished_run, digits, images):
    record = finished_run(CONFIG)  # a convolution gives 2,028
    put_film(store, record, digits, steps=(0, 12))
    film = open_film(store.files(record.id), record.config)
    assert film.seen(0, images)[0].shape == (40, 507)
    np.testing.assert_allclose(film.seen(1, images)[1], film.answers(1)[:40], atol=1e-3)

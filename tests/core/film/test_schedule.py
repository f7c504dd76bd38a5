"""Which moments are kept: by settings alone, within bytes and time."""

import pytest

from mnist_core.config import Conv2D, Dense, NetworkConfig, RunConfig, TrainConfig
from mnist_core.film import ANSWERED, JUDGED, MOST, most_bytes_of, schedule_of
from mnist_core.film.schedule import _marks
from mnist_core.settings import Settings


def scheduled(*layers, epochs=5, steps=422, **limits):
    config = RunConfig(model=NetworkConfig(layers=layers), train=TrainConfig(epochs=epochs))
    return config, schedule_of(config, steps, Settings(**{"film_percent": 100.0, **limits}))


def test_the_first_epoch_is_seen_closely_and_then_each_epoch():
    _, schedule = scheduled(Dense(units=64))
    assert schedule.steps == (0, 4, 8, 21, 42, 84, 211, 422, 844, 1266, 1688, 2110)
    assert schedule.weighted == set(schedule.steps)
    assert schedule.gradients


@pytest.mark.parametrize("epochs", [1, 2, 17, 18, 200])
@pytest.mark.parametrize("steps", [1, 3, 100, 60_000])
def test_there_are_at_most_24_from_before_the_first_step_to_the_end(epochs, steps):
    marks = _marks(steps, epochs)
    assert len(marks) <= MOST
    assert (marks[0], marks[-1]) == (0, steps * epochs)
    assert marks == sorted(set(marks))
    if steps >= 100:
        assert steps in marks


@pytest.mark.parametrize("units", [64, 512, 4096])
@pytest.mark.parametrize("megabytes", [0, 0.05, 1, 12])
def test_a_film_is_never_reckoned_larger_than_it_may_be(units, megabytes):
    config, schedule = scheduled(Dense(units=units), epochs=30, film_mb=megabytes)
    assert most_bytes_of(config, len(schedule.steps), len(schedule.weighted)) <= 1e6 * megabytes


def test_of_a_larger_network_fewer_moments_keep_their_weights_and_all_keep_their_figures():
    _, small = scheduled(Dense(units=512), epochs=30)
    _, large = scheduled(Dense(units=2000), epochs=30)
    _, huge = scheduled(Dense(units=4096), Dense(units=4096), epochs=30)
    assert len(small.steps) == len(large.steps) == len(huge.steps) == MOST
    assert len(small.weighted) > len(large.weighted) > len(huge.weighted) == 0
    assert {large.steps[0], large.steps[-1]} <= large.weighted


def test_a_fast_training_keeps_fewer_moments_a_smaller_matrix_and_no_gradients():
    _, all_of_it = scheduled(Dense(units=512))
    assert (len(all_of_it.steps), all_of_it.images, all_of_it.gradients) == (12, JUDGED, True)
    _, fast = scheduled(Dense(units=512), epochs=2, film_percent=2.0)
    assert 2 < len(fast.steps) < 9
    assert (fast.steps[0], fast.steps[-1]) == (0, 844)
    assert (fast.images, fast.gradients) == (ANSWERED, False)
    _, slow = scheduled(Conv2D(filters=32), Dense(units=64), film_percent=2.0, epochs=20)
    assert (slow.images, slow.gradients) == (JUDGED, True)


@pytest.mark.parametrize("limits", [{"film_mb": 0.0}, {"film_percent": 0.0}])
def test_without_room_or_time_there_is_no_film(limits):
    assert scheduled(Dense(units=64), **limits)[1].steps == ()


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_gradients_are_measured_where_the_backend_makes_a_program_for_them_in_time(backend):
    layers, limits = (Conv2D(filters=32), Dense(units=64)), {"film_percent": 2.0, "backend": backend}
    assert scheduled(*layers, epochs=20, **limits)[1].gradients == (backend == "jax")
    assert not scheduled(*layers, epochs=1, **limits)[1].gradients

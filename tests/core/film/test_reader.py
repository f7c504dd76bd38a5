"""Reading a film: what is there, what is not, and what of it is damaged."""

import numpy as np
import pytest

from mnist_core.config import Conv2D, Dense, LogisticConfig, MaxPooling2D, NetworkConfig, RunConfig
from mnist_core.datasets import DATASETS
from mnist_core.errors import ArtifactMissingError
from mnist_core.film import ANSWERED, JUDGED, FilmState, answered, first_pictures, fixed_images, open_film
from mnist_core.models.weights import weight_shapes
from mnist_core.store.run_files import FILM
from tests.film_files import put_film


@pytest.fixture
def record(finished_run):
    return finished_run()


@pytest.fixture
def folder(store, record, digits):
    put_film(store, record, digits)
    return store.files(record.id).folder / FILM


def opened(store, record):
    return open_film(store.files(record.id), record.config)


def test_the_fixed_images_follow_from_the_test_set_and_are_balanced():
    labels = np.random.default_rng(0).integers(0, 10, 10_000)
    places = fixed_images(labels)
    np.testing.assert_array_equal(places, fixed_images(labels.copy()))
    assert len(set(places.tolist())) == JUDGED
    assert np.bincount(labels[places]).tolist() == [JUDGED // 10] * 10
    count = answered(len(places), 10)
    assert count == ANSWERED
    assert np.bincount(labels[places[:count]]).tolist() == [ANSWERED // 10] * 10


@pytest.mark.parametrize("spec", DATASETS.values(), ids=DATASETS)
def test_answers_are_kept_of_whole_turns_of_all_classes(spec):
    count = answered(10_000, spec.num_classes)
    assert count % spec.num_classes == 0
    assert 0 < count <= ANSWERED


def test_moments_come_in_the_order_of_training_and_tell_what_was_kept(store, record, folder):
    film = opened(store, record)
    assert film.state is FilmState.THERE
    assert [(m.step, m.epoch, m.share) for m in film.moments] == [
        (0, 0, 0),
        (6, 0.5, 1 / 6),
        (12, 1, 1 / 3),
        (36, 3, 1),
    ]
    assert [m.has_weights for m in film.moments] == [True, False, True, True]
    assert [m.bytes for m in film.moments] == [path.stat().st_size for path in film.paths]
    first, last = film.layers(0)
    assert (first.gradient_mean, first.gradient_spread) == (1.0, 0.0)
    assert np.isnan([last.gradient_mean, last.dead]).all()


def test_dead_units_are_told_of_layers_with_relu_at_the_last_moment(store, record, folder):
    film = opened(store, record)
    assert film.dead == (film.layers(3)[0].dead,)
    linear = record.config.with_settings({"layers": [{"kind": "dense", "units": 16, "activation": "linear"}]})
    assert open_film(store.files(record.id), linear).dead == ()


def test_a_moment_without_weights_shows_its_figures_and_says_that_it_answers_nothing(store, record, folder, digits):
    film = opened(store, record)
    assert film.pictures(1).shape == film.pictures(0).shape == (16, 28, 28)
    assert film.matrix(1).total == len(fixed_images(digits.y_test))
    with pytest.raises(ArtifactMissingError, match="Only the figures"):
        film.predict(1, digits.x_test[:1])


def test_any_images_are_answered(store, record, folder, digits):
    film = opened(store, record)
    said = film.predict(0, digits.x_test[:250])
    assert said.shape == (250, 10)
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-5)
    places = fixed_images(digits.y_test)
    np.testing.assert_allclose(
        film.predict(0, digits.x_test[places])[: len(film.answers(0))], film.answers(0), atol=1e-3
    )


def test_a_run_of_an_older_version_has_none(store, record):
    film = opened(store, record)
    assert (film.state, film.moments, len(film)) == (FilmState.NONE, (), 0)


def test_a_baseline_has_none(store, finished_run):
    baseline = finished_run(RunConfig.parse({"data": {"dataset": "digits"}, "model": LogisticConfig().model_dump()}))
    assert opened(store, baseline).state is FilmState.BASELINE


@pytest.mark.parametrize("content", [b"", b"not an archive", None], ids=["empty", "text", "cut off"])
def test_a_damaged_moment_is_left_out_and_named_in_the_log(store, record, folder, capfd, content):
    path = folder / "00000012.npz"
    path.write_bytes(path.read_bytes()[:1000] if content is None else content)
    assert [m.step for m in opened(store, record).moments] == [0, 6, 36]
    assert "00000012.npz can't be read" in capfd.readouterr().err
    for other in folder.iterdir():
        other.write_bytes(b"x")
    assert opened(store, record).state is FilmState.DAMAGED


def test_the_film_of_another_network_is_none(store, record, folder):
    config = record.config.model_copy(update={"model": NetworkConfig(layers=(Dense(units=8), Dense(units=8)))})
    assert open_film(store.files(record.id), config).state is FilmState.DAMAGED


def test_the_weights_of_another_network_are_not_asked(store, record, folder, digits):
    config = record.config.model_copy(update={"model": NetworkConfig(layers=(Dense(units=8),))})
    with pytest.raises(ArtifactMissingError, match="missing or damaged"):
        open_film(store.files(record.id), config).predict(0, digits.x_test[:1])


def test_other_files_are_no_moments(store, record, folder):
    (folder / ".writing-00000000.npz").write_bytes(b"x")
    (folder / "notes.txt").write_text("mine")
    assert len(opened(store, record)) == 4


def test_a_look_at_what_grows_sees_what_is_new(store, record, folder, digits):
    earlier = opened(store, record)
    put_film(store, record, digits, steps=(48,))
    assert len(earlier) == 4
    assert [m.step for m in opened(store, record).moments] == [0, 6, 12, 36, 48]


def test_what_was_thrown_away_meanwhile_is_told(store, record, folder, digits):
    film = opened(store, record)
    (folder / "00000012.npz").unlink()
    with pytest.raises(ArtifactMissingError, match="missing or damaged"):
        film.predict(2, digits.x_test[:1])
    assert film.matrix(2).total


@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        ((), (10, 28, 28)),
        ((Dense(units=100),), (64, 28, 28)),
        ((Conv2D(filters=8, kernel_size=5),), (8, 5, 5)),
        ((MaxPooling2D(), Dense(units=4)), (4, 14, 14)),
        ((MaxPooling2D(), Conv2D(filters=3)), (3, 3, 3)),
    ],
)
def test_pictures_are_weights_of_the_first_layer_that_has_any(layers, shape):
    config = RunConfig(model=NetworkConfig(layers=layers))
    weights = {name: np.zeros(shape) for name, shape in weight_shapes(config.model).items()}
    assert first_pictures(config, weights).shape == shape


def test_a_film_until_a_step_is_as_it_was_then(store, record, folder):
    film = opened(store, record)
    early = film.until(11)
    assert early.state is FilmState.THERE
    assert [moment.step for moment in early.moments] == [0, 6]
    assert early.paths == film.paths[:2]
    np.testing.assert_array_equal(early.answers(1), film.answers(1))
    assert [moment.step for moment in film.until(0).moments] == [0]
    assert film.until(36) is film
    begun = film.until(-1)
    assert (begun.state, len(begun)) == (FilmState.NONE, 0)


def test_a_film_that_is_not_there_has_no_earlier_one(store, finished_run):
    assert opened(store, finished_run()).until(5).state is FilmState.NONE

"""A finished run becomes a bundle, and the bundle a run that answers as its figures say."""

from dataclasses import replace

import numpy as np
import pytest

from mnist_core.errors import RunStateError
from mnist_core.evaluation import accuracy, cross_entropy
from mnist_core.film import WEIGHTS, KeptWeights, film_arrays, fixed_images, open_film
from mnist_core.inference import open_classifier
from mnist_core.models.network_files import read_network
from mnist_core.sharing.bundle import read_bundle
from mnist_core.sharing.shipped import SHIPPED, install_shipped
from mnist_core.sharing.shipped import __main__ as program
from mnist_core.sharing.shipped import pack as pack_module
from mnist_core.sharing.shipped.__main__ import main
from mnist_core.sharing.shipped.moments import SmallFilm
from mnist_core.sharing.shipped.pack import pack, with_film
from mnist_core.sharing.shipped.rounding import rounded
from mnist_core.store import RunState
from tests.film_files import put_film

MODEL = SHIPPED["mnist-only"]


@pytest.fixture
def path(folder):
    return folder / "mnist-only.zip"


def test_a_run_is_packed_installed_and_answers_as_its_figures_say(finished_run, store, digits, folder, path):
    record = finished_run(recipe="small-cnn")
    outcome = pack(record.id, MODEL, store, path)
    assert install_shipped(store, folder) == [MODEL.run_id]
    run, files = store.runs.get(MODEL.run_id), store.files(MODEL.run_id)
    assert (run.name, run.config, run.recipe, run.outcome) == (MODEL.title, record.config, "small-cnn", outcome)
    assert (run.created, run.device, run.epoch) == (record.created, record.device, record.epoch)
    for name, curve in store.metrics.history(record.id).items():  # with as many digits as a chart shows
        assert store.metrics.history(MODEL.run_id)[name] == pytest.approx(curve, rel=1e-5)

    tables, labels = files.read_probabilities(), files.read_labels()
    images, known = digits.split("validation", run.config.data)
    np.testing.assert_array_equal(labels["test"], digits.y_test)
    np.testing.assert_array_equal(labels["validation"], known)
    answers, said = (open_classifier(files).predict(each) for each in (digits.x_test, images))
    np.testing.assert_allclose(answers, tables["test"], atol=1e-3)
    assert outcome.test_accuracy == accuracy(answers, digits.y_test) == accuracy(tables["test"], digits.y_test)
    assert outcome.test_loss == pytest.approx(cross_entropy(tables["test"], digits.y_test), rel=1e-2)
    assert outcome.val_accuracy == accuracy(said, known) == accuracy(tables["validation"], known)
    assert {"kernel_01", "before", "after"} <= set(files.read_parts())


def test_the_same_run_gives_the_same_bundle_with_rounded_weights(finished_run, store, path, settings):
    record = finished_run()
    pack(record.id, MODEL, store, path)
    once, run = path.read_bytes(), read_bundle(path.read_bytes(), settings)
    pack(record.id, MODEL, store, path)
    assert path.read_bytes() == once
    for name, array in read_network(store.files(record.id), record.config.model, 10).items():
        np.testing.assert_array_equal(run.weights[name], rounded(array, MODEL.weight_bits))


def test_a_film_comes_along_and_its_figures_are_those_of_its_rounded_weights(finished_run, store, digits, folder, path):
    record = finished_run()
    put_film(store, record, digits)
    pack(record.id, MODEL, store, path)
    install_shipped(store, folder)
    before, film = (open_film(store.files(run_id), record.config) for run_id in (record.id, MODEL.run_id))
    assert [(moment.step, moment.has_weights) for moment in film.moments] == [
        (moment.step, moment.has_weights) for moment in before.moments
    ]
    places = fixed_images(digits.y_test)
    for place, moment in enumerate(film.moments):
        told, was = film.layers(place), before.layers(place)
        assert [layer.gradient_mean for layer in told] == pytest.approx(
            [layer.gradient_mean for layer in was], nan_ok=True
        )
        if not moment.has_weights:
            np.testing.assert_array_equal(film.pictures(place), before.pictures(place))
            continue
        weights = film.weights(place)
        for name, array in before.weights(place).items():
            np.testing.assert_allclose(weights[name], array, rtol=2**-7, atol=1e-6)
        said = KeptWeights(record.config).judged(weights, digits.x_test[places], digits.y_test[places], 200)
        np.testing.assert_allclose(film.answers(place), said.answers, atol=1e-3)
        np.testing.assert_array_equal(film.matrix(place).counts, said.matrix)
        assert told[0].weight_spread == pytest.approx(was[0].weight_spread, rel=0.01)
        assert told[0].weight_spread != was[0].weight_spread


def test_of_a_large_film_fewer_moments_keep_their_weights_and_of_a_larger_one_none_are_there(
    finished_run, store, digits, path, settings, monkeypatch
):
    record = finished_run()
    pack(record.id, MODEL, store, path)
    run = read_bundle(path.read_bytes(), settings)
    larger = record.config.with_settings({"layers": [{"kind": "dense", "units": 8}, {"kind": "dense", "units": 4000}]})
    put_film(store, replace(record, config=larger), digits, steps=(0, 3, 6, 12, 24, 36))
    film = SmallFilm(film_arrays(store.files(record.id), larger), larger, digits)
    assert len(film.weighted) == 5
    for most, weighted in ((2_000_000, 5), (400_000, 2), (200_000, 0)):
        monkeypatch.setattr(pack_module, "MOST_BYTES", most)
        found = with_film(run, film).film
        have = [name for name, arrays in found.items() if any(key.startswith(WEIGHTS) for key in arrays)]
        assert (len(found), len(have)) == (6, weighted)
        assert not have or have[-1] == max(found)  # how it ended can be asked
    monkeypatch.setattr(pack_module, "MOST_BYTES", path.stat().st_size)
    assert with_film(run, film).film == {}


def test_the_command_trains_and_packs_and_says_what_it_made(folder, store, digits, settings, monkeypatch, capsys):
    tiny = replace(MODEL, recipe="softmax-only", settings={"dataset": "digits", "epochs": 1})
    monkeypatch.setattr(program, "FOLDER", folder)
    monkeypatch.setattr(program, "find_shipped", {MODEL.name: tiny}.__getitem__)
    assert main(["train", MODEL.name]) == 0
    said = capsys.readouterr().out
    (trained,) = store.runs.find()
    assert f"{folder / 'mnist-only.zip'}: 0." in said
    assert f"{trained.outcome.test_accuracy:.4f} as trained" in said
    run = read_bundle((folder / "mnist-only.zip").read_bytes(), settings)
    assert (run.manifest.run_id, run.manifest.name, run.config) == (MODEL.run_id, MODEL.title, trained.config)
    assert main(["pack", trained.id, MODEL.name]) == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["pack", "20200101-000000-00000000", "fashion"], "There is no run"),
        (["pack", "20200101-000000-00000000", "best"], "There is no"),
    ],
)
def test_bad_input_is_said_in_a_sentence(arguments, sentence, capsys):
    assert main(arguments) == 2
    assert sentence in capsys.readouterr().err


def test_only_a_completed_network_that_was_trained_here_is_packed(finished_run, bundle, store, folder):
    stopped = finished_run(state=RunState.STOPPED)
    with pytest.raises(RunStateError, match="Only a completed network"):
        pack(stopped.id, MODEL, store, folder / "x.zip")
    bundle("handwriting")
    install_shipped(store, folder)
    with pytest.raises(RunStateError, match="packed already"):
        pack(SHIPPED["handwriting"].run_id, MODEL, store, folder / "x.zip")


def test_weights_are_rounded_to_the_nearest():
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(0, 1, 1000), [0, -0.0, 1, 255 / 256, 511 / 512, 1e-30]]).astype(np.float32)
    for bits in (4, 8, 10, 22, 23):
        near = rounded(values, bits)
        assert near.dtype == np.float32
        assert np.all(np.abs(near - values) <= np.abs(values) * 2.0 ** -(bits + 1))
        np.testing.assert_array_equal(rounded(near, bits), near)
    np.testing.assert_array_equal(rounded(values, 10)[:1000], values[:1000].astype(np.float16).astype(np.float32))

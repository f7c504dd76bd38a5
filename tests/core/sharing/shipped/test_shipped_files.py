"""The bundles that the program really comes with, where they are."""

import gzip

import numpy as np
import pytest

from benchmarks.handwriting import CANVAS, as_drawn
from mnist_core.datasets import load_dataset
from mnist_core.drawing import prepare_drawing, read_canvas, write_canvas
from mnist_core.drawing.strokes import read_unipen
from mnist_core.evaluation import accuracy, cross_entropy
from mnist_core.inference import open_classifier, open_layers
from mnist_core.models import parameter_count
from mnist_core.sharing.bundle import import_bundle, read_bundle
from mnist_core.sharing.shipped import FOLDER, SHIPPED, install_shipped
from mnist_core.sharing.shipped.rounding import rounded

PATHS = sorted(FOLDER.glob("*.zip"))
# What each must reach on its own test set.
LEAST_ACCURACY = {"handwriting": 0.992, "mnist-only": 0.985, "fashion": 0.935}

# And on the digits of the check writers, of whom it never saw any.
LEAST_OF_STRANGERS = {"handwriting": 0.98, "mnist-only": 0.95}

every_bundle = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


@every_bundle
def test_it_is_small_and_what_the_catalogue_says(path, settings):
    assert path.stat().st_size < 2_000_000
    model = SHIPPED[path.stem]
    run = read_bundle(path.read_bytes(), settings)
    assert (run.manifest.run_id, run.manifest.name, run.manifest.recipe) == (model.run_id, model.title, model.recipe)
    as_trained = {"precision": run.config.train.precision}  # what automatic meant where it was trained
    assert run.config == model.config.with_settings(as_trained)
    assert run.manifest.outcome.parameters == parameter_count(run.config.model)
    assert run.manifest.outcome.test_accuracy >= LEAST_ACCURACY[path.stem]
    weights = run.weights.values()
    assert all(np.array_equal(rounded(array, model.weight_bits), array) for array in weights)


@every_bundle
def test_a_visitor_can_bring_it_along_like_any_other(path, store):
    install_shipped(store)
    shipped = store.runs.get(SHIPPED[path.stem].run_id)
    mine = import_bundle(path.read_bytes(), store, "me")
    assert (mine.config, mine.outcome, mine.name) == (shipped.config, shipped.outcome, shipped.name)
    assert store.metrics.points(mine.id) == store.metrics.points(shipped.id)
    for name, content in read_bundle(path.read_bytes(), store.settings).files.items():
        for run_id in (mine.id, shipped.id):
            assert (store.files(run_id).folder / name).read_bytes() == content


@every_bundle
def test_it_is_installed_and_agrees_with_itself(path, store):
    install_shipped(store)
    run_id = SHIPPED[path.stem].run_id
    run, files = store.runs.get(run_id), store.files(run_id)
    tables, labels = files.read_probabilities(), files.read_labels()
    assert set(tables) == set(labels)
    assert accuracy(tables["test"], labels["test"]) == pytest.approx(run.outcome.test_accuracy, abs=1e-12)
    assert cross_entropy(tables["test"], labels["test"]) == pytest.approx(run.outcome.test_loss, rel=0.02)
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 13:16] = 255
    answer = open_classifier(files).predict(image[None])[0]
    np.testing.assert_allclose(open_layers(files).activations(image)[-1], answer, atol=1e-5)
    if run.config.data.dataset != "fashion_mnist":
        assert answer.argmax() == 1


@every_bundle
def test_its_model_gives_the_probabilities_that_are_stored(path, store, real_settings):
    install_shipped(store)
    run_id = SHIPPED[path.stem].run_id
    run, files = store.runs.get(run_id), store.files(run_id)
    data = load_dataset(run.config.data.dataset, real_settings)
    stored, labels = files.read_probabilities(), files.read_labels()
    np.testing.assert_array_equal(labels["test"], data.y_test)
    answers = open_classifier(files).predict(np.asarray(data.x_test))
    np.testing.assert_allclose(answers, stored["test"], atol=2e-3)
    assert accuracy(answers, data.y_test) == pytest.approx(run.outcome.test_accuracy, abs=2e-4)
    if "validation" in labels:
        images, known = data.split("validation", run.config.data)
        np.testing.assert_array_equal(labels["validation"], known)
        np.testing.assert_allclose(
            open_classifier(files).predict(np.asarray(images[:1000])), stored["validation"][:1000], atol=2e-3
        )


def elsewhere(drawing, rng):
    """Return a drawing at a random place of the canvas and 0.4 to 1 times its size, drawn there anew."""
    scale = rng.uniform(0.4, 1)
    place = rng.uniform(0, CANVAS * (1 - scale), 2)
    return read_canvas(write_canvas([stroke * scale + place for stroke in drawing.strokes], 18), CANVAS)


def prepared(drawings):
    return np.stack([prepare_drawing(drawing, CANVAS, "digits").image for drawing in drawings])


def test_they_read_strangers_wherever_and_however_large_they_draw(store, real_data_dir):
    path = real_data_dir / "pendigits-orig.tra.gz"
    if not path.is_file():
        pytest.skip(f"needs recorded handwriting: there is no {path}")
    digits = read_unipen(gzip.decompress(path.read_bytes()).decode("latin-1"))
    chosen = [digit for digit in digits if digit.writer is not None and digit.writer % 2][::6]
    labels = np.array([digit.label for digit in chosen])
    drawings = [as_drawn(digit, 18) for digit in chosen]
    rng = np.random.default_rng(0)
    images, moved = prepared(drawings), prepared([elsewhere(drawing, rng) for drawing in drawings])
    install_shipped(store)
    for name, least in LEAST_OF_STRANGERS.items():
        network = open_classifier(store.files(SHIPPED[name].run_id))
        answers = network.predict(images).argmax(axis=1)
        assert np.mean(answers == labels) >= least
        assert np.mean(network.predict(moved).argmax(axis=1) == answers) >= 0.99

"""The packages that the program really comes with, where they are."""

import numpy as np
import pytest

from mnist_core.datasets import load_dataset
from mnist_core.evaluation import accuracy, cross_entropy
from mnist_core.explain import open_layers
from mnist_core.inference import classifier
from mnist_core.models import parameter_count
from mnist_core.pretrained import FOLDER, SHIPPED, install_shipped
from mnist_core.pretrained.package import Package

PATHS = sorted(FOLDER.glob("*.zip"))
# What each must reach on its own test set.
LEAST_ACCURACY = {"handwriting": 0.992, "mnist-only": 0.985, "fashion": 0.90}

every_package = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


@every_package
def test_it_is_small_and_what_the_catalogue_says(path):
    assert path.stat().st_size < 2_000_000
    model = SHIPPED[path.stem]
    with Package(path) as package:
        manifest = package.manifest
        assert (manifest.name, manifest.run_id, manifest.version) == (model.name, model.run_id, model.version)
        assert (manifest.title, manifest.summary, manifest.sources) == (model.title, model.summary, model.sources)
        assert manifest.outcome.parameters == parameter_count(manifest.config.model)
        assert manifest.outcome.test_accuracy >= LEAST_ACCURACY[path.stem]


@every_package
def test_it_is_installed_and_agrees_with_itself(path, store):
    install_shipped(store)
    run_id = SHIPPED[path.stem].run_id
    run, files = store.get(run_id), store.files(run_id)
    tables, labels = files.read_probabilities(), files.read_labels()
    assert set(tables) == set(labels)
    assert accuracy(tables["test"], labels["test"]) == pytest.approx(run.outcome.test_accuracy, abs=1e-12)
    assert cross_entropy(tables["test"], labels["test"]) == pytest.approx(run.outcome.test_loss, rel=0.02)
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 13:16] = 255
    answer = classifier(files).predict(image[None])[0]
    np.testing.assert_allclose(open_layers(files).activations(image)[-1], answer, atol=1e-5)
    if run.config.data.dataset != "fashion_mnist":
        assert answer.argmax() == 1


@every_package
def test_its_model_gives_the_probabilities_that_are_stored(path, store, real_settings):
    install_shipped(store)
    run_id = SHIPPED[path.stem].run_id
    run, files = store.get(run_id), store.files(run_id)
    data = load_dataset(run.config.data.dataset, real_settings)
    stored, labels = files.read_probabilities(), files.read_labels()
    np.testing.assert_array_equal(labels["test"], data.y_test)
    answers = classifier(files).predict(np.asarray(data.x_test))
    np.testing.assert_allclose(answers, stored["test"], atol=2e-3)
    assert accuracy(answers, data.y_test) == pytest.approx(run.outcome.test_accuracy, abs=2e-4)
    if "validation" in labels:
        images, known = data.split("validation", run.config.data)
        np.testing.assert_array_equal(labels["validation"], known)
        np.testing.assert_allclose(
            classifier(files).predict(np.asarray(images[:1000])), stored["validation"][:1000], atol=2e-3
        )

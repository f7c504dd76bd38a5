"""A network that is slow is asked about fewer images at once, and nobody gets an answer too many."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from mnist_core.inference import Classifier, network


def test_many_threads_get_one_answer_for_each_image_while_batches_shrink(finished_run, store, monkeypatch):
    monkeypatch.setattr(network, "_SLOW", -1.0)  # each batch counts as slow, so it shrinks while others predict
    files = store.files(finished_run().id)
    images = np.random.default_rng(0).integers(0, 256, (57, 28, 28), np.uint8)
    expected = Classifier(files).predict(images)
    for _ in range(20):
        shared = Classifier(files)
        with ThreadPoolExecutor(8) as threads:
            for found in threads.map(lambda _, model=shared: model.predict(images), range(8)):
                np.testing.assert_allclose(found, expected, atol=1e-6)
    assert shared._batch == 1

import numpy as np

from mnist_core.analysis.explain import log_probabilities
from mnist_core.analysis.explain.predicting import predict_all


def test_many_images_are_predicted_a_few_at_a_time_in_their_order(linear):
    images = np.random.default_rng(1).integers(0, 256, (150, 28, 28)).astype(np.float32)
    np.testing.assert_allclose(predict_all(linear, images), linear(images), rtol=1e-6)
    assert max(linear.batches[:-1]) == 64


def test_logarithms_are_those_of_the_probabilities():
    probabilities = np.random.default_rng(0).dirichlet(np.ones(10), 20).astype(np.float32)
    np.testing.assert_allclose(log_probabilities(probabilities), np.log(probabilities), rtol=1e-5, atol=1e-6)


def test_the_logarithm_of_an_almost_certain_answer_keeps_its_digits():
    row = np.array([[1.0, 2e-12, 1e-12]], np.float32)
    np.testing.assert_allclose(log_probabilities(row)[0, 0], -3e-12, rtol=1e-5)


def test_a_probability_of_nothing_has_a_finite_logarithm():
    logs = log_probabilities(np.array([[1.0, 0.0]], np.float32))
    assert np.isfinite(logs).all()
    assert logs[0, 1] < -80

import numpy as np
import pytest

from mnist_core.analysis.explain import find_worst_case, measure_sensitivity, remove_pixels, worst_case_curves
from tests.core.analysis.explain.conftest import Linear


def exact(linear, image):
    """Return the gradients of log p by the formula: the sum of p_k (w_c - w_k), whose own term is exactly 0."""
    p = linear(image[None]).astype(np.float64)[0]
    differences = linear.weights.T[:, None] - linear.weights.T[None]
    return (p[None, :, None] * differences).sum(axis=1).reshape(10, 28, 28)


@pytest.mark.parametrize("strength", [0.05, 0.3, 1.0])
def test_gradients_are_those_of_the_formula(image, strength):
    linear = Linear(1, strength)
    measured = measure_sensitivity(linear, image).log_probability
    np.testing.assert_allclose(measured, exact(linear, image), atol=2e-3 * strength, rtol=2e-3)


def test_the_gradient_of_an_almost_certain_answer_is_tiny_but_right(image):
    linear = Linear(1, 1.0)
    label = int(linear(image[None])[0].argmax())
    linear.bias[label] += 25
    measured, expected = measure_sensitivity(linear, image).log_probability[label], exact(linear, image)[label]
    assert linear(image[None])[0, label] == 1
    cosine = (measured * expected).sum() / np.linalg.norm(measured) / np.linalg.norm(expected)
    assert np.abs(measured).max() < 1e-6
    assert cosine > 0.99


def test_score_and_contrast_are_those_of_the_weights(linear, image):
    sensitivity = measure_sensitivity(linear, image)
    weights = linear.weights.T.reshape(10, 28, 28)
    np.testing.assert_allclose(sensitivity.score(4), weights[4] - weights.mean(axis=0), atol=1e-3)
    np.testing.assert_allclose(sensitivity.contrast(4, 9), weights[4] - weights[9], atol=1e-3)


# taking pixels away


def test_the_effect_of_a_pixel_is_its_ink_times_the_difference_of_the_weights(linear, image):
    removal = remove_pixels(linear, image, 4, 9)
    weights = (linear.weights[:, 4] - linear.weights[:, 9]).reshape(28, 28)
    np.testing.assert_allclose(removal.effect, weights * image / 255.0, atol=1e-4)


def test_the_pixels_that_speak_for_a_class_come_in_order_until_the_other_one_wins(linear, image):
    linear.bias[:] = 0
    linear.weights[:] = 0
    linear.weights[:, 4] = np.linspace(0.01, 0.1, 784)
    linear.bias[9] = 1.0
    removal = remove_pixels(linear, image, 4, 9)
    effects = removal.effect[tuple(removal.order.T)]
    assert (np.diff(effects) <= 0).all()
    assert len(removal.order) == (image > 0).sum()
    margins = [
        float(np.subtract(*linear(removal.without(image, count)[None])[0, [4, 9]]))
        for count in range(len(removal.order) + 1)
    ]
    assert removal.needed == next(count for count, margin in enumerate(margins) if margin < 0)
    np.testing.assert_allclose(np.subtract(*removal.probabilities[:, [4, 9]].T), margins, atol=1e-6)


def test_nothing_has_to_go_where_the_other_class_wins_already(linear, image):
    ranked = linear(image[None])[0].argsort()
    assert remove_pixels(linear, image, int(ranked[0]), int(ranked[-1])).needed == 0
    linear.bias[ranked[-1]] += 1000
    assert remove_pixels(linear, image, int(ranked[-1]), int(ranked[0])).needed is None


def test_an_empty_image_has_no_ink_to_take_away(linear):
    removal = remove_pixels(linear, np.zeros((28, 28), np.uint8), 4, 9)
    assert not removal.effect.any()
    assert removal.order.shape == (0, 2)
    assert not removal.without(np.zeros((28, 28), np.uint8), 5).any()


# the worst case


def test_the_worst_case_is_the_sign_of_the_gradient(linear, image):
    case = find_worst_case(linear, image, exact(linear, image), epsilons=(40, 10))
    label = int(linear(image[None])[0].argmax())
    assert case.label == label
    assert case.epsilons == (10, 40)
    for eps, changed in zip(case.epsilons, case.images, strict=True):
        expected = np.clip(image.astype(float) - eps * np.sign(exact(linear, image)[label]), 0, 255)
        np.testing.assert_array_equal(changed, expected.astype(np.uint8))
    np.testing.assert_allclose(case.probabilities, linear(case.images), rtol=1e-6)


def test_the_smallest_change_with_another_answer_is_named(linear, image):
    gradient = measure_sensitivity(linear, image).log_probability
    case = find_worst_case(linear, image, gradient)
    answers = case.probabilities.argmax(axis=1)
    assert case.first is not None
    assert (answers[: case.first] == case.label).all()
    assert answers[case.first] != case.label


def test_a_network_that_can_not_be_fooled_is_told(linear, image):
    linear.bias[3] = 1000
    case = find_worst_case(linear, image, exact(linear, image))
    assert (case.label, case.first) == (3, None)


def test_no_step_is_better_for_a_linear_model(linear, image):
    """FGSM is the best step of its size where the log-odds are linear: random signs never do more."""
    gradient = exact(linear, image)
    case = find_worst_case(linear, image, gradient, epsilons=(8,))
    rng = np.random.default_rng(0)
    others = np.clip(image + 8.0 * rng.choice([-1, 1], (200, 28, 28)), 0, 255)
    assert case.probabilities[0, case.label] < linear(others)[:, case.label].min()


def test_the_worst_direction_is_worse_than_a_random_one_and_nothing_beats_no_change(linear):
    images = np.random.default_rng(1).integers(0, 256, (8, 28, 28)).astype(np.uint8)
    labels = linear(images.astype(np.float32)).argmax(axis=1)
    shares = []
    worst, by_chance = worst_case_curves(shares.append, linear, images, labels, epsilons=(4, 40), seed=3)
    assert worst.strengths.tolist() == [0, 4, 40]
    assert worst.right[0] == by_chance.right[0] == worst.total == 8
    assert worst.right[2] == 0
    assert (worst.right <= by_chance.right).all()
    assert shares == [pytest.approx((n + 1) / 8) for n in range(8)]


def test_the_worst_case_of_one_image_is_the_same_in_the_curve(linear, image):
    label = int(linear(image[None].astype(np.float32))[0].argmax())
    case = find_worst_case(linear, image, measure_sensitivity(linear, image).log_probability)
    worst, _ = worst_case_curves(lambda _: None, linear, image[None], np.array([label]))
    still_right = case.probabilities.argmax(axis=1) == label
    assert worst.right[1:].tolist() == still_right.astype(int).tolist()

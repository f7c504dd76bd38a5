import math

import numpy as np
import pytest

from mnist_core.evaluation import (
    ConfusionMatrix,
    accuracy,
    cell_samples,
    class_scores,
    confusion_matrix,
    cross_entropy,
    mistakes,
)


def random_case(seed, classes=10, n=500, never_predicted=None, never_there=None):
    """Return probabilities that are often right, and labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, n).astype(np.uint8)
    if never_there is not None:
        labels[labels == never_there] = (never_there + 1) % classes
    table = rng.random((n, classes)) + 0.6 * np.eye(classes)[labels]
    if never_predicted is not None:
        table[:, never_predicted] = 1e-4
    return (table / table.sum(axis=1, keepdims=True)).astype(np.float32), labels


CASES = {
    "plain": random_case(0),
    "never predicted": random_case(1, never_predicted=4),
    "never there": random_case(2, never_there=7),
    "neither": random_case(3, never_predicted=9, never_there=9),
    "two classes": random_case(4, classes=2),
    "one sample": random_case(5, n=1),
}
every_case = pytest.mark.parametrize("case", CASES)


@every_case
def test_figures_are_those_of_scikit_learn(case):
    from sklearn import metrics

    probabilities, labels = CASES[case]
    predicted = probabilities.argmax(axis=1)
    classes = list(range(probabilities.shape[1]))
    matrix = confusion_matrix(probabilities, labels)
    assert np.array_equal(matrix.counts, metrics.confusion_matrix(labels, predicted, labels=classes))
    assert accuracy(probabilities, labels) == pytest.approx(metrics.accuracy_score(labels, predicted))
    exact = probabilities.astype(np.float64)
    exact /= exact.sum(axis=1, keepdims=True)
    assert cross_entropy(probabilities, labels) == pytest.approx(metrics.log_loss(labels, exact, labels=classes))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        labels, predicted, labels=classes, zero_division=0
    )
    scores = class_scores(matrix)
    np.testing.assert_allclose(scores.precision, precision)
    np.testing.assert_allclose(scores.recall, recall)
    np.testing.assert_allclose(scores.f1, f1)
    np.testing.assert_array_equal(scores.support, support)


@every_case
def test_rows_of_a_matrix_share_out_to_one(case):
    from sklearn import metrics

    probabilities, labels = CASES[case]
    matrix = confusion_matrix(probabilities, labels)
    classes = list(range(probabilities.shape[1]))
    predicted = probabilities.argmax(axis=1)
    expected = metrics.confusion_matrix(labels, predicted, labels=classes, normalize="true")
    np.testing.assert_allclose(matrix.shares("row"), expected)


def test_a_matrix_of_nothing_has_shares_and_scores_of_zero():
    matrix = confusion_matrix(np.zeros((0, 10), np.float32), np.zeros(0, np.uint8))
    assert matrix.counts.shape == (10, 10)
    assert not matrix.shares("row").any()
    assert not class_scores(matrix).f1.any()
    assert matrix.most_confused() is None


def test_without_samples_accuracy_and_loss_are_not_numbers():
    nothing = np.zeros((0, 10), np.float32), np.zeros(0, np.uint8)
    assert math.isnan(accuracy(*nothing))
    assert math.isnan(cross_entropy(*nothing))


def test_the_loss_of_an_impossible_answer_is_finite_as_in_keras():
    probabilities = np.array([[1.0, 0.0]], np.float32)
    assert cross_entropy(probabilities, np.array([1])) == pytest.approx(-math.log(1e-7))
    assert cross_entropy(probabilities, np.array([0])) == pytest.approx(1e-7, rel=1e-3)


def test_probabilities_that_do_not_sum_to_one_are_normalised_as_in_keras():
    probabilities = np.array([[2.0, 6.0]], np.float32)
    assert cross_entropy(probabilities, np.array([0])) == pytest.approx(-math.log(0.25))


def test_the_most_frequent_mistake_is_found():
    counts = np.array([[90, 2, 1], [0, 50, 7], [3, 0, 80]])
    assert ConfusionMatrix(counts).most_confused() == (1, 2, 7)
    assert counts[0, 0] == 90


def test_a_perfect_model_confuses_nothing():
    assert ConfusionMatrix(np.diag([5, 6, 7])).most_confused() is None


# samples

TABLE = np.array(
    [
        [0.1, 0.8, 0.1],  # 0: right
        [0.6, 0.3, 0.1],  # 1: 1 taken for 0
        [0.9, 0.1, 0.0],  # 2: 1 taken for 0
        [0.6, 0.2, 0.2],  # 3: 1 taken for 0, as sure as 1
        [0.0, 0.05, 0.95],  # 4: 0 taken for 2
        [0.7, 0.2, 0.1],  # 5: right
    ],
    np.float32,
)
LABELS = np.array([1, 1, 1, 1, 0, 0], np.uint8)


def test_samples_of_a_cell_come_with_the_surest_first():
    assert cell_samples(TABLE, LABELS, true=1, predicted=0).tolist() == [2, 1, 3]
    assert cell_samples(TABLE, LABELS, true=0, predicted=0).tolist() == [5]


def test_an_empty_cell_has_no_samples():
    assert cell_samples(TABLE, LABELS, true=2, predicted=0).tolist() == []


def test_mistakes_come_with_the_surest_first():
    assert mistakes(TABLE, LABELS).tolist() == [4, 2, 1, 3]


def test_a_perfect_model_has_no_mistakes():
    assert mistakes(TABLE, TABLE.argmax(axis=1)).tolist() == []


@every_case
def test_cells_hold_every_sample_once(case):
    probabilities, labels = CASES[case]
    matrix = confusion_matrix(probabilities, labels).counts
    found = []
    for true, predicted in np.ndindex(*matrix.shape):
        samples = cell_samples(probabilities, labels, true, predicted)
        assert len(samples) == matrix[true, predicted]
        found += samples.tolist()
    assert sorted(found) == list(range(len(labels)))


@every_case
def test_mistakes_are_what_is_off_the_diagonal(case):
    probabilities, labels = CASES[case]
    wrong = mistakes(probabilities, labels)
    counts = confusion_matrix(probabilities, labels).counts
    assert len(wrong) == counts.sum() - np.trace(counts)
    confidence = probabilities[wrong].max(axis=1)
    assert (np.diff(confidence) <= 0).all()

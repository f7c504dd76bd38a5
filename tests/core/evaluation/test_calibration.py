"""Confidence against counting by hand, and answers when sure against brute force."""

import numpy as np
import pytest

from mnist_core.evaluation import answer_when_sure, least_confidence, reliability
from tests.core.evaluation.test_scores import CASES

every_case = pytest.mark.parametrize("case", CASES)

# Confidence 0.6 (right), 0.7 (wrong), 0.9 (right), 1.0 (right), 0.9 (wrong).
TABLE = np.array([[0.6, 0.4], [0.3, 0.7], [0.1, 0.9], [1.0, 0.0], [0.9, 0.1]])
LABELS = np.array([0, 0, 1, 0, 1])


def test_each_prediction_lies_in_the_bin_of_its_confidence_upper_edges_included():
    result = reliability(TABLE, LABELS, bins=10)
    assert result.right.tolist() == [0, 0, 0, 0, 0, 1, 0, 0, 1, 1]
    assert result.wrong.tolist() == [0, 0, 0, 0, 0, 0, 1, 0, 1, 0]
    np.testing.assert_allclose(result.confidence[[5, 6, 8, 9]], [0.6, 0.7, 0.9, 1.0])
    np.testing.assert_allclose(result.accuracy[[5, 6, 8, 9]], [1.0, 0.0, 0.5, 1.0])
    assert np.isnan(result.accuracy[0])


def test_the_calibration_error_is_the_weighted_gap():
    expected = (1 * 0.4 + 1 * 0.7 + 2 * 0.4 + 1 * 0.0) / 5
    assert reliability(TABLE, LABELS).expected_calibration_error == pytest.approx(expected)


def test_an_honest_model_has_no_calibration_error():
    table = np.array([[0.75, 0.25]] * 4)
    assert reliability(table, np.array([0, 0, 0, 1])).expected_calibration_error == pytest.approx(0)


def test_without_samples_nothing_is_known_of_calibration():
    result = reliability(np.zeros((0, 10)), np.zeros(0, int))
    assert np.isnan(result.expected_calibration_error)
    assert not result.counts.any()


@every_case
def test_bins_hold_every_prediction_once(case):
    probabilities, labels = CASES[case]
    result = reliability(probabilities, labels, bins=15)
    assert result.counts.sum() == len(labels)
    assert result.right.sum() == (probabilities.argmax(axis=1) == labels).sum()


@every_case
def test_answers_when_sure_are_those_of_brute_force(case):
    probabilities, labels = CASES[case]
    thresholds = np.linspace(0, 1, 21)
    result = answer_when_sure(probabilities, labels, thresholds)
    for threshold, answered, accuracy in zip(thresholds, result.answered, result.accuracy, strict=True):
        sure = probabilities.max(axis=1) >= threshold
        assert answered == pytest.approx(sure.mean())
        right = (probabilities.argmax(axis=1) == labels)[sure]
        assert accuracy == pytest.approx(right.mean()) if len(right) else np.isnan(accuracy)


class TestLeastConfidence:
    def test_is_the_confidence_of_the_last_answer_before_too_many_are_wrong(self):
        confidence = np.array([0.99, 0.95, 0.9, 0.8, 0.7, 0.6])
        right = np.array([1, 1, 0, 1, 1, 0])
        table = np.stack([confidence, 1 - confidence], axis=1)
        labels = np.where(right, 0, 1)
        assert least_confidence(table, labels, 1.0) == pytest.approx(0.95)
        assert least_confidence(table, labels, 0.8) == pytest.approx(0.7)
        assert least_confidence(table, labels, 0.5) == pytest.approx(0.6)

    def test_is_infinite_where_the_surest_answer_is_wrong(self):
        assert least_confidence(np.array([[0.9, 0.1], [0.6, 0.4]]), np.array([1, 1]), 0.5) == np.inf
        assert least_confidence(np.zeros((0, 10)), np.zeros(0, int), 0.99) == np.inf

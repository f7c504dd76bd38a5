"""Curves against scikit-learn's."""

import numpy as np
import pytest
from sklearn import metrics

from mnist_core.evaluation import precision_recall_curve, roc_curve
from tests.core.evaluation.test_scores import CASES, random_case


def rounded_case():
    """Return a case with many equal probabilities."""
    probabilities, labels = random_case(7)
    return probabilities.round(1), labels


ALL = {**{name: case for name, case in CASES.items() if name != "one sample"}, "ties": rounded_case()}
every_case = pytest.mark.parametrize("case", ALL)


@every_case
def test_roc_curves_are_those_of_scikit_learn(case):
    probabilities, labels = ALL[case]
    for label in np.unique(labels):
        curve = roc_curve(probabilities, labels, label)
        x, y, thresholds = metrics.roc_curve(labels == label, probabilities[:, label], drop_intermediate=False)
        np.testing.assert_allclose(curve.x, x)
        np.testing.assert_allclose(curve.y, y)
        np.testing.assert_allclose(curve.thresholds, thresholds)
        assert curve.area == pytest.approx(metrics.roc_auc_score(labels == label, probabilities[:, label]))


@every_case
def test_precision_and_recall_at_each_threshold_are_those_of_scikit_learn(case):
    probabilities, labels = ALL[case]
    for label in np.unique(labels):
        curve = precision_recall_curve(probabilities, labels, label)
        # scikit-learn goes from the loosest threshold to the strictest, and adds a point without one.
        precision, recall, thresholds = metrics.precision_recall_curve(labels == label, probabilities[:, label])
        np.testing.assert_allclose(curve.y, precision[-2::-1])
        np.testing.assert_allclose(curve.x, recall[-2::-1])
        np.testing.assert_allclose(curve.thresholds, thresholds[::-1])
        expected = metrics.average_precision_score(labels == label, probabilities[:, label])
        assert curve.area == pytest.approx(expected)


def test_a_class_without_samples_has_no_area():
    probabilities, labels = CASES["never there"]
    assert np.isnan(roc_curve(probabilities, labels, 7).area)
    assert np.isnan(precision_recall_curve(probabilities, labels, 7).area)


def test_where_all_samples_are_of_the_class_there_are_no_false_alarms():
    curve = roc_curve(np.array([[0.4, 0.6], [0.9, 0.1]]), np.array([0, 0]), 0)
    assert np.isnan(curve.area)
    assert not curve.x.any()

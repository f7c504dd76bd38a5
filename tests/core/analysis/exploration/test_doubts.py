import numpy as np

from mnist_core.analysis.exploration import doubtful_labels
from mnist_core.config import DataConfig
from mnist_core.datasets import Dataset

CONFIG = DataConfig(dataset="digits", validation_split=0.2)


def table(labels: np.ndarray, **changes: tuple[int, float]) -> np.ndarray:
    """Return sure and right answers, but for those changed: index to (answer, probability)."""
    result = np.eye(10, dtype=np.float32)[labels]
    for index, (answer, probability) in changes.items():
        row = int(index[1:])
        result[row] = (1 - probability) / 9
        result[row, answer] = probability
    return result


def test_contradicted_labels_of_both_splits_come_surest_first(digits: Dataset) -> None:
    test, validation = digits.y_test, digits.split("validation", CONFIG)[1]
    wrong = [(int(labels[3]) + 1) % 10 for labels in (test, validation)]
    tables = {
        "test": table(test, i3=(wrong[0], 0.95), i4=((int(test[4]) + 1) % 10, 0.6)),
        "validation": table(validation, i3=(wrong[1], 0.99)),
    }
    doubts = doubtful_labels(tables, digits, CONFIG, least_confidence=0.9)
    assert doubts.splits.tolist() == ["validation", "test"]
    assert doubts.indices.tolist() == [3, 3]
    assert doubts.labels.tolist() == [validation[3], test[3]]
    assert doubts.answers.tolist() == wrong[::-1]
    np.testing.assert_allclose(doubts.confidences, [0.99, 0.95], rtol=1e-6)


def test_a_network_that_is_always_right_doubts_nothing(digits: Dataset) -> None:
    doubts = doubtful_labels({"test": table(digits.y_test)}, digits, CONFIG, least_confidence=0.5)
    assert len(doubts.indices) == 0

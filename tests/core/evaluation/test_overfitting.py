"""Where training and validation part, and what is no overfitting."""

import math

import pytest

from mnist_core.evaluation import Overfitting, overfitting

FALLING = [1.0, 0.8, 0.6, 0.4, 0.3, 0.2]
RISING = [0.7, 0.8, 0.85, 0.9, 0.93, 0.96]
BEHIND = [0.7, 0.8, 0.82, 0.83, 0.83, 0.83]
PARTED = [1.0, 0.9, 0.7, 0.8, 0.85, 0.9]


def judged(
    loss: list[float],
    val_loss: list[float],
    accuracy: list[float] | None = None,
    val_accuracy: list[float] | None = None,
) -> Overfitting | None:
    """Judge losses with the accuracies of a network that learns, unless others are given."""
    count = len(val_loss)
    return overfitting(loss, val_loss, accuracy or RISING[:count], val_accuracy or BEHIND[:count], 10)


def test_the_curves_part_after_the_epoch_of_the_least_validation_loss() -> None:
    assert judged(FALLING, PARTED) == Overfitting(best_epoch=3, opens_at=4, last_epoch=6, best_loss=0.7, last_loss=0.9)


def test_a_validation_loss_above_that_of_guessing_may_still_be_overfitting() -> None:
    assert judged([1.0, 0.3, 0.05, 0.01], [1.9, 2.0, 2.6, 3.1]) is not None


@pytest.mark.parametrize(
    ("why", "loss", "val_loss"),
    [
        ("both fall", FALLING, FALLING),
        ("a small wave", FALLING, [1.0, 0.9, 0.7, 0.71, 0.7, 0.71]),
        ("one bad epoch at the end", FALLING, [1.0, 0.9, 0.8, 0.75, 0.7, 0.9]),
        ("one bad epoch at the end of a plateau", FALLING, [1.0, 0.7, 0.71, 0.7, 0.705, 0.9]),
        ("training itself gets worse", [1.0, 0.5, 0.6, 0.9], [1.0, 0.5, 0.7, 1.1]),
        ("the weights fly apart", [700.0, 50.0, 40.0, 31.0], [44.0, 47.0, 52.0, 61.0]),
        ("the weights fly apart less", [9.0, 8.0, 7.0, 6.0], [4.0, 5.0, 6.0, 7.0]),
        ("validation is better than training", [2.0, 1.7, 1.5, 1.3], [0.7, 0.8, 0.9, 1.0]),
        ("the loss is no number", [1.0, 0.5, 0.4, math.nan], [1.0, 1.1, 1.2, 1.3]),
        ("a single epoch", [1.0], [1.0]),
        ("nothing yet", [], []),
    ],
)
def test_what_is_no_overfitting_is_not_called_so(why: str, loss: list[float], val_loss: list[float]) -> None:
    assert judged(loss, val_loss) is None, why


@pytest.mark.parametrize(
    ("why", "accuracy", "val_accuracy"),
    [
        ("validation above training", [0.70, 0.75, 0.78, 0.80, 0.81, 0.82], [0.8, 0.84, 0.85, 0.85, 0.86, 0.86]),
        ("no gap to speak of", [0.70, 0.75, 0.78, 0.80, 0.81, 0.82], [0.70, 0.75, 0.78, 0.80, 0.81, 0.818]),
        ("training accuracy falls", [0.7, 0.8, 0.9, 0.88, 0.87, 0.86], [0.7, 0.7, 0.7, 0.6, 0.6, 0.6]),
    ],
)
def test_who_learns_by_heart_is_better_on_the_training_images(
    why: str, accuracy: list[float], val_accuracy: list[float]
) -> None:
    assert judged(FALLING, PARTED, accuracy, val_accuracy) is None, why


def test_guessing_is_not_called_learning_by_heart() -> None:
    loss, val_loss = [2.6, 2.4, 2.32, 2.301], [2.302, 2.33, 2.38, 2.41]
    assert judged(loss, val_loss, [0.098, 0.1, 0.104, 0.112], [0.1, 0.1, 0.098, 0.1]) is None

"""Where training and validation part."""

from mnist_core.evaluation import overfitting

FALLING = [1.0, 0.8, 0.6, 0.4, 0.3, 0.2]


def test_the_best_epoch_is_that_of_the_least_validation_loss() -> None:
    judged = overfitting(FALLING, [1.0, 0.9, 0.7, 0.8, 0.85, 0.9])
    assert judged is not None
    assert (judged.best_epoch, judged.last_epoch) == (3, 6)
    assert (judged.best_loss, judged.last_loss) == (0.7, 0.9)


def test_the_curves_part_after_the_best_epoch() -> None:
    judged = overfitting(FALLING, [1.0, 0.9, 0.7, 0.8, 0.85, 0.9])
    assert judged is not None
    assert judged.opens_at == 4


def test_a_falling_validation_loss_is_no_overfitting() -> None:
    judged = overfitting(FALLING, FALLING)
    assert judged is not None
    assert (judged.opens_at, judged.best_epoch) == (None, 6)


def test_a_small_wave_is_no_overfitting() -> None:
    judged = overfitting(FALLING, [1.0, 0.9, 0.7, 0.71, 0.7, 0.71])
    assert judged is not None
    assert judged.opens_at is None


def test_one_bad_epoch_at_the_end_is_no_overfitting_yet() -> None:
    judged = overfitting(FALLING, [1.0, 0.9, 0.8, 0.75, 0.7, 0.9])
    assert judged is not None
    assert judged.opens_at is None


def test_a_training_that_gets_worse_itself_does_not_learn_by_heart() -> None:
    judged = overfitting([1.0, 0.5, 0.6, 0.9], [1.0, 0.5, 0.7, 1.1])
    assert judged is not None
    assert judged.opens_at is None


def test_before_the_first_epoch_nothing_is_known() -> None:
    assert overfitting([], []) is None

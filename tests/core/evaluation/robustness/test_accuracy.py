"""Accuracy on corrupted images, with networks made by hand."""

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from mnist_core.datasets import Dataset
from mnist_core.evaluation import accuracy, wilson_interval
from mnist_core.evaluation.robustness import (
    CORRUPTIONS,
    AccuracyCurve,
    CorruptionSettings,
    accuracy_curve,
    balanced_subset,
    try_out,
)
from mnist_core.inference import open_classifier
from mnist_core.store import RunRecord, Store

Images = npt.NDArray[np.uint8]


class TestSubset:
    def test_holds_each_class_equally_often_and_no_image_twice(self) -> None:
        labels = np.random.default_rng(1).integers(0, 10, 10_000)
        subset = balanced_subset(labels)
        assert len(set(subset.tolist())) == 1000
        assert np.bincount(labels[subset]).tolist() == [100] * 10

    def test_the_classes_take_turns(self) -> None:
        labels = np.random.default_rng(1).integers(0, 10, 500)
        assert labels[balanced_subset(labels, 40)].tolist() == list(range(10)) * 4

    def test_the_seed_decides(self) -> None:
        labels = np.random.default_rng(1).integers(0, 10, 500)
        assert balanced_subset(labels, 40, 3).tolist() == balanced_subset(labels, 40, 3).tolist()
        assert balanced_subset(labels, 40, 3).tolist() != balanced_subset(labels, 40, 4).tolist()

    def test_a_rare_class_makes_it_smaller_but_keeps_it_balanced(self) -> None:
        labels = np.repeat([0, 1, 2], [50, 7, 50])
        assert np.bincount(labels[balanced_subset(labels)]).tolist() == [7, 7, 7]

    def test_of_no_images_there_is_no_subset(self) -> None:
        assert balanced_subset(np.zeros(0, int)).shape == (0,)


def half(images: Images) -> npt.NDArray[np.float32]:
    """Name the half that holds more ink: 0 the left one, 1 the right one."""
    ink = np.stack([images[:, :, :14].sum(axis=(1, 2)), images[:, :, 14:].sum(axis=(1, 2))], axis=1)
    return (ink / np.maximum(ink.sum(axis=1, keepdims=True), 1)).astype(np.float32)


@pytest.fixture
def strokes() -> tuple[Images, npt.NDArray[np.uint8]]:
    """Return upright strokes, four columns left (0) or right (1) of the middle."""
    images = np.zeros((40, 28, 28), np.uint8)
    labels = np.arange(40, dtype=np.uint8) % 2
    images[labels == 0, 6:22, 10] = 255
    images[labels == 1, 6:22, 17] = 255
    return images, labels


def test_a_trial_is_what_the_network_says_to_the_images_it_saw(strokes: tuple[Images, Images]) -> None:
    images, labels = strokes
    trial = try_out(half, images, labels, CorruptionSettings(shift_x=6))
    np.testing.assert_array_equal(trial.images, CorruptionSettings(shift_x=6).apply(images))
    np.testing.assert_array_equal(trial.probabilities, half(trial.images))
    # The left strokes are in the right half now.
    assert (trial.right, trial.total, trial.accuracy) == (20, 40, 0.5)
    assert trial.accuracy == accuracy(trial.probabilities, labels)
    assert trial.interval == wilson_interval(20, 40)


def test_the_curve_is_one_trial_for_each_strength(strokes: tuple[Images, Images]) -> None:
    images, labels = strokes
    reports: list[float] = []
    curve = accuracy_curve(reports.append, half, images, labels, "shift_x")
    assert tuple(curve.strengths) == CORRUPTIONS["shift_x"].strengths()
    # Four pixels bring half of the strokes to the other side.
    assert curve.accuracy.tolist() == [0.5] * 5 + [1.0] * 7 + [0.5] * 5
    assert reports == pytest.approx([n / 17 for n in range(1, 18)])
    assert curve.untouched == 1.0
    low, high = curve.interval
    assert (low[0], high[0]) == pytest.approx(wilson_interval(20, 40))


class TestCurve:
    curve = AccuracyCurve("shift_x", np.array([-4.0, -2.0, 0.0, 2.0, 4.0]), np.array([40, 93, 98, 80, 30]), 100)

    def test_accuracy_is_lost_against_the_neutral_strength(self) -> None:
        assert self.curve.untouched == 0.98
        assert self.curve.lost(0) == 0
        assert self.curve.lost(1.2) == self.curve.lost(2) == pytest.approx(0.18)

    def test_it_breaks_where_enough_is_lost_nearest_to_the_neutral_strength(self) -> None:
        assert self.curve.breaking_strength() == 2.0
        assert self.curve.breaking_strength(0.04) == -2.0
        assert self.curve.breaking_strength(0.5) == -4.0

    def test_one_that_never_loses_so_much_breaks_where_it_loses_most(self) -> None:
        assert self.curve.breaking_strength(0.9) == 4.0


def test_the_same_seed_gives_the_same_curve(strokes: tuple[Images, Images]) -> None:
    curves = [accuracy_curve(lambda _: None, half, *strokes, "occlusion", seed) for seed in (1, 1, 2)]
    assert curves[0].right.tolist() == curves[1].right.tolist()
    assert curves[0].right.tolist() != curves[2].right.tolist()


def test_untouched_a_run_is_as_good_as_its_own_table_says(
    finished_run: Callable[..., RunRecord], store: Store, digits: Dataset
) -> None:
    run = finished_run()
    predict = open_classifier(store.files(run.id)).predict
    trial = try_out(predict, digits.x_test, digits.y_test, CorruptionSettings())
    assert trial.accuracy == pytest.approx(run.outcome.test_accuracy)
    curve = accuracy_curve(lambda _: None, predict, digits.x_test, digits.y_test, "rotation")
    assert curve.untouched == pytest.approx(run.outcome.test_accuracy)
    assert curve.accuracy[0] < curve.untouched - 0.3


def test_one_setting_on_a_thousand_images_takes_under_half_a_second(
    finished_run: Callable[..., RunRecord], store: Store, digits: Dataset
) -> None:
    predict = open_classifier(store.files(finished_run().id)).predict
    images, labels = np.tile(digits.x_test, (4, 1, 1))[:1000], np.tile(digits.y_test, 4)[:1000]
    settings = CorruptionSettings(0.8, 20, 3, -2, 6, 1, 0.7, 0.2, 40)
    try_out(predict, images, labels, settings)
    seconds = []
    for _ in range(5):
        start = time.process_time()
        try_out(predict, images, labels, settings)
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.5

"""What trials say together, by hand."""

import math

import pytest

from mnist_core.evaluation.studies import (
    best_so_far,
    best_trial,
    ended_early,
    learning_curve,
    learning_curve_words,
    measured,
    missing_for_importance,
    saved_epochs,
)
from mnist_core.store.study_records import TrialRecord, TrialState
from mnist_core.text import Translator
from tests.studies import trial

T = Translator("en")
PRUNED, FAILED, RUNNING = TrialState.PRUNED, TrialState.FAILED, TrialState.RUNNING
TRIALS = [
    trial(2, 0.95),
    trial(0, 0.9),
    trial(1, 0.99, PRUNED, history=[0.99]),
    trial(3, 0.93),
    trial(4, None, FAILED),
    trial(5, 0.95),
    trial(6, 0.999, RUNNING),
    trial(7, math.nan),
]


def test_only_completed_trials_with_a_number_count() -> None:
    assert [one.number for one, _ in measured(TRIALS)] == [0, 2, 3, 5]
    assert [one.number for one, _ in ended_early(TRIALS)] == [1]


def test_the_best_so_far_never_gets_worse() -> None:
    assert best_so_far(TRIALS) == [(0, 0.9), (2, 0.95), (3, 0.95), (5, 0.95)]
    assert best_so_far(TRIALS, maximize=False) == [(0, 0.9), (2, 0.9), (3, 0.9), (5, 0.9)]
    assert best_so_far([]) == []


def test_of_equal_trials_the_earlier_is_best() -> None:
    best, least = best_trial(TRIALS), best_trial(TRIALS, maximize=False)
    assert best is not None
    assert least is not None
    assert (best.number, least.number) == (2, 0)
    assert best_trial([trial(0, None, FAILED)]) is None


def test_saved_epochs_are_those_that_pruned_trials_did_not_need() -> None:
    done = [trial(0, 0.9, history=[0.8] * 5), trial(1, 0.1, PRUNED, history=[0.1]), trial(2, None, FAILED)]
    assert saved_epochs(done, 5) == 4 / 10
    assert saved_epochs([*done, trial(3, 0.1, PRUNED, history=[0.1] * 2, epochs=10)], 5) == 12 / 20
    assert saved_epochs([], 5) == 0.0


def test_importance_takes_ten_trials_and_four_for_each_setting() -> None:
    ten = [trial(number, 0.9) for number in range(10)]
    assert missing_for_importance(ten, 2) == 0
    assert missing_for_importance(ten, 3) == 2
    assert missing_for_importance([], 1) == 10


def sized(accuracies: dict[int | None, list[float]]) -> list[TrialRecord]:
    return [
        trial(number, value, train_size=size)
        for number, (size, value) in enumerate((size, value) for size, values in accuracies.items() for value in values)
    ]


def test_more_images_help_where_mistakes_still_go_away() -> None:
    curve = learning_curve(sized({30_000: [0.96, 0.961, 0.959], 100: [0.7], 60_000: [0.97, 0.971, 0.969]}))
    assert [point.size for point in curve.points] == [100, 30_000, 60_000]
    assert [point.accuracy.n for point in curve.points] == [1, 3, 3]
    assert curve.steps == (curve.points[1], curve.points[2])
    assert (curve.verdict, curve.fewer) == ("helps", pytest.approx(0.25))
    assert learning_curve_words(curve, T) == (
        "More images would still help. From 30,000 to 60,000 images accuracy goes from 96.00% to 97.00%: "
        "25% fewer mistakes with each doubling."
    )


def test_more_images_hardly_help_where_mistakes_stay() -> None:
    curve = learning_curve(sized({1000: [0.9, 0.9001, 0.8999], 4000: [0.9005, 0.9004, 0.9006]}))
    assert curve.verdict == "hardly"
    assert learning_curve_words(curve, T).startswith("More images hardly help any more. From 1,000 to 4,000")
    worse = learning_curve(sized({1000: [0.9, 0.9001, 0.8999], 2000: [0.89, 0.8901, 0.8899]}))
    assert worse.verdict == "hardly"
    assert "10% more mistakes" in learning_curve_words(worse, T)


def test_what_luck_hides_is_unknown() -> None:
    wide = learning_curve(sized({1000: [0.9, 0.93, 0.87], 2000: [0.91, 0.94, 0.88]}))
    assert wide.verdict == "unknown"
    assert "can't be told: runs of one size lie as far apart" in learning_curve_words(wide, T)
    single = learning_curve(sized({1000: [0.9], 2000: [0.95]}))
    assert (single.verdict, single.fewer) == ("unknown", pytest.approx(0.5))
    assert learning_curve_words(single, T).startswith("A single run for each size can't tell")


def test_two_sizes_of_which_one_is_no_double_say_nothing() -> None:
    for curve in (learning_curve(sized({1000: [0.9, 0.91], 1500: [0.95, 0.96]})), learning_curve([])):
        assert (curve.verdict, curve.fewer, curve.steps) == ("unknown", None, None)
        assert "takes two sizes" in learning_curve_words(curve, T)


def test_without_mistakes_there_is_nothing_more_to_learn() -> None:
    assert learning_curve(sized({1000: [1.0], 2000: [1.0]})).verdict == "hardly"


def test_all_images_are_as_many_as_there_are() -> None:
    trials = sized({1000: [0.9], None: [0.95]})
    assert [point.size for point in learning_curve(trials, whole=60_000).points] == [1000, 60_000]
    assert [point.size for point in learning_curve(trials).points] == [1000]

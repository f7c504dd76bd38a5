"""What a test of learning rates says: borders and a suggestion, and where the curve can't tell, just that."""

import math
from collections.abc import Callable, Iterable

import numpy as np
import pytest

from mnist_core.config import RunConfig
from mnist_core.config.rising import HIGHEST_RATE, rising_rate
from mnist_core.evaluation import Zone, find_rate, rate_words
from mnist_core.evaluation.diagnosis import Course, diagnose
from mnist_core.store import MetricPoint
from mnist_core.text import English

STEPS = 200
TEST = RunConfig().with_settings({"schedule": "rising", "epochs": 2})


def falls_and_flies(rate: float) -> float:
    """Return a loss that begins to fall at 0.001, is least at 0.1, and flies up from there."""
    place = math.log10(rate)
    return 2.3 - min(max(place + 3, 0), 2) + 4 * max(place + 1, 0)


def points(
    loss: Callable[[float], float], *, steps: int = STEPS, epochs: int = 2, told: Iterable[int] = ()
) -> list[MetricPoint]:
    """Return what is recorded: means since each epoch began, after all steps or those that are `told`."""
    found, each = [], steps // epochs
    told = set(told) or set(range(steps + 1))
    for epoch in range(epochs):
        losses = [loss(rising_rate(epoch * each + step, steps)) for step in range(each)]
        for done in range(1, each + 1):
            step, values = epoch * each + done, {"loss": float(np.mean(losses[:done]))}
            if step in told:
                found.append(MetricPoint(kind="batch", step=step, epoch=epoch + 1, seconds=0.0, values=values))
            if done == each:
                found.append(MetricPoint(kind="epoch", step=step, epoch=epoch + 1, seconds=0.0, values=values))
    return found


def test_means_since_an_epoch_began_are_taken_apart() -> None:
    found = find_rate(points(falls_and_flies), STEPS)
    assert found is not None
    assert found.rates == pytest.approx([rising_rate(step, STEPS) for step in range(STEPS)])
    assert found.losses == pytest.approx([falls_and_flies(rate) for rate in found.rates])


def test_borders_and_suggestion_are_where_they_belong() -> None:
    found = find_rate(points(falls_and_flies), STEPS)
    assert found is not None
    assert found.moves == pytest.approx(0.001 * 10**0.2, rel=0.4)  # a tenth of the fall is over
    assert found.best == pytest.approx(0.1, rel=0.3)
    assert found.diverges == pytest.approx(0.1, rel=0.6)
    assert found.suggested == pytest.approx(found.best / 4, abs=0.005)
    zones = [found.zone(rate) for rate in (1e-5, found.suggested, 1.0)]
    assert zones == [Zone.SMALL, Zone.RIGHT, Zone.DIVERGES]


def test_few_points_find_what_all_points_find() -> None:
    all_of_them = find_rate(points(falls_and_flies), STEPS)
    few = find_rate(points(falls_and_flies, told=range(1, STEPS, 4)), STEPS)
    assert all_of_them is not None
    assert few is not None
    assert few.suggested == pytest.approx(all_of_them.suggested, rel=0.4)
    assert few.moves == pytest.approx(all_of_them.moves, rel=0.4)


def test_a_suggestion_is_never_too_small() -> None:
    found = find_rate(points(lambda rate: 2.3 - 2 * (0.09 < rate < 0.2) + 9 * (rate >= 0.2)), STEPS)
    assert found is not None
    assert found.best / 4 < found.moves
    assert found.zone(found.suggested * 1.1) is Zone.RIGHT


def test_what_never_diverges_is_right_to_the_end() -> None:
    found = find_rate(points(lambda rate: 2.3 - min(max(math.log10(rate) + 3, 0), 2)), STEPS)
    assert found is not None
    assert found.diverges is None
    assert found.zone(HIGHEST_RATE) is Zone.RIGHT
    assert "it never diverges" in rate_words(found, English())


CANNOT_TELL = {
    "no points": [],
    "too few of them": points(falls_and_flies, told=range(1, STEPS, 20)),
    "the loss never falls": points(lambda rate: 2.3),
    "it only rises": points(lambda rate: 2.3 + max(0.0, math.log10(rate) + 2)),
    "it hardly falls": points(lambda rate: 2.3 - 0.1 * min(max(math.log10(rate) + 3, 0), 2)),
    "stopped while it fell": [point for point in points(falls_and_flies) if point.step < 120],
    "noise": points(lambda rate: 2.3 + math.sin(1e7 * math.log(rate)) * (1 + math.cos(math.log(rate)) / 5)),
}


@pytest.mark.parametrize("recorded", CANNOT_TELL.values(), ids=CANNOT_TELL)
def test_a_curve_that_cannot_tell_says_so(recorded: list[MetricPoint]) -> None:
    found = find_rate(recorded, STEPS)
    assert found is None
    assert "can't tell" in rate_words(found, English())


def test_what_was_found_is_said_with_its_figures() -> None:
    words = rate_words(find_rate(points(falls_and_flies), STEPS), English())
    assert words.startswith("Learning rates below 0.002 are too small: the loss hardly moves. From there to 0.")
    assert "with larger ones it diverges. Try 0.02, about a quarter of where the loss was least (0.0" in words


def test_the_train_page_tells_what_a_test_found_and_not_that_it_diverges() -> None:
    recorded = points(falls_and_flies)
    (told,) = diagnose(Course.of(TEST, recorded, steps_per_epoch=STEPS // 2))
    assert told.rule == "rate"
    assert told.suggestion is not None
    assert told.suggestion.settings == {"learning_rate": 0.02, "schedule": "constant"}
    assert diagnose(Course.of(TEST, recorded, steps_per_epoch=STEPS // 2, finished=False)) == ()


def test_a_test_that_cannot_tell_suggests_nothing() -> None:
    (told,) = diagnose(Course.of(TEST, points(lambda rate: 2.3), steps_per_epoch=STEPS // 2))
    assert told.rule == "rate"
    assert told.suggestion is None

"""What curves of real runs are told: each rule on runs that are so, and no rule on those that are not."""

import csv
import io
import json
import re
from dataclasses import replace
from zipfile import ZipFile

import pytest

from mnist_core.config import RunConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.evaluation.diagnosis import Course, Finding, diagnose
from mnist_core.sharing.shipped import FOLDER as SHIPPED_FOLDER
from mnist_core.sharing.shipped import SHIPPED
from mnist_core.store import METRIC_NAMES, MetricPoint
from mnist_core.text import english
from tests.recorded_runs import RUNS, config_of, recorded

SHIPPED_RECIPES = {"handwriting-cnn": "mnist-only", "best-fashion-cnn": "fashion"}


def course(name: str, *, dead: bool = False, epochs: int | None = None) -> Course:
    """Return a recorded run, as it was after some epochs or at its end."""
    run = recorded(name)
    last = run.points[-1].epoch
    return Course.of(
        run.config,
        [point for point in run.points if point.epoch <= (epochs or last)],
        test_accuracy=run.test_accuracy if epochs is None else None,
        finished=epochs is None,
        dead=run.dead if dead else (),
    )


def shipped_course(name: str) -> Course:
    """Return the course of a network that comes with the program."""
    with ZipFile(SHIPPED_FOLDER / f"{name}.zip") as bundle:
        config = RunConfig.parse(json.loads(bundle.read("config.json")))
        rows = list(csv.DictReader(io.StringIO(bundle.read("metrics.csv").decode())))
    points = [
        MetricPoint(
            kind=row["kind"],
            step=int(row["step"]),
            epoch=int(row["epoch"]),
            seconds=float(row["seconds"]),
            values={metric: float(row[metric]) for metric in METRIC_NAMES if row[metric]},
        )
        for row in rows
    ]
    return Course.of(config, points)


def rules(found: tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in found]


def said(finding: Finding) -> str:
    return english(finding.words.words, **finding.words.values)


@pytest.mark.parametrize(
    ("name", "told", "suggested"),
    [
        ("diverges", "the training loss is 10.68, and blind guessing has 2.30", {"learning_rate": 0.1}),
        ("diverges-clothes", "the training loss is 51.17", {"learning_rate": 0.1}),
        ("diverges-late", "the training loss is 748.22", {"learning_rate": 0.3}),
        ("guesses", "10.1% of the training images are right after 6 epochs", {"learning_rate": 0.1}),
        ("guesses-clothes", "The loss stays at 2.344, where guessing has 2.303", {"learning_rate": 0.2}),
        ("guesses-zeros", "guessing blindly gives 10.0%", {"initializer": "glorot_uniform"}),
        ("guesses-sigmoid", "9.8% of the training images", None),
        ("slow", "in each of the last 3 epochs the loss still fell by 10.4% or more", {"learning_rate": 0.003}),
        ("slow-clothes", "73.5% of the training images", {"optimizer": "adam", "learning_rate": None}),
        ("slow-at-chance", "10.6% of the training images", {"learning_rate": 0.0001}),
        ("slow-without-validation", "88.6% of the training images", {"learning_rate": 0.005}),
        ("overfits", "From epoch 14 on the curves part", {"early_stopping": 3}),
        ("overfits-clothes", "risen from 0.346 to 0.408", {"early_stopping": 3}),
        ("overfits-convolutions", "Epoch 18 was its best", {"early_stopping": 3}),
        ("stopped-early", "Early stopping kept its weights", None),
        ("noisy-rate", "by 1.8 points around its course; that of the training images by 0.1", {"schedule": "cosine"}),
        ("noisy-few-images", "measured on 50 images only", {"train_size": None}),
        ("dropout", "dropout switches units off at random", None),
        ("augmentation", "the training images are changed at random", {"epochs": 10}),
        ("good", "97.5% of the training images and 97.0% of the validation images are right", {"schedule": "cosine"}),
        ("good-clothes", "The validation loss was least in epoch 4 of 5", {"schedule": "cosine"}),
    ],
)
def test_a_real_run_is_told_what_it_is_with_its_figures_and_one_change(
    name: str, told: str, suggested: dict[str, object] | None
) -> None:
    first, *more = diagnose(course(name))
    rule = name.split("-")[0]
    assert first.rule == {"stopped": "overfits", "dropout": "above", "augmentation": "above"}.get(rule, rule)
    assert told in said(first)
    assert first.suggestion is not None
    assert suggested is None or first.suggestion.settings == suggested
    config_of(name).with_settings(first.suggestion.settings)
    assert all(finding.suggestion is None for finding in more), "one change at a time"


def test_dead_units_are_told_where_somebody_looked_and_not_guessed_from_the_curve() -> None:
    (found,) = diagnose(course("dead", dead=True))
    assert found.rule == "dead"
    assert "97% of the units in ReLU layer 1 are 0 for every image tried" in said(found)
    assert found.suggestion is not None
    assert found.suggestion.settings == {"learning_rate": 0.01}
    assert diagnose(course("dead")) == ()


def test_a_network_that_guesses_because_its_units_are_dead_is_told_both() -> None:
    (found,) = diagnose(course("guesses-clothes", dead=True))
    assert found.rule == "dead"
    assert "10.3% of the training images are right" in said(found)
    assert "100% of the units in ReLU layer 1 are 0" in said(found)


def test_units_that_are_0_because_all_weights_were_are_not_called_dead() -> None:
    assert rules(diagnose(course("guesses-zeros", dead=True))) == ["guesses"]


@pytest.mark.parametrize(
    ("recipe", "expected", "told"),
    [
        ("first-network", "gap", "0.9 points apart"),
        ("feedforward-64", "overfits", "Epoch 12 was its best"),
        ("softmax-only", "good", "85.4% of the training images and 85.4% of the validation images"),
        ("fashion-dropout", "good", "89.3% of the training images and 88.5% of the validation images"),
        ("small-cnn", "above", "99.1% of the validation images are right, more than of the training images (98.1%)"),
        ("speed-run", "gap", "What it learned holds for new images too"),
        ("best-cnn", "good", "99."),
        ("handwriting-cnn", "above", "dropout switches units off and the images are changed at random"),
        ("best-fashion-cnn", "good", "94.1% of the validation images"),
    ],
)
def test_each_recipe_is_told_what_is_so(recipe: str, expected: str, told: str) -> None:
    seen = shipped_course(SHIPPED_RECIPES[recipe]) if recipe in SHIPPED_RECIPES else course(recipe)
    (found,) = diagnose(seen)
    assert found.rule == expected
    assert told in said(found)


def test_every_recipe_with_a_network_is_tried() -> None:
    networks = {name for name, recipe in RECIPES.items() if recipe.config.model.kind == "network"}
    assert networks <= {*RUNS, *SHIPPED_RECIPES}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_network_that_comes_with_the_program_is_told_nothing_bad(name: str) -> None:
    assert rules(diagnose(shipped_course(name))) in (["good"], ["above"])


@pytest.mark.parametrize("name", [name for name in RECIPES if name in RUNS])
def test_a_recipe_under_way_is_told_nothing_that_is_not_so(name: str) -> None:
    last = recorded(name).points[-1].epoch
    told = {rule for epoch in range(1, last) for rule in rules(diagnose(course(name, epochs=epoch)))}
    assert told <= {"above"} | ({"overfits"} if name == "feedforward-64" else set())


@pytest.mark.parametrize(("name", "rule"), [("diverges-clothes", "diverges"), ("guesses-sigmoid", "guesses")])
def test_what_is_broken_is_told_while_it_trains(name: str, rule: str) -> None:
    assert rules(diagnose(course(name, epochs=2))) == [rule]


def test_the_gap_to_the_test_set_is_told_without_a_validation_set_whatever_else_is() -> None:
    slow, gap = diagnose(course("slow-without-validation"))
    assert slow.rule == "slow"
    assert "of the test images" in said(gap)


def test_a_gap_that_chance_gives_so_few_images_is_not_called_learning_by_heart() -> None:
    seen = course("first-network")
    data = seen.config.data.model_copy(update={"train_size": 100})
    (found,) = diagnose(replace(seen, config=seen.config.model_copy(update={"data": data})))
    assert found.rule == "gap"
    assert "by chance" in said(found)
    assert "training images only" not in said(found)


def test_why_validation_lies_above_training_is_told_beside_what_to_change() -> None:
    assert rules(diagnose(course("dropout-digits"))) == ["slow", "above"]


def test_no_more_epochs_are_suggested_than_there_may_be() -> None:
    run = recorded("augmentation")
    for most, suggested in ((7, {"epochs": 7}), (5, None)):
        (found,) = diagnose(Course.of(run.config, run.points, most_epochs=most))
        assert (found.suggestion and found.suggestion.settings) == suggested


@pytest.mark.parametrize("name", RUNS)
def test_each_sentence_is_whole(name: str) -> None:
    for found in diagnose(course(name, dead=True)):
        text = said(found)
        assert not re.search(r"[{}]|nan|  ", text)
        assert text[0].isupper() or text[0].isdigit()
        assert text.endswith(".")


def test_nothing_is_said_of_nothing_or_of_no_number() -> None:
    config = RunConfig()
    assert diagnose(Course.of(config, [])) == ()
    values = {"loss": float("nan"), "accuracy": 0.5}
    broken = [MetricPoint(kind="epoch", step=1, epoch=1, seconds=1.0, values=values)]
    assert diagnose(Course.of(config, broken)) == ()
    uneven = [
        MetricPoint(kind="epoch", step=n, epoch=n, seconds=1.0, values={"loss": 1.0} if n > 1 else {"val_loss": 1.0})
        for n in (1, 2)
    ]
    assert diagnose(Course.of(config, uneven)) == ()

"""Questions that begin with one click, and what they ask in words."""

import pytest

from mnist_core.config import RunConfig
from mnist_core.config.recipes import get_recipe
from mnist_core.config.study import Parameter
from mnist_core.config.study.asking import question_words, study_name, values_words
from mnist_core.config.study.quick import (
    more_data,
    rate_test,
    repetition,
    search,
    searchable,
    three_batch_sizes,
    three_rates,
    trying,
    usually_searched,
)
from mnist_core.errors import ConfigError
from mnist_core.text import Translator, translator

T: Translator = translator("en")
BASE = RunConfig()


def test_three_rates_lie_around_the_one_that_is_used():
    assert three_rates(BASE).over == (Parameter(name="learning_rate", values=(0.0001, 0.001, 0.01)),)
    assert three_rates(BASE.with_settings({"optimizer": "sgd"})).over[0].values == (0.001, 0.01, 0.1)


def test_where_none_is_larger_two_smaller_ones_are_tried():
    assert three_rates(BASE.with_settings({"learning_rate": 10.0})).over[0].values == (0.1, 1.0, 10.0)
    assert three_batch_sizes(BASE.with_settings({"batch_size": 1})).over[0].values == (1, 4, 16)


@pytest.mark.parametrize("ask", [three_rates, three_batch_sizes, rate_test])
def test_the_baseline_has_no_such_question(ask):
    with pytest.raises(ConfigError):
        ask(get_recipe("logistic-sgd").config)


def test_more_data_trains_each_size_with_each_seed():
    question = more_data(BASE.with_settings({"dataset": "digits", "seed": 7}), seeds=2)
    assert [parameter.name for parameter in question.over] == ["train_size", "seed"]
    assert question.over[1].values == (7, 8)
    assert question.trials == 2 * len(question.over[0].values)


def test_a_rate_test_keeps_its_base_and_runs_another_one():
    question = rate_test(BASE)
    assert question.base == BASE
    assert question.checked_base != BASE
    assert not question.checked_base.uses_validation


def test_a_search_begins_with_what_matters_most():
    dense = get_recipe("first-network").config
    assert usually_searched(searchable(dense)) == ["learning_rate", "units", "batch_size"]
    assert usually_searched(searchable(get_recipe("small-cnn").config)) == ["learning_rate", "filters", "batch_size"]
    assert usually_searched(searchable(get_recipe("logistic-sgd").config)) == []


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (three_rates(BASE), "Which value works best? Learning rate: 0.0001, 0.001, 0.01"),
        (
            trying(BASE, [Parameter(name="units", values=(8, 16)), Parameter(name="batch_size", values=(32,))]),
            "Which combination works best? Units: 8, 16; Batch size: 32",
        ),
        (search(BASE, ["learning_rate", "units"], 30), "Search: Learning rate, Units; 30 trials by TPE"),
        (repetition(BASE), "How much is luck? 5 seeds"),
        (
            more_data(BASE.with_settings({"dataset": "mnist"}), seeds=1),
            "Would more images help? Training images: 7 values; 1 seed each",
        ),
        (rate_test(BASE), "Which learning rate is right? One short run with a rising one"),
    ],
)
def test_each_question_is_a_sentence(question, words):
    assert question_words(question, T) == words


def test_a_search_that_was_given_more_trials_says_so():
    assert "40 trials" in question_words(search(BASE, ["units"], 30), T, trials=40)


def test_a_study_is_named_by_what_it_tries():
    assert study_name(three_rates(BASE), "First network", T) == "First network · Learning rate"
    assert study_name(repetition(BASE), "x" * 300, T) == "x" * 200


def test_the_values_of_a_trial_are_said_with_their_titles():
    assert values_words({"learning_rate": 0.00123456, "units": 64}, T) == "Learning rate 0.001235 · Units 64"

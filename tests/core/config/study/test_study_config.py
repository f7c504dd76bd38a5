"""What a study tries: values, ranges, layers, and the way they are written."""

import pytest

from mnist_core.config import Conv2D, DataConfig, Dense, Dropout, NetworkConfig, RunConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.config.study import Parameter, Question, applied, known_parameters, read_over, usual_parameter
from mnist_core.errors import ConfigError

BASE = RunConfig(
    data=DataConfig(validation_split=0.0),
    model=NetworkConfig(layers=(Conv2D(filters=8), Dense(units=32), Dropout(rate=0.2), Dense(units=16))),
)


def units(config: RunConfig) -> list[int]:
    assert isinstance(config.model, NetworkConfig)
    return [layer.units for layer in config.model.layers if isinstance(layer, Dense)]


def test_what_is_written_is_read():
    assert read_over("units=32,64,128", BASE) == Parameter(name="units", values=(32, 64, 128))
    assert read_over("learning_rate=1e-5..1e-1:log", BASE) == Parameter(
        name="learning_rate", low=1e-5, high=1e-1, log=True
    )
    assert read_over("layers=0..3", BASE) == Parameter(name="layers", low=0, high=3, whole=True)
    assert read_over("optimizer=adam,sgd", BASE) == Parameter(name="optimizer", values=("adam", "sgd"))
    assert read_over("mirror=false,true", BASE) == Parameter(name="mirror", values=(False, True))
    assert read_over("batch_size", BASE).values == (16, 32, 64, 128, 256, 512)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense=1,2", "There is nothing called nonsense to try"),
        ("learning_rate=a..b", "A range is two numbers"),
        ("learning_rate=1..1e-3", "has to rise"),
        ("learning_rate=0..1:log", "has to begin above 0"),
        ("learning_rate=1e-5..1e-1:exp", "A range ends with :log or with nothing"),
        ("units=32,32", "Each value of units is tried once"),
        ("dataset=mnist,fashion_mnist", "There is nothing called dataset to try"),
    ],
)
def test_what_can_not_be_read_is_told_in_a_sentence(text, words):
    with pytest.raises(ConfigError, match=words):
        read_over(text, BASE)


def test_a_range_is_spread_in_equal_steps_or_factors():
    assert Parameter(name="learning_rate", low=1e-5, high=1e-1, log=True).spread(5) == (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
    assert Parameter(name="layers", low=0, high=3, whole=True).spread(4) == (0, 1, 2, 3)
    assert Parameter(name="rate", low=0.0, high=0.6).spread(3) == (0.0, 0.3, 0.6)
    assert Parameter(name="layers", low=0, high=1, whole=True).spread(5) == (0, 1)


def test_settings_and_layers_get_the_values_of_a_trial():
    assert applied(BASE, {"learning_rate": 0.01}).train.learning_rate == 0.01
    assert units(applied(BASE, {"units": 64})) == [64, 64]
    assert units(applied(BASE, {"units_2": 64})) == [32, 64]
    assert units(applied(BASE, {"layers": 1})) == [32]
    assert units(applied(BASE, {"layers": 4, "units_1": 8, "units_4": 128})) == [8, 16, 16, 128]
    assert applied(BASE, {"filters": 4, "rate": 0.5}).model.layers[0].filters == 4
    assert units(applied(RunConfig(), {"layers": 2})) == [64, 64]


def test_values_out_of_bounds_or_unknown_are_refused():
    with pytest.raises(ConfigError, match="Units"):
        applied(BASE, {"units": 100_000})
    with pytest.raises(ConfigError, match="There is no setting called colour"):
        applied(BASE, {"colour": 3})
    with pytest.raises(ConfigError, match="number of layers"):
        applied(BASE, {"layers": 99})
    with pytest.raises(ConfigError, match="There is no setting called units_7"):
        applied(BASE, {"units_7": 8})


# Settings that need others: a convolution's size by the picture it gets, more epochs than those of warm-up.
NEED_OTHERS = ("kernel_size", "pool_size", "warmup_epochs", "epochs")


@pytest.mark.parametrize("recipe", RECIPES)
def test_each_usual_range_makes_runs_that_are_allowed(recipe):
    base = RECIPES[recipe].config
    for name in set(known_parameters(base)) - {"early_stopping", *NEED_OTHERS}:
        for value in usual_parameter(name, base).spread(3):
            applied(base, {name: value})


def test_what_can_not_be_guessed_is_asked_for():
    with pytest.raises(ConfigError, match="Say what early_stopping may be"):
        usual_parameter("early_stopping", BASE)


def test_trials_that_are_chosen_from_are_ranked_by_images_that_are_held_back():
    over = (Parameter(name="units", values=(8, 16)),)
    question = Question(kind="try", base=BASE, over=over, trials=2)
    assert question.objective == "val_accuracy"
    assert question.checked_base.data.validation_split == 0.2
    # Where nothing is chosen the test set is honest, and the settings stay as they are.
    repeated = Question(kind="repeat", base=BASE, trials=5)
    assert repeated.objective == "test_accuracy"
    assert repeated.checked_base == BASE


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "try", "over": []}, "Try the values of one setting, or of two"),
        ({"kind": "search", "over": []}, "Choose at least one setting to search"),
        ({"kind": "try", "over": [{"name": "rate", "low": 0, "high": 1}]}, "Only a search takes ranges"),
        ({"kind": "search", "over": [{"name": "units", "values": [1]}] * 2}, "Each setting is tried in one way"),
    ],
)
def test_questions_that_make_no_sense_are_refused(values, words):
    with pytest.raises(ConfigError, match=words):
        Question.parse({"base": BASE.model_dump(), **values})


def test_a_question_is_read_as_it_was_written():
    over = (Parameter(name="learning_rate", low=1e-5, high=0.1, log=True), Parameter(name="units", values=(8, 16)))
    question = Question(kind="search", base=BASE, over=over, trials=30, pruner="hyperband", seed=3)
    assert Question.from_json(question.to_json()) == question

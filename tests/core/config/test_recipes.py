import pytest

from mnist_core.config import Conv2D, Dense, Dropout, LogisticConfig, MaxPooling2D
from mnist_core.config.recipes import RECIPES, get_recipe
from mnist_core.errors import ConfigError
from mnist_core.models import layer_rows

CNN = (Conv2D(filters=32), MaxPooling2D(), Conv2D(filters=64), MaxPooling2D(), Dropout(rate=0.5))
NETWORKS = {
    # id: dataset, layers, optimizer, loss, batch size, epochs, validation split
    "first-network": ("mnist", (Dense(units=512),), "rmsprop", "categorical_crossentropy", 128, 5, 0.0),
    "feedforward-64": ("mnist", (Dense(units=64),), "adam", "categorical_crossentropy", 32, 20, 0.2),
    "softmax-only": ("fashion_mnist", (), "rmsprop", "sparse_categorical_crossentropy", 32, 5, 0.2),
    "fashion-dropout": (
        "fashion_mnist",
        (Dense(units=256), Dropout(rate=0.3), Dense(units=128)),
        "adam",
        "categorical_crossentropy",
        128,
        10,
        0.2,
    ),
    "small-cnn": ("mnist", CNN, "adam", "categorical_crossentropy", 128, 5, 0.1),
}
EXPECTED = {
    "first-network": {"accuracy": 0.991, "test_accuracy": 0.979},
    "feedforward-64": {"val_accuracy": 0.9725, "test_accuracy": 0.971},
    "softmax-only": {"accuracy": 0.854, "val_accuracy": 0.856, "test_accuracy": 0.843},
    "logistic-sgd": {"val_accuracy": 0.819},
    "fashion-dropout": {"val_accuracy": 0.887, "test_accuracy": 0.881},
    "small-cnn": {"test_accuracy": 0.988},
    "speed-run": {"test_accuracy": 0.992},
    "handwriting-cnn": {"test_accuracy": 0.993},
    "best-cnn": {"val_accuracy": 0.995, "test_accuracy": 0.997},
    "best-fashion-cnn": {"val_accuracy": 0.943, "test_accuracy": 0.939},
}
AUGMENTED = ("handwriting-cnn", "best-cnn", "best-fashion-cnn")


def test_the_ids_are_fixed():
    assert list(RECIPES) == [
        "first-network", "feedforward-64", "softmax-only", "logistic-sgd", "fashion-dropout", "small-cnn",
        "speed-run", "handwriting-cnn", "best-cnn", "best-fashion-cnn",
    ]  # fmt: skip
    assert all(recipe.id == key for key, recipe in RECIPES.items())


@pytest.mark.parametrize("recipe_id", NETWORKS)
def test_a_recipe_has_the_settings_of_its_tutorial(recipe_id):
    config = get_recipe(recipe_id).config
    train = config.train
    assert NETWORKS[recipe_id] == (
        config.data.dataset,
        config.model.layers,
        train.optimizer,
        train.loss,
        train.batch_size,
        train.epochs,
        config.data.validation_split,
    )
    assert (train.seed, train.learning_rate, train.early_stopping, config.data.train_size) == (0, None, None, None)


def test_only_feedforward_64_writes_tensorboard_logs():
    assert [r.id for r in RECIPES.values() if r.config.train.tensorboard] == ["feedforward-64"]


def test_the_baseline_has_the_settings_of_its_tutorial():
    config = get_recipe("logistic-sgd").config
    assert config.model == LogisticConfig(folds=5)
    assert (config.data.dataset, config.train.epochs, config.train.seed) == ("fashion_mnist", 5, 42)


def test_the_expected_figures_are_those_that_were_measured():
    assert {recipe.id: recipe.expected for recipe in RECIPES.values()} == EXPECTED


@pytest.mark.parametrize("recipe_id", AUGMENTED)
def test_a_recipe_with_augmentation_falls_to_quiet_steps_and_keeps_a_validation_set(recipe_id):
    config = get_recipe(recipe_id).config
    assert config.augment.is_active
    assert config.augment.mirror == (config.data.dataset == "fashion_mnist")
    assert config.train.schedule == "cosine"
    assert config.uses_validation


def test_the_tutorials_change_no_images():
    assert {recipe.id for recipe in RECIPES.values() if recipe.config.augment.is_active} == set(AUGMENTED)


@pytest.mark.parametrize("recipe_id", [*NETWORKS, *AUGMENTED])
def test_the_layers_of_a_recipe_fit_together(recipe_id):
    assert layer_rows(get_recipe(recipe_id).config.model)[-1].output_shape == (10,)


def test_every_recipe_tells_its_story_and_its_time():
    for recipe in RECIPES.values():
        assert recipe.title
        assert recipe.summary.endswith(".")
        assert recipe.lesson.endswith((".", "?"))


def test_no_two_recipes_are_the_same_run():
    assert len({recipe.config.fingerprint() for recipe in RECIPES.values()}) == len(RECIPES)


def test_an_unknown_recipe_is_refused_with_those_that_exist():
    with pytest.raises(ConfigError, match="no recipe called second-network.*first-network.*Received: recipe=second"):
        get_recipe("second-network")

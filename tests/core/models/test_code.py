import ast

import numpy as np
import pytest

from mnist_core.augmentation import augment
from mnist_core.config import Conv2D, DataConfig, Dense, Dropout, LogisticConfig, NetworkConfig, RunConfig, TrainConfig
from mnist_core.errors import ConfigError
from mnist_core.models import keras_code
from mnist_core.recipes import RECIPES


def code(**settings):
    text = keras_code(RunConfig().with_settings(settings))
    ast.parse(text)
    return text


def call(text, name):
    """Return the only call of a function in a program, as positional and named arguments."""
    found = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == name
    ]
    assert len(found) == 1
    return (
        [ast.unparse(argument) for argument in found[0].args],
        {keyword.arg: ast.unparse(keyword.value) for keyword in found[0].keywords},
    )


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("dataset", ["mnist", "fashion_mnist", "digits"])
def test_the_code_of_every_recipe_is_a_program_without_this_project(recipe, dataset):
    settings = {"dataset": dataset, **({"habits": 0.0} if dataset == "fashion_mnist" else {})}
    text = keras_code(RECIPES[recipe].config.with_settings(settings))
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert imported <= {"keras", "sklearn", "numpy"}
    assert text.endswith("\n")
    assert max(map(len, text.splitlines())) < 110


def test_the_first_network_is_written_as_in_its_tutorial():
    assert keras_code(RECIPES["first-network"].config) == (
        "import keras\n"
        "\n"
        "(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()\n"
        "x_train, x_test = x_train / 255.0, x_test / 255.0\n"
        "y_train = keras.utils.to_categorical(y_train, 10)\n"
        "y_test = keras.utils.to_categorical(y_test, 10)\n"
        "\n"
        "keras.utils.set_random_seed(0)\n"
        "model = keras.Sequential([\n"
        "    keras.Input((28, 28)),\n"
        "    keras.layers.Flatten(),\n"
        '    keras.layers.Dense(512, activation="relu"),\n'
        '    keras.layers.Dense(10, activation="softmax"),\n'
        "])\n"
        "model.compile(\n"
        "    optimizer=keras.optimizers.RMSprop(),\n"
        '    loss="categorical_crossentropy",\n'
        '    metrics=["accuracy"],\n'
        ")\n"
        "\n"
        "model.fit(\n"
        "    x_train, y_train, batch_size=128, epochs=5,\n"
        ")\n"
        "model.evaluate(x_test, y_test)\n"
    )


def test_sparse_labels_are_not_one_hot():
    assert "to_categorical" in code(loss="categorical_crossentropy")
    assert "to_categorical" not in code(loss="sparse_categorical_crossentropy")


@pytest.mark.parametrize(
    ("settings", "name", "arguments"),
    [
        ({"optimizer": "adam"}, "Adam", {}),
        ({"optimizer": "adam", "momentum": 0.5}, "Adam", {}),
        ({"optimizer": "adamw", "learning_rate": 0.01}, "AdamW", {"learning_rate": "0.01"}),
        ({"optimizer": "sgd"}, "SGD", {"momentum": "0.9"}),
        ({"optimizer": "sgd", "momentum": 0}, "SGD", {}),
    ],
)
def test_the_optimizer_is_written_with_what_differs_from_its_defaults(settings, name, arguments):
    assert call(code(**settings), name) == ([], arguments)


def test_numbers_are_written_exactly():
    text = code(optimizer="sgd", learning_rate=0.0012345678, momentum=0.98765432, validation_split=0.3333333333)
    written = call(text, "SGD")[1]
    assert float(written["learning_rate"]) == 0.0012345678
    assert float(written["momentum"]) == 0.98765432
    assert float(call(text, "fit")[1]["validation_split"]) == 0.3333333333


def test_fitting_is_written_with_all_its_settings():
    fit = call(code(batch_size=7, epochs=3, validation_split=0.25, early_stopping=4, tensorboard=True), "fit")
    assert fit[0] == ["x_train", "y_train"]
    assert fit[1] == {
        "batch_size": "7",
        "epochs": "3",
        "validation_split": "0.25",
        "callbacks": "[keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True), "
        "keras.callbacks.TensorBoard('logs')]",
    }


def test_the_seed_is_set_before_the_model_is_built():
    text = code(seed=42)
    assert text.index("set_random_seed(42)") < text.index("Sequential")


def test_the_training_size_cuts_the_training_images():
    assert "x_train[:500], y_train[:500]" in code(train_size=500)


def test_every_layer_is_written():
    layers = (Conv2D(filters=3, padding="same"), Dropout(rate=0.25), Dense(units=9, activation="tanh"))
    text = keras_code(RunConfig(model=NetworkConfig(layers=layers)))
    assert call(text, "Reshape") == (["(28, 28, 1)"], {})
    assert call(text, "Conv2D") == (["3", "3"], {"padding": "'same'", "activation": "'relu'"})
    assert call(text, "Dropout") == (["0.25"], {})
    assert text.index("Flatten") < text.index('9, activation="tanh"')


AUGMENTED = {"rotation": 10.0, "shift": 2.0, "scale": 0.1, "shear": 5.0, "elastic": 1.0, "thickness": 0.5}


def changing(**settings):
    """Return the function of the script that changes images."""
    text = code(**settings)
    names: dict = {"np": np}
    exec(text[text.index("rng = ") : text.index("class Changed")], names)
    return names["change"]


@pytest.mark.parametrize("settings", [*({name: AUGMENTED[name]} for name in AUGMENTED), {"mirror": True}, AUGMENTED])
def test_the_scripts_augmentation_changes_images_as_ours_does(settings):
    image = np.zeros((28, 28))
    image[6:22, 9:19] = np.linspace(0.2, 1, 10)  # brighter to the right, so that mirroring shows
    images = np.repeat(image[None], 1500, axis=0)
    theirs = changing(**settings)(images)
    config = RunConfig().with_settings(settings)
    mine = augment((images * 255).round().astype(np.uint8), config.augment, np.random.default_rng(1)) / 255
    assert theirs.shape == images.shape
    assert theirs.min() >= 0
    assert theirs.max() <= 1
    for moment in (np.mean, np.std):
        np.testing.assert_allclose(moment(theirs, axis=0), moment(mine, axis=0), atol=0.06)
    assert np.abs(theirs - images).max() > 0.1


def test_training_images_alone_are_changed():
    text = code(rotation=5, validation_split=0.25, batch_size=16, epochs=3)
    assert call(text, "fit") == (
        ["Changed(x_train[:n], y_train[:n])"],
        {"epochs": "3", "validation_data": "(x_train[n:], y_train[n:])"},
    )
    assert "index * 16 : (index + 1) * 16" in text
    assert "n = int(len(x_train) * (1 - 0.25))" in text
    assert call(code(rotation=5, validation_split=0), "fit")[0] == ["Changed(x_train, y_train)"]
    assert "Changed" not in code()


def test_what_is_left_out_is_said():
    assert "Left out" not in code(rotation=5)
    assert "flags, bars and curls" in code(habits=0.5)
    assert "pen strokes" in code(pen_strokes=True)
    assert call(code(habits=0.5), "fit")[0] == ["Changed(x_train[:n], y_train[:n])"]


def test_a_falling_learning_rate_is_written_with_keras_own_schedule():
    text = code(schedule="cosine", epochs=3, batch_size=7, validation_split=0.3)
    assert call(text, "CosineDecay") == (["0.001", "steps"], {})
    assert call(text, "Adam") == ([], {"learning_rate": "schedule"})
    names = {"x_train": np.zeros(50)}
    exec(text[text.index("steps = ") : text.index("schedule = ")], names)
    assert names["steps"] == 3 * 5
    assert "CosineDecay" not in code()


def test_the_baseline_is_written_with_scikit_learn():
    config = RunConfig(
        data=DataConfig(dataset="fashion_mnist"), model=LogisticConfig(folds=4), train=TrainConfig(epochs=6, seed=42)
    )
    text = keras_code(config)
    assert call(text, "SGDClassifier")[1] == {"loss": "'log_loss'", "max_iter": "6", "random_state": "42"}
    assert call(text, "cross_validate") == (["model", "x_train", "y_train"], {"cv": "4"})
    assert "Sequential" not in text


def test_layers_that_do_not_fit_have_no_code():
    with pytest.raises(ConfigError, match="Move it above"):
        code(layers=[{"kind": "dense"}, {"kind": "conv2d"}])


def test_the_program_for_the_bundled_digits_makes_images_that_the_model_takes():
    text = code(dataset="digits", loss="sparse_categorical_crossentropy")
    names: dict = {}
    exec(text[text.index("import numpy") : text.index("keras.utils.set_random_seed")], names)
    assert names["x_train"].shape == (1500, 28, 28)
    assert names["x_test"].shape == (297, 28, 28)
    assert names["x_train"].min() == 0
    assert names["x_train"].max() == 1
    assert names["y_test"].shape == (297,)

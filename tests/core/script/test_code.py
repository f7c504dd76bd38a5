import ast
import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, grey_dilation, grey_erosion, map_coordinates, zoom

from mnist_core.augmentation import augment
from mnist_core.config import (
    BatchNormalization,
    Conv2D,
    DataConfig,
    Dense,
    Dropout,
    FineTuneConfig,
    LogisticConfig,
    NetworkConfig,
    RunConfig,
    TrainConfig,
)
from mnist_core.config.recipes import RECIPES
from mnist_core.datasets import Dataset
from mnist_core.errors import ConfigError
from mnist_core.script import files_beside, keras_code
from mnist_core.text import translator


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
    assert imported <= {"keras", "sklearn", "numpy", "scipy", "matplotlib"}
    assert text.endswith("\n")
    assert max(map(len, text.splitlines())) <= 120
    assert len(text.splitlines()) < 80


def fine_tuned(**settings):
    config = RECIPES["small-cnn"].config.with_settings(settings)
    return config.model_copy(update={"fine_tune": FineTuneConfig(base="a", drawings="0" * 16, copies=40, rehearsal=60)})


# Whatever changes the lines of a script: each of these in some combination.
VARIANTS = {
    **{name: recipe.config for name, recipe in RECIPES.items()},
    "shipped": RECIPES["handwriting-cnn"].config.with_settings({"pen_strokes": True}),
    "strokes": RECIPES["first-network"].config.with_settings({"pen_strokes": True, "validation_split": 0.1}),
    "strokes alone": RECIPES["first-network"].config.with_settings({"dataset": "pen_strokes"}),
    "digits": RECIPES["best-cnn"].config.with_settings({"dataset": "digits", "train_size": 500, "validation_split": 0}),
    "baseline on digits": RECIPES["logistic-sgd"].config.with_settings({"dataset": "digits"}),
    "habits alone": RunConfig().with_settings({"habits": 0.5, "early_stopping": 2, "tensorboard": True}),
    "many settings": RunConfig().with_settings(
        {
            "optimizer": "sgd",
            "learning_rate": 0.0012345678,
            "schedule": "cosine",
            "early_stopping": 2,
            "momentum": 0.987,
        }
    ),
    "ways to train": RECIPES["small-cnn"].config.with_settings(
        {
            "optimizer": "sgd",
            "nesterov": True,
            "schedule": "step",
            "warmup_epochs": 2,
            "label_smoothing": 0.1,
            "weight_decay": 0.0005,
            "gradient_clip": 1.0,
            "initializer": "he_normal",
        }
    ),
    "other ways": RunConfig(model=NetworkConfig(layers=(Dense(units=1024, activation="leaky_relu"),))).with_settings(
        {"initializer": "random_normal", "initializer_spread": 0.123456, "warmup_epochs": 1}
    ),
    "fine-tuned": fine_tuned(),
    "fine-tuned, plain labels": fine_tuned(loss="sparse_categorical_crossentropy", validation_split=0),
}


def test_every_script_is_formatted_and_without_a_lint(tmp_path):
    for name, config in VARIANTS.items():
        (tmp_path / f"{name.replace(' ', '_')}.py").write_text(keras_code(config))
    ruff = [str(Path(sys.executable).with_name("ruff"))]
    options = ["--isolated", "--line-length", "120", str(tmp_path)]
    for command in (["format", "--diff"], ["check", "--select", "E,F,W,I,B,D103"]):
        done = subprocess.run([*ruff, *command, *options], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", VARIANTS)
def test_every_script_has_the_steps_of_a_tutorial_in_less_than_80_lines(name):
    text = keras_code(VARIANTS[name])
    compile(text, name, "exec")
    steps = [text.index(f"# {step}: ") for step in ("Data", "Model", "Evaluation", "Plot")]
    assert steps == sorted(steps)
    assert len(text.splitlines()) < 80
    assert "pip install" in text.splitlines()[0]


def test_the_first_network_is_written_as_in_its_tutorial():
    assert keras_code(RECIPES["first-network"].config) == (
        "# A network for MNIST, by MNIST Lab. Needs: pip install keras tensorflow matplotlib\n"
        "import keras\n"
        "import matplotlib.pyplot as plt\n"
        "\n"
        "# Data: images of 28 x 28 numbers, here from 0 to 1. Keras downloads them the first time.\n"
        "(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()\n"
        "x_train, x_test = x_train / 255.0, x_test / 255.0\n"
        "y_train, y_test = keras.utils.to_categorical(y_train, 10), keras.utils.to_categorical(y_test, 10)\n"
        "\n"
        "# Model: layer by layer, 407,050 numbers to learn.\n"
        "keras.utils.set_random_seed(0)\n"
        "layers = [\n"
        "    keras.Input((28, 28)),\n"
        "    keras.layers.Flatten(),\n"
        '    keras.layers.Dense(512, activation="relu"),\n'
        '    keras.layers.Dense(10, activation="softmax"),\n'
        "]\n"
        "model = keras.Sequential(layers)\n"
        "\n"
        "# Training: 5 times through all training images, 128 before each step of the weights.\n"
        'model.compile(keras.optimizers.RMSprop(), loss="categorical_crossentropy", metrics=["accuracy"])\n'
        "history = model.fit(x_train, y_train, batch_size=128, epochs=5)\n"
        "\n"
        "# Evaluation: images that it has never seen.\n"
        'print("Test:", model.evaluate(x_test, y_test, verbose=0, return_dict=True))\n'
        "\n"
        "# Plot: the curves, as a file and in a window where there is one.\n"
        'for number, name in enumerate(["loss", "accuracy"], start=1):\n'
        "    plt.subplot(1, 2, number, title=name)\n"
        '    plt.plot(history.history[name], label="training")\n'
        "plt.legend()\n"
        'plt.savefig("curves.png")\n'
        "plt.show()\n"
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
    text = code(batch_size=7, epochs=3, validation_split=0.25, early_stopping=4, tensorboard=True)
    fit = call(text, "fit")
    assert fit[0] == ["x_train", "y_train"]
    assert fit[1] == {
        "batch_size": "7",
        "epochs": "3",
        "validation_split": "0.25",
        "callbacks": "[stopping, logs]",
    }
    assert call(text, "EarlyStopping")[1] == {"patience": "4", "restore_best_weights": "True"}
    assert call(text, "TensorBoard")[0] == ["'logs'"]


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
    names: dict = {
        "np": np,
        "gaussian_filter": gaussian_filter,
        "grey_dilation": grey_dilation,
        "grey_erosion": grey_erosion,
        "map_coordinates": map_coordinates,
    }
    exec(text[text.index("def change(") : text.index("def batches")], names)
    np.random.seed(0)  # noqa: NPY002 - as `keras.utils.set_random_seed` does
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
        ["batches()"],
        {"steps_per_epoch": "steps", "epochs": "3", "validation_data": "(x_val, y_val)"},
    )
    assert "n = int(len(x_train) * (1 - 0.25))" in text
    assert "validation_data" not in call(code(rotation=5, validation_split=0), "fit")[1]
    assert "batches" not in code()


def test_an_epoch_of_the_scripts_batches_has_every_image_once():
    text = code(habits=1, batch_size=16)
    names: dict = {"np": np, "x_train": np.arange(50), "y_train": -np.arange(50)}
    exec(text[text.index("def change(") : text.index("# Model")], names)
    exec(text[text.index("steps = ") : text.index("model.compile")], names)
    assert names["steps"] == 4
    batches = names["batches"]()
    for _ in range(2):
        images, labels = zip(*(next(batches) for _ in range(names["steps"])), strict=True)
        assert [len(part) for part in images] == [16, 16, 16, 2]
        assert sorted(np.concatenate(images)) == list(range(50))
        np.testing.assert_array_equal(np.concatenate(images), -np.concatenate(labels))


@pytest.mark.parametrize("settings", [{}, {"train_size": 777, "validation_split": 0.07}, {"pen_strokes": True}])
def test_the_script_splits_as_the_run_does(settings, tiny_dataset, tmp_path, monkeypatch):
    config = RunConfig().with_settings({"rotation": 5, "loss": "sparse_categorical_crossentropy", **settings})
    images, labels = np.zeros((60_000, 1, 1), np.uint8), np.arange(60_000) % 10
    strokes = np.ones((5, 1, 1), np.uint8), np.arange(5)
    more = tuple(np.concatenate([array] * 3) for array in strokes) if config.data.pen_strokes else None
    dataset = Dataset(tiny_dataset.spec, images, labels, images[:3], labels[:3], more=more)
    text = keras_code(config)
    lines = text[text.index("x_train, x_test = ") : text.index("# Augmentation")]
    monkeypatch.chdir(tmp_path)
    np.savez("pen_strokes.npz", x_train=strokes[0], y_train=strokes[1])
    names = {"np": np, "x_train": images, "y_train": labels, "x_test": images[:3], "y_test": labels[:3]}
    exec(lines, names)
    for part, (x, y) in {
        "train": dataset.split("train", config.data),
        "val": dataset.split("validation", config.data),
    }.items():
        np.testing.assert_array_equal(names[f"x_{part}"], x / 255.0)
        np.testing.assert_array_equal(names[f"y_{part}"], y)


def test_what_is_left_out_is_said():
    assert "Left out" not in code(rotation=5)
    assert "flags, bars and curls" in code(habits=0.5)
    assert call(code(habits=0.5), "fit")[0] == ["batches()"]


def test_files_that_a_script_reads_are_named():
    assert files_beside(RunConfig()) == ()
    assert files_beside(VARIANTS["strokes alone"]) == files_beside(VARIANTS["shipped"]) == ("pen_strokes.npz",)
    assert files_beside(fine_tuned()) == ("base.keras", "drawings.npz")
    for config in (VARIANTS["shipped"], fine_tuned()):
        assert all(f'"{name}"' in keras_code(config) for name in files_beside(config))


def test_many_layers_share_lines_and_few_do_not():
    pair = (Conv2D(filters=4, padding="same"), BatchNormalization())
    many = keras_code(RunConfig(model=NetworkConfig(layers=pair * 9)).with_settings(AUGMENTED))
    assert "    *[keras.layers.Conv2D(4, 3" in many
    assert many.count("BatchNormalization()") == 9
    assert "*[" not in keras_code(RunConfig(model=NetworkConfig(layers=pair * 3)).with_settings(AUGMENTED))


def test_a_falling_learning_rate_is_written_with_keras_own_schedule():
    text = code(schedule="cosine", epochs=3, batch_size=7, validation_split=0.3)
    assert call(text, "CosineDecay") == (["0.001", "3 * steps"], {})
    assert call(text, "Adam") == (["learning_rate"], {})
    names = {"x_train": np.zeros(50)}
    exec(text[text.index("steps = ") : text.index("learning_rate = ")], names)
    assert names["steps"] == 5
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
    names: dict = {"zoom": zoom}
    exec(text[text.index("import numpy") : text.index("# Model")], names)
    assert names["x_train"].shape == (1500, 28, 28)
    assert names["x_test"].shape == (297, 28, 28)
    assert names["x_train"].min() == 0
    assert names["x_train"].max() == 1
    assert names["y_test"].shape == (297,)


# other languages


@pytest.mark.parametrize("name", VARIANTS)
def test_in_korean_it_is_the_same_program_with_korean_comments(name):
    korean = keras_code(VARIANTS[name], translator("ko"))
    assert statements(korean) == statements(keras_code(VARIANTS[name]))
    assert max(map(len, korean.splitlines())) <= 120
    tokens = tokenize.generate_tokens(io.StringIO(korean).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    assert len(comments) > 5
    for comment in comments:
        assert re.search("[가-힣]", comment) or not re.search("[a-z]{2}", comment), comment


def statements(text):
    """Return the code of a program without its comments and what its functions say of themselves."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.unparse(tree)

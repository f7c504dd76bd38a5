"""The Keras code on the page is this very training: it gives the same figures, but for the order of the images."""

import ast
import statistics
from dataclasses import replace

import keras
import numpy as np
import pytest

from mnist_core.config import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    FineTuneConfig,
    MaxPooling2D,
    RunConfig,
)
from mnist_core.config.recipes import RECIPES
from mnist_core.datasets import load_dataset
from mnist_core.drawing.personal import held_out
from mnist_core.evaluation import accuracy, cross_entropy
from mnist_core.script.network import keras_code
from mnist_core.training.fit import fit, steps_per_epoch
from mnist_core.training.logistic import CrossValidation
from tests.untraced import untraced

pytestmark = pytest.mark.slow
# What two trainings of the same settings may differ in, beyond the spread of the seeds.
TOLERANCE = 0.004


@pytest.fixture
def script(monkeypatch, tmp_path):
    """Return a function that runs the code of a configuration on a dataset; it returns the script's variables."""
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("agg")
    monkeypatch.setattr(pyplot, "show", pyplot.close)
    monkeypatch.chdir(tmp_path)

    def run(config, data):
        for module in (keras.datasets.mnist, keras.datasets.fashion_mnist):
            monkeypatch.setattr(module, "load_data", lambda: ((data.x_train, data.y_train), (data.x_test, data.y_test)))
        scope = {}
        policy = keras.config.dtype_policy()
        try:
            with untraced():
                exec(keras_code(config), scope)
        finally:
            keras.config.set_dtype_policy(policy)
        return scope

    return run


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_script_of_every_recipe_runs_and_leaves_a_picture(recipe, script, shared_digits, tmp_path, capsys):
    config = RECIPES[recipe].config.with_settings({"train_size": 150, "epochs": 1, "batch_size": 30})
    if config.model.kind == "network":  # compiling a deep network takes long, and its script has nothing more to run
        config = config.with_settings({"layers": config.model.layers[:2]})
    scope = script(config, shared_digits)
    figures = ast.literal_eval(capsys.readouterr().out.splitlines()[-1].removeprefix("Test: "))
    assert 0 <= figures["accuracy"] <= 1 < 100 * figures["loss"]
    (picture,) = tmp_path.glob("*.png")
    assert picture.stat().st_size > 5000
    if config.augment.is_active:
        assert scope["steps"] == -(-len(scope["x_train"]) // 30)


def test_the_baselines_script_gives_the_very_figures_of_the_run(script, shared_digits, capsys):
    config = RECIPES["logistic-sgd"].config.with_settings({"train_size": 1000, "epochs": 3, "folds": 3})
    script(config, shared_digits)
    theirs = ast.literal_eval(capsys.readouterr().out.splitlines()[-1].removeprefix("Test: "))
    mine = CrossValidation(shared_digits, config).fit_all().predict(shared_digits.x_test)
    assert theirs["accuracy"] == accuracy(mine, shared_digits.y_test)
    assert theirs["loss"] == pytest.approx(cross_entropy(mine, shared_digits.y_test), rel=1e-3)


def test_the_script_of_a_fine_tuned_run_learns_on_from_its_two_files(script, shared_digits, tmp_path, capsys):
    from mnist_core.models.build import build_model

    config = RunConfig().with_settings(
        {
            "layers": [{"kind": "dense", "units": 32}],
            "train_size": 600,
            "epochs": 3,
            "batch_size": 20,
            "pen_strokes": True,
        }
    )
    config = config.model_copy(
        update={"fine_tune": FineTuneConfig(base="a", drawings="0" * 16, copies=300, rehearsal=100)}
    )
    build_model(config).save(tmp_path / "base.keras")
    images, labels = shared_digits.x_test[:60], shared_digits.y_test[:60]
    np.savez(tmp_path / "drawings.npz", images=images, labels=labels, held_out=held_out(labels))
    np.savez(tmp_path / "pen_strokes.npz", x_train=shared_digits.x_train[:50], y_train=shared_digits.y_train[:50])
    scope = script(config, shared_digits)
    held = held_out(labels)
    np.testing.assert_array_equal(scope["held"], held)
    np.testing.assert_array_equal(scope["varied"][: (~held).sum()], images[~held] / 255)
    assert len(scope["x_mix"]) == len(scope["y_mix"]) == 400
    assert f"of {held.sum()} drawings that were held back are read right" in capsys.readouterr().out
    assert scope["model"].history.history["accuracy"][-1] > 0.6


@pytest.mark.parametrize(
    ("layers", "settings"),
    [
        ((Dense(units=32),), {"optimizer": "rmsprop", "validation_split": 0.0}),
        ((Dense(units=32), Dropout(rate=0.3)), {"optimizer": "adam", "early_stopping": 1, "epochs": 4}),
        ((Dense(units=10),), {"optimizer": "sgd", "learning_rate": 0.05, "loss": "sparse_categorical_crossentropy"}),
        ((Conv2D(filters=4), MaxPooling2D(), BatchNormalization()), {"optimizer": "nadam", "seed": 7}),
        ((Dense(units=32),), {"precision": "mixed_bfloat16"}),
        ((Dense(units=32),), {"schedule": "cosine"}),
    ],
    ids=["dense", "dropout", "sgd", "convolution", "mixed precision", "falling learning rate"],
)
def test_the_script_builds_the_same_model_with_the_same_first_weights(network, script, shared_digits, layers, settings):
    from mnist_core.models.build import build_model

    config = network(*layers, dataset="mnist", **{**settings, "epochs": 1, "learning_rate": 1e-12})
    theirs = script(config, shared_digits)["model"]
    mine = build_model(config)
    assert [type(layer) for layer in mine.layers] == [type(layer) for layer in theirs.layers]
    assert [layer.dtype_policy.name for layer in mine.layers] == [layer.dtype_policy.name for layer in theirs.layers]
    for one, other in zip(mine.trainable_weights, theirs.trainable_weights, strict=True):
        # After an epoch of steps that are too small to be seen.
        np.testing.assert_allclose(one.numpy(), other.numpy(), atol=1e-6)


def test_the_script_with_augmentation_learns_as_well(network, script, shared_digits, sink):
    from mnist_core.models.build import build_model

    config = network(Dense(units=32), dataset="mnist", epochs=6, learning_rate=0.005, schedule="cosine")
    config = config.with_settings({"rotation": 10, "shift": 1, "scale": 0.1, "elastic": 0.5})
    theirs = script(config, shared_digits)["model"].history.history
    fit(build_model(config, steps_per_epoch=steps_per_epoch(shared_digits, config)), shared_digits, config, sink)
    mine = sink.history()
    assert len(theirs["val_accuracy"]) == len(mine["val_accuracy"])
    assert mine["val_accuracy"][-1] == pytest.approx(theirs["val_accuracy"][-1], abs=0.06)
    assert mine["val_accuracy"][-1] > 0.7
    # Changed images are harder than those of the validation set.
    assert max(mine["accuracy"][-1], theirs["accuracy"][-1]) < min(mine["val_accuracy"][-1], theirs["val_accuracy"][-1])


@pytest.mark.parametrize("recipe", ["first-network", "softmax-only", "fashion-dropout"])
def test_figures_lie_within_the_spread_of_the_plain_scripts_seeds(recipe, script, real_settings, sink):
    from mnist_core.models.build import build_model

    config: RunConfig = RECIPES[recipe].config.with_settings({"epochs": 2, "train_size": 20_000, "tensorboard": False})
    data = load_dataset(config.data.dataset, real_settings)
    # Half of the images to choose from, and few to be tested by: those figures are not compared here.
    data = replace(data, x_train=data.x_train[:30_000], y_train=data.y_train[:30_000])
    data = replace(data, x_test=data.x_test[:1000], y_test=data.y_test[:1000])
    names = ("accuracy", "val_accuracy") if config.data.validation_split else ("accuracy",)
    plain, engine = [], []
    for seed in range(5):
        seeded = config.with_settings({"seed": seed})
        plain.append({name: values[-1] for name, values in script(seeded, data)["model"].history.history.items()})
        sink.all.clear()
        with untraced():  # other tests go through the same lines
            fit(build_model(seeded), data, seeded, sink)
        engine.append({name: values[-1] for name, values in sink.history().items()})
    for name in names:
        theirs, mine = ([figures[name] for figures in way] for way in (plain, engine))
        # One seed alone may be luckier than five others; the mean may not.
        assert min(theirs) - TOLERANCE < statistics.mean(mine) < max(theirs) + TOLERANCE, name

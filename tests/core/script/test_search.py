import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_core.__main__ import main
from mnist_core.config import Conv2D, Dense, Dropout, LogisticConfig, NetworkConfig, RunConfig, TrainConfig
from mnist_core.config.links import write_link
from mnist_core.config.recipes import RECIPES
from mnist_core.config.study import Parameter, Question, known_parameters, usual_parameter
from mnist_core.errors import ConfigError
from mnist_core.script import search_code
from mnist_core.system.libraries import own_environment
from mnist_core.text import translator
from tests.core.script.test_code import call, statements

SMALL_CNN, DENSE = RECIPES["small-cnn"].config, RunConfig(model=NetworkConfig(layers=(Dense(units=64),)))
SGD = DENSE.with_settings({"optimizer": "sgd"})
RATE = Parameter(name="learning_rate", low=1e-4, high=0.1, log=True)
SEED = Parameter(name="seed", values=(0, 1, 2))


def usual(base, *names):
    return tuple(usual_parameter(name, base) for name in names)


def searched(base, *over, **settings):
    return Question(kind="search", base=base, over=over, trials=settings.pop("trials", 30), **settings)


BASELINE = RunConfig(model=LogisticConfig(folds=4), train=TrainConfig(epochs=6))
AUGMENTED = SMALL_CNN.with_settings({"rotation": 5, "shift": 1})
MIXED = RunConfig(model=NetworkConfig(layers=(Conv2D(filters=4), Dense(units=64), Dropout(rate=0.2), Dense(units=16))))
# Whatever changes the lines of a study's script.
VARIANTS = {
    "numbers": searched(DENSE, RATE, *usual(DENSE, "batch_size", "epochs", "weight_decay", "gradient_clip")),
    "depth": searched(DENSE, *usual(DENSE, "layers", "units", "activation"), pruner="hyperband"),
    "depth of different layers": searched(MIXED, *usual(MIXED, "layers", "rate"), pruner="median", sampler="random"),
    "each of different layers": searched(MIXED, *usual(MIXED, "layers", "units", "kernel_size", "padding")),
    "second layer": searched(MIXED, Parameter(name="units_2", values=(8, 16)), Parameter(name="units", values=(4, 5))),
    "words": searched(SMALL_CNN, *usual(SMALL_CNN, "optimizer", "initializer", "precision"), pruner="halving"),
    "schedules": searched(SMALL_CNN, *usual(SMALL_CNN, "optimizer", "schedule", "warmup_epochs", "learning_rate")),
    "warm-up": searched(DENSE, *usual(DENSE, "warmup_epochs")),
    "smoothing": searched(
        DENSE.with_settings({"loss": "sparse_categorical_crossentropy", "early_stopping": 2}),
        *usual(DENSE, "label_smoothing"),
    ),
    "changed images": searched(AUGMENTED, RATE),
    "tried changes": searched(
        AUGMENTED, *usual(AUGMENTED, "rotation", "mirror", "elastic", "thickness"), pruner="median"
    ),
    "sizes of changed images": searched(AUGMENTED, *usual(AUGMENTED, "train_size", "batch_size")),
    "momentum": searched(SGD, *usual(SGD, "momentum", "nesterov")),
    "baseline": searched(BASELINE, *usual(BASELINE, "epochs", "folds")),
    "one setting": Question(kind="try", base=DENSE, over=(Parameter(name="optimizer", values=("adam", "sgd")),)),
    "two settings": Question(
        kind="try",
        base=DENSE,
        over=(Parameter(name="learning_rate", values=(None, 0.01)), Parameter(name="layers", values=(0, 1))),
    ),
    "seeds": Question(kind="repeat", base=SMALL_CNN, trials=5),
    "seeds of the baseline": Question(kind="repeat", base=BASELINE, trials=3),
    "sizes": Question(kind="sizes", base=DENSE, over=(Parameter(name="train_size", values=(100, 300)), SEED)),
    "sizes once": Question(kind="sizes", base=AUGMENTED, over=(Parameter(name="train_size", values=(100, 300)),)),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_every_studys_script_is_a_program_of_less_than_100_lines_without_this_project(name):
    text = search_code(VARIANTS[name])
    tree = compile(text, name, "exec", ast.PyCF_ONLY_AST)
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported <= {"keras", "sklearn", "numpy", "optuna", "scipy"}
    assert ("optuna" in imported) == VARIANTS[name].chooses
    assert len(text.splitlines()) < 100
    assert "<" not in text.replace("< ", "")  # no name is left in quotes


def test_every_studys_script_is_formatted_and_without_a_lint(tmp_path):
    for name, question in VARIANTS.items():
        (tmp_path / f"{name.replace(' ', '_')}.py").write_text(search_code(question))
    ruff = [str(Path(sys.executable).with_name("ruff"))]
    options = ["--isolated", "--line-length", "120", str(tmp_path)]
    for command in (["format", "--diff"], ["check", "--select", "E,F,W,I,B,D103"]):
        done = subprocess.run([*ruff, *command, *options], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", VARIANTS)
def test_in_korean_it_is_the_same_program(name):
    assert statements(search_code(VARIANTS[name], translator("ko"))) == statements(search_code(VARIANTS[name]))


def test_what_is_tried_is_asked_for_and_used():
    text = search_code(VARIANTS["numbers"])
    assert 'learning_rate = trial.suggest_float("learning_rate", 0.0001, 0.1, log=True)' in text
    assert 'batch_size = trial.suggest_categorical("batch_size", [16, 32, 64, 128, 256, 512])' in text
    assert 'epochs = trial.suggest_int("epochs", 1, 20)' in text
    assert call(text, "Adam")[1] == {
        "learning_rate": "learning_rate",
        "weight_decay": "weight_decay",
        "global_clipnorm": "gradient_clip",
    }
    fit = call(text, "fit")[1]
    assert (fit["batch_size"], fit["epochs"], fit["validation_split"]) == ("batch_size", "epochs", "0.2")


def test_layers_that_a_trial_adds_have_units_of_their_own():
    text = search_code(VARIANTS["depth"])
    assert 'units = [trial.suggest_int(f"units_{n}", 8, 512, log=True) for n in range(1, layers + 1)]' in text
    assert "*[keras.layers.Dense(n, activation=activation) for n in units]," in text
    text = search_code(VARIANTS["each of different layers"])
    assert '*([keras.layers.Dense(units[1], activation="relu")] if layers > 1 else []),' in text
    text = search_code(VARIANTS["second layer"])
    assert text.index("Dense(units, ") < text.index("Dense(units_2, ")


def test_sampler_and_pruner_are_the_studys():
    text = search_code(VARIANTS["depth"])
    assert call(text, "TPESampler")[1]["seed"] == "0"
    assert call(text, "HyperbandPruner")[1]["max_resource"] == "5"
    assert "raise optuna.TrialPruned" in text
    text = search_code(VARIANTS["numbers"])
    assert "Pruner" not in text
    assert "def report" not in text
    assert call(search_code(VARIANTS["two settings"]), "GridSampler")
    assert '"learning_rate": [0.001, 0.01]' in search_code(VARIANTS["two settings"])  # not set: Adam's own


@pytest.mark.parametrize("name", ["loss", "pen_strokes", "habits"])
def test_what_the_script_can_not_say_is_refused_in_a_sentence(name):
    assert name in known_parameters(DENSE)
    with pytest.raises(ConfigError, match=f"can't try {name}"):
        search_code(searched(DENSE, *usual(DENSE, name)))


def test_a_learning_rate_test_has_no_script_of_its_own():
    with pytest.raises(ConfigError, match="no script of its own"):
        search_code(Question(kind="rate", base=DENSE))


@pytest.mark.slow
@pytest.mark.usefixtures("uncounted_children", "digits")
def test_the_scripts_search_gives_the_figures_of_our_run(tmp_path, capsys):
    base = RECIPES["first-network"].config.with_settings({"dataset": "digits", "epochs": 12})
    over = (Parameter(name="units", values=(16, 64)), Parameter(name="layers", low=1, high=2, whole=True))
    question = Question(kind="search", base=base, over=over, trials=4, pruner="median")
    best, test = printed(search_code(question), tmp_path)
    values, _, value = best.removeprefix("Best: ").rpartition(" ")
    chosen = ast.literal_eval(values)
    layers = [{"kind": "dense", "units": chosen[f"units_{n}"]} for n in range(1, chosen["layers"] + 1)]
    mine = trained(question.checked_base.with_settings({"layers": layers}), capsys)
    assert mine["history"]["val_accuracy"][-1] == pytest.approx(float(value), abs=0.06)
    theirs = ast.literal_eval(test.removeprefix("Test: "))
    assert mine["test_accuracy"] == pytest.approx(theirs["accuracy"], abs=0.04)  # 297 images: each counts 0.0034
    assert mine["test_loss"] == pytest.approx(theirs["loss"], abs=0.12)


def printed(code, folder):
    """Run a script as its reader would, and return the lines that it prints."""
    (folder / "script.py").write_text(code)
    command = [sys.executable, "script.py"]
    done = subprocess.run(
        command, cwd=folder, env=own_environment(os.environ), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


def trained(config, capsys):
    assert main(["train", "--link", write_link(config), "--json"]) == 0
    return json.loads(capsys.readouterr().out.splitlines()[-1])

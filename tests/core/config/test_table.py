"""Whatever is a setting is known to all who tell, compare and count settings."""

import json

import pytest

from mnist_core.config import FineTuneConfig, LogisticConfig, NetworkConfig, RunConfig
from mnist_core.config.links import read_link, write_link
from mnist_core.config.setting import Select
from mnist_core.config.table import SECTIONS, SETTINGS
from mnist_core.config.wording import setting_words
from mnist_core.errors import ConfigError
from mnist_core.evaluation.comparing import differing_settings
from mnist_core.tensorboard.hparams import COLUMNS, settings_of, told_settings
from mnist_core.text import glossary, translator

T = translator("en")
SGD = {"optimizer": "sgd"}
NORMAL = {"initializer": "random_normal"}
# What came later: what it is set to, what else it takes to have an effect, and what a list says of it.
LATER = {
    "schedule": ("step", {}, "stepwise learning rate"),
    "precision": ("mixed_bfloat16", {}, "mixed precision"),
    "pen_strokes": (True, {}, "pen strokes too"),
    "label_smoothing": (0.1, {}, "label smoothing 10%"),
    "weight_decay": (0.0005, {}, "weight decay 0.0005"),
    "initializer": ("zeros", {}, "zero weights"),
    "initializer_spread": (0.2, NORMAL, "spread 0.2"),
    "gradient_clip": (1.5, {}, "clipped gradients"),
    "warmup_epochs": (2, {}, "warm-up"),
    "nesterov": (True, SGD, "Nesterov"),
}
# Written by the version before this table: these runs must be found as they were.
OLD = [
    (
        {
            "data": {"dataset": "mnist", "train_size": 18861},
            "train": {"optimizer": "sgd", "learning_rate": 3.037, "loss": "sparse_categorical_crossentropy"}
            | {"batch_size": 4172, "seed": 2066533890},
            "augment": {"shear": 4.382, "thickness": 0.044},
            "model": {"kind": "network", "layers": [{"kind": "dense", "units": 64}, {"kind": "dropout"}]},
        },
        "74eafea9fa34",
    ),
    (
        {
            "data": {"dataset": "mnist", "validation_split": 0.382, "pen_strokes": True},
            "train": {"optimizer": "rmsprop", "batch_size": 2182, "epochs": 118, "tensorboard": True},
            "augment": {"rotation": 30.892},
            "model": {"kind": "logistic_sgd", "folds": 3},
        },
        "89eacfad6a19",
    ),
    (
        {
            "data": {"dataset": "digits", "validation_split": 0.318, "train_size": 48202},
            "train": {"optimizer": "rmsprop", "learning_rate": 2.784, "schedule": "cosine", "batch_size": 2754},
            "augment": {"shear": 24.19, "habits": 0.391},
            "model": {"kind": "network", "layers": []},
            "fine_tune": {"base": "20260101-000000-00000001", "drawings": "0123456789abcdef", "copies": 7},
        },
        "d6847aa6a9ce",
    ),
]
every_later = pytest.mark.parametrize("name", LATER)


def changed(name: str) -> RunConfig:
    value, needed, _ = LATER[name]
    return RunConfig().with_settings({**needed, name: value})


def without(name: str) -> RunConfig:
    return RunConfig().with_settings(LATER[name][1])


def test_every_field_is_a_setting_but_for_layers_and_where_fine_tuning_begins():
    fields = {name for model in (*SECTIONS.values(), NetworkConfig) for name in model.model_fields}
    assert fields - SETTINGS.keys() == {"kind", "layers", "base", "drawings"}
    assert sum(len(model.model_fields) for model in SECTIONS.values()) == len(SETTINGS) + 3, "a name is there twice"


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_has_words_and_a_field_that_fits(name):
    setting = SETTINGS[name]
    assert setting.title
    assert setting.help.endswith(".")
    assert setting.spec.term is None or setting.spec.term in glossary()
    assert (setting.spec.choices is not None) <= isinstance(setting.spec.widget, Select)
    assert setting.words(RunConfig().given, T)


@pytest.mark.parametrize("name", [name for name, setting in SETTINGS.items() if setting.spec.choices])
def test_what_can_be_chosen_is_what_is_accepted(name):
    for choice in SETTINGS[name].spec.choices:
        assert RunConfig().with_settings({name: choice}).given[name] == choice
    with pytest.raises(ConfigError, match="it should be") as caught:
        RunConfig().with_settings({name: "other"})
    assert all(f"'{choice}'" in str(caught.value) for choice in SETTINGS[name].spec.choices)


@pytest.mark.parametrize(("values", "fingerprint"), OLD)
def test_runs_from_before_are_found_as_they_were(values, fingerprint):
    assert RunConfig.parse(values).fingerprint() == fingerprint


@every_later
def test_what_came_later_counts_where_it_is_used(name):
    assert changed(name).fingerprint() != without(name).fingerprint()
    off = {name: SETTINGS[name].default}
    assert changed(name).with_settings(off).fingerprint() == without(name).fingerprint()


def test_what_has_no_effect_does_not_count():
    usual = RunConfig()
    assert usual.with_settings({"nesterov": True}).fingerprint() == usual.fingerprint()
    assert usual.with_settings({"initializer_spread": 0.3}).fingerprint() == usual.fingerprint()
    still = RunConfig().with_settings(SGD | {"momentum": 0})
    assert still.with_settings({"nesterov": True}).fingerprint() == still.fingerprint()
    adamw = usual.with_settings({"optimizer": "adamw"})
    assert adamw.with_settings({"weight_decay": 0.004}).fingerprint() == adamw.fingerprint()
    assert usual.with_settings({"weight_decay": 0.004}).fingerprint() != usual.fingerprint()
    tuned = usual.model_copy(update={"fine_tune": FineTuneConfig(base="a", drawings="0" * 16)})
    assert tuned.with_settings({"initializer": "zeros"}).fingerprint() == tuned.fingerprint()


@pytest.mark.parametrize("name", [name for name in LATER if name != "pen_strokes"])
def test_the_baseline_knows_none_of_it(name):
    value, needed, _ = LATER[name]
    baseline = RunConfig(model=LogisticConfig())
    config = baseline.with_settings({**needed, name: value})
    assert config.fingerprint() == baseline.fingerprint()
    assert settings_of(config, "") == settings_of(baseline, "")
    assert setting_words(config.model_dump(), T) == setting_words(baseline.model_dump(), T)


@every_later
def test_links_and_json_bring_it_back(name):
    config = changed(name)
    assert read_link(write_link(config)).config == config
    assert RunConfig.from_json(config.to_json()) == config
    older = json.loads(config.to_json())
    del older[SETTINGS[name].section][name]
    assert RunConfig.parse(older) == without(name)


@every_later
def test_lists_and_comparisons_tell_it(name):
    words = LATER[name][2]
    assert words in setting_words(changed(name).model_dump(), T)
    assert words not in setting_words(without(name).model_dump(), T)
    rows = differing_settings([changed(name), without(name)], T)
    assert [row.name for row in rows] == [name]
    assert rows[0].values[0] != rows[0].values[1]


@every_later
def test_logs_tell_it_and_a_lost_record_is_made_of_them(name):
    told = settings_of(changed(name), "a run")
    assert told.keys() <= {column for column, _, _ in COLUMNS}
    numbers = {column for column, _, is_number in COLUMNS if is_number}
    assert all(isinstance(value, str) != (column in numbers) for column, value in told.items())
    logged = {column: value if isinstance(value, str) else float(value) for column, value in told.items()}
    assert RunConfig.parse(told_settings(logged)) == changed(name)


def test_what_an_optimizer_does_by_itself_is_said_as_such():
    adamw = RunConfig().with_settings({"optimizer": "adamw"})
    rows = {row.name: row.values for row in differing_settings([adamw, RunConfig()], T)}
    assert rows["weight_decay"] == ("0.004 (default)", "off")


@pytest.mark.parametrize("warmup", [5, 6])
def test_a_warm_up_ends_before_training_does(warmup):
    with pytest.raises(ConfigError, match="Choose fewer warm-up epochs than epochs"):
        RunConfig().with_settings({"warmup_epochs": warmup})
    assert RunConfig().with_settings({"warmup_epochs": 4}).train.warmup_epochs == 4


def test_a_finished_network_is_without_what_is_a_way_of_training_only():
    config = RunConfig().with_settings({"label_smoothing": 0.1, "precision": "mixed_bfloat16", "initializer": "zeros"})
    assert config.finished == RunConfig().with_settings({"initializer": "zeros"})

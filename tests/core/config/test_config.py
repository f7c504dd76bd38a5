import json

import pytest
from pydantic import ValidationError

from mnist_core.config import (
    LAYERS,
    AugmentationConfig,
    BatchNormalization,
    Conv2D,
    DataConfig,
    Dense,
    Dropout,
    LogisticConfig,
    MaxPooling2D,
    NetworkConfig,
    RunConfig,
    TrainConfig,
)
from mnist_core.errors import ConfigError

EVERY_LAYER = NetworkConfig(
    layers=(
        Conv2D(filters=8, kernel_size=5, padding="same", activation="tanh"),
        MaxPooling2D(pool_size=3),
        BatchNormalization(),
        Dropout(rate=0.25),
        Dense(units=7, activation="linear"),
    )
)
BASELINE = RunConfig(model=LogisticConfig())
AUGMENTED = {
    "rotation": 10.0,
    "shift": 2.0,
    "scale": 0.1,
    "shear": 5.0,
    "elastic": 1.0,
    "thickness": 0.5,
    "mirror": True,
    "habits": 0.5,
}


def changed(**settings):
    return RunConfig().with_settings(settings)


# limits


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("batch_size", [1, 8192]),
        ("epochs", [1, 200]),
        ("learning_rate", [1e-12, 10.0, None]),
        ("momentum", [0.0, 0.999]),
        ("seed", [0, 2**32 - 1]),
        ("early_stopping", [1, 50, None]),
        ("validation_split", [0.0, 0.5]),
        ("train_size", [100, 60_000, None]),
        ("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy"]),
        ("dataset", ["mnist", "fashion_mnist", "digits"]),
    ],
)
def test_values_at_the_limits_are_accepted(name, accepted):
    for value in accepted:
        config = changed(**{name: value})
        assert {**config.train.model_dump(), **config.data.model_dump()}[name] == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch_size", 0),
        ("batch_size", 8193),
        ("batch_size", 64.5),
        ("batch_size", "many"),
        ("batch_size", None),
        ("epochs", 0),
        ("epochs", 201),
        ("learning_rate", 0.0),
        ("learning_rate", -1),
        ("learning_rate", 10.5),
        ("learning_rate", float("nan")),
        ("learning_rate", float("inf")),
        ("momentum", 1.0),
        ("momentum", -0.1),
        ("seed", -1),
        ("seed", 2**32),
        ("early_stopping", 0),
        ("validation_split", 0.51),
        ("validation_split", -0.1),
        ("train_size", 99),
        ("train_size", 60_001),
        ("optimizer", "adamm"),
        ("loss", "mse"),
        ("dataset", "cifar10"),
        ("tensorboard", "perhaps"),
    ],
)
def test_an_error_names_the_setting_and_the_received_value(name, value):
    with pytest.raises(ConfigError) as caught:
        changed(**{name: value})
    message = str(caught.value)
    section = TrainConfig if name in TrainConfig.model_fields else DataConfig
    assert message.startswith(f"{section.model_fields[name].title}: ")
    assert message.endswith(f"Received: {name}={value!r}")


@pytest.mark.parametrize(
    "layer",
    [
        {"kind": "dense", "units": 0},
        {"kind": "dense", "units": 4097},
        {"kind": "dense", "activation": "mish"},
        {"kind": "conv2d", "filters": 257},
        {"kind": "conv2d", "kernel_size": 8},
        {"kind": "conv2d", "padding": "full"},
        {"kind": "max_pooling2d", "pool_size": 1},
        {"kind": "dropout", "rate": 0.95},
        {"kind": "dropout", "rate": float("nan")},
    ],
)
def test_a_layer_out_of_bounds_is_refused_by_number_and_name(layer):
    name, value = list(layer.items())[1]
    with pytest.raises(ConfigError) as caught:
        RunConfig.parse({"model": {"kind": "network", "layers": [{"kind": "dense"}, layer]}})
    title = LAYERS[layer["kind"]].model_fields[name].title
    assert str(caught.value).startswith(f"Layer 2, {title}: ")
    assert str(caught.value).endswith(f"Received: {name}={value!r}")


def test_at_most_24_layers_are_accepted():
    assert len(changed(layers=[{"kind": "dense"}] * 24).model.layers) == 24
    with pytest.raises(ConfigError, match="layers"):
        changed(layers=[{"kind": "dense"}] * 25)


def test_a_long_received_value_is_cut():
    with pytest.raises(ConfigError) as caught:
        changed(optimizer="x" * 5000)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "values",
    [
        {"speed": 1},
        {"train": {"speed": 1}},
        {"data": {"speed": 1}},
        {"model": {"kind": "network", "speed": 1}},
        {"model": {"kind": "network", "layers": [{"kind": "dense", "speed": 1}]}},
    ],
)
def test_unknown_keys_are_refused(values):
    with pytest.raises(ConfigError, match=r"speed: .*Received: speed=1"):
        RunConfig.parse(values)


@pytest.mark.parametrize("values", [{"model": {"kind": "rnn"}}, {"model": {}}, {"model": 3}, {"schema_version": 2}])
def test_an_unknown_model_or_version_is_refused(values):
    with pytest.raises(ConfigError, match="Received"):
        RunConfig.parse(values)


def test_early_stopping_needs_a_validation_split():
    with pytest.raises(ConfigError, match="needs a validation split above 0"):
        changed(early_stopping=3, validation_split=0)
    assert changed(early_stopping=3, validation_split=0.1).train.early_stopping == 3


def test_a_configuration_can_not_be_changed():
    config = RunConfig()
    with pytest.raises(ValidationError):
        config.train.epochs = 7


# JSON


@pytest.mark.parametrize("config", [RunConfig(), RunConfig(model=EVERY_LAYER), BASELINE], ids=["plain", "all", "sgd"])
def test_json_goes_both_ways(config):
    text = config.to_json()
    assert RunConfig.from_json(text) == config
    assert RunConfig.parse(json.loads(text)) == config
    assert RunConfig.from_json(text).to_json() == text


def test_json_is_canonical():
    text = RunConfig().to_json()
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '{"train":{"epochs":0}}'])
def test_json_that_is_no_configuration_is_refused(text):
    with pytest.raises(ConfigError):
        RunConfig.from_json(text)


# single settings


def test_single_settings_are_replaced_by_plain_name():
    config = changed(batch_size=64, validation_split=0.1, layers=[{"kind": "dense", "units": 5}], learning_rate=None)
    assert config.train.batch_size == 64
    assert config.data.validation_split == 0.1
    assert config.model.layers == (Dense(units=5),)
    assert RunConfig().train.batch_size == 128


def test_settings_of_the_baseline_are_replaced_too():
    assert BASELINE.with_settings({"folds": 3}).model.folds == 3


@pytest.mark.parametrize("name", ["speed", "kind", "folds", "model", "train", "schema_version", ""])
def test_an_unknown_setting_is_named(name):
    with pytest.raises(ConfigError, match=f"no setting called {name}.*Received: {name}=1"):
        changed(**{name: 1})


def test_no_settings_give_an_equal_configuration():
    assert changed() == RunConfig()


# fingerprint


def test_a_fingerprint_is_twelve_hex_digits():
    assert len(RunConfig().fingerprint()) == 12
    assert int(RunConfig().fingerprint(), 16) >= 0


def test_the_fingerprint_is_the_same_in_every_process():
    # A changed value here makes every finished run forget that it was trained before.
    assert RunConfig().fingerprint() == RunConfig.from_json(RunConfig().to_json()).fingerprint()
    assert RunConfig().fingerprint() == "66de93835548"


@pytest.mark.parametrize(
    ("settings", "others"),
    [
        ({"momentum": 0.5}, {"momentum": 0.9}),
        ({"learning_rate": None}, {"learning_rate": 0.001}),
        ({"optimizer": "sgd"}, {"optimizer": "sgd", "learning_rate": 0.01}),
        ({"tensorboard": True}, {"tensorboard": False}),
        ({"validation_split": 0}, {"validation_split": 0.0}),
        ({"learning_rate": 1}, {"learning_rate": 1.0}),
    ],
)
def test_settings_without_effect_give_an_equal_fingerprint(settings, others):
    assert changed(**settings).fingerprint() == changed(**others).fingerprint()


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "nadam"},
        {"learning_rate": 0.002},
        {"loss": "sparse_categorical_crossentropy"},
        {"batch_size": 64},
        {"epochs": 6},
        {"seed": 1},
        {"early_stopping": 2},
        {"dataset": "digits"},
        {"validation_split": 0.1},
        {"train_size": 1000},
        {"layers": [{"kind": "dense"}]},
    ],
)
def test_settings_with_effect_change_the_fingerprint(settings):
    assert changed(**settings).fingerprint() != RunConfig().fingerprint()


def test_what_came_later_counts_only_where_it_is_used():
    off = {"schedule": "constant", "rotation": 0.0, "mirror": False, "elastic": 0}
    assert changed(**off).fingerprint() == "66de93835548"
    some = changed(rotation=10.0, shift=0.0)
    assert some.fingerprint() == changed(rotation=10).fingerprint()
    fingerprints = {changed(**{name: value}).fingerprint() for name, value in AUGMENTED.items()}
    assert len(fingerprints | {RunConfig().fingerprint()}) == len(AUGMENTED) + 1
    assert changed(schedule="cosine").fingerprint() != RunConfig().fingerprint()


def test_a_configuration_from_before_augmentation_is_read():
    values = json.loads(RunConfig().to_json())
    del values["augment"], values["train"]["schedule"]
    assert RunConfig.from_json(json.dumps(values)) == RunConfig()


@pytest.mark.parametrize("name", [name for name in AugmentationConfig.model_fields if name != "mirror"])
def test_augmentation_has_limits_and_is_replaced_by_plain_name(name):
    assert getattr(changed(**{name: AUGMENTED[name]}).augment, name) == AUGMENTED[name]
    for value in (-0.1, 46, "much"):
        with pytest.raises(ConfigError, match=f"Received: {name}={value!r}"):
            changed(**{name: value})


@pytest.mark.parametrize("name", [*AugmentationConfig.model_fields])
def test_augmentation_is_active_as_soon_as_one_setting_is_on(name):
    assert not RunConfig().augment.is_active
    config = AugmentationConfig(**{name: AUGMENTED[name]})
    assert config.is_active
    assert config.moves == (name not in ("thickness", "habits"))


def test_momentum_counts_with_sgd():
    sgd = RunConfig(train=TrainConfig(optimizer="sgd", momentum=0.5))
    assert sgd.fingerprint() != sgd.with_settings({"momentum": 0.9}).fingerprint()


def test_the_order_of_layers_counts():
    layers = (Dense(units=5), Dropout())
    one, other = (RunConfig(model=NetworkConfig(layers=order)) for order in (layers, layers[::-1]))
    assert one.fingerprint() != other.fingerprint()


@pytest.mark.parametrize(
    "settings",
    [
        {"batch_size": 1},
        {"optimizer": "sgd"},
        {"learning_rate": 1.0},
        {"validation_split": 0.3},
        {"early_stopping": 3},
        {"rotation": 9},
    ],
)
def test_the_baseline_ignores_what_only_networks_use(settings):
    assert BASELINE.with_settings(settings).fingerprint() == BASELINE.fingerprint()


@pytest.mark.parametrize("settings", [{"epochs": 9}, {"seed": 1}, {"folds": 3}, {"train_size": 500}])
def test_the_baseline_counts_what_it_uses(settings):
    assert BASELINE.with_settings(settings).fingerprint() != BASELINE.fingerprint()


# derived values


def test_an_empty_learning_rate_means_the_default_of_the_optimizer():
    assert changed(optimizer="sgd").effective_learning_rate == 0.01
    assert changed(optimizer="adam").effective_learning_rate == 0.001
    assert changed(optimizer="sgd", learning_rate=0.5).effective_learning_rate == 0.5


def test_only_networks_with_an_active_setting_augment():
    assert not RunConfig().augments
    assert changed(rotation=1).augments
    assert not BASELINE.with_settings({"rotation": 1}).augments


def test_only_networks_with_a_split_use_validation():
    assert RunConfig().uses_validation
    assert not RunConfig(data=DataConfig(validation_split=0)).uses_validation
    assert not BASELINE.uses_validation


SECTIONS = [DataConfig, TrainConfig, AugmentationConfig, NetworkConfig, LogisticConfig, *LAYERS.values()]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_every_field_has_a_title_and_a_sentence_for_learners(section):
    for name, field in section.model_fields.items():
        if name != "kind":
            assert field.title
            assert field.description.endswith(".")


def test_pen_strokes_make_another_run_and_belong_to_mnist():
    with_strokes = changed(pen_strokes=True)
    assert with_strokes.fingerprint() != RunConfig().fingerprint()
    with pytest.raises(ConfigError, match="MNIST"):
        with_strokes.with_settings({"dataset": "fashion_mnist"})

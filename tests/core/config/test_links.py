"""Settings in an address: nothing is lost on the way, and nothing that comes back is trusted."""

import base64
import json
import random
import zlib

import pytest

from mnist_core.config import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    FineTuneConfig,
    LogisticConfig,
    MaxPooling2D,
    NetworkConfig,
    RunConfig,
    links,
)
from mnist_core.config.links import read_link, run_address, settings_address, write_link
from mnist_core.config.recipes import RECIPES
from mnist_core.errors import ConfigError, LinkError


def forged(content, version=links.VERSION):
    """Return a text with a right checksum and any content."""
    if not isinstance(content, bytes):
        content = json.dumps(content, separators=(",", ":")).encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=links._USUAL)
    packed = zlib.crc32(content).to_bytes(4, "big") + packer.compress(content) + packer.flush()
    return version + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def random_config(rng):
    """Return some settings, each of them the default or anything that is allowed."""

    def maybe(**values):
        return {name: value for name, value in values.items() if rng.random() < 0.6}

    activation = rng.choice(["relu", "tanh", "leaky_relu", "linear"])
    kinds = [
        lambda: Dense(**maybe(units=rng.randint(1, 4096), activation=activation)),
        lambda: Conv2D(
            **maybe(filters=rng.randint(1, 256), kernel_size=rng.randint(1, 7), padding="same", activation=activation)
        ),
        lambda: MaxPooling2D(**maybe(pool_size=rng.randint(2, 4))),
        lambda: Dropout(**maybe(rate=rng.random() * 0.9)),
        BatchNormalization,
    ]
    model = NetworkConfig(layers=tuple(rng.choice(kinds)() for _ in range(rng.randint(0, 24))))
    if rng.random() < 0.2:
        model = LogisticConfig(**maybe(folds=rng.randint(2, 10)))
    settings = maybe(
        dataset="mnist",
        validation_split=0.05 + rng.random() * 0.4,
        train_size=rng.randint(100, 60_000),
        pen_strokes=True,
        optimizer=rng.choice(["sgd", "nadam", "adamw"]),
        learning_rate=rng.random() * 10 + 1e-12,
        schedule="cosine",
        momentum=rng.random() * 0.99,
        loss="sparse_categorical_crossentropy",
        batch_size=rng.randint(1, 8192),
        epochs=rng.randint(1, 200),
        seed=rng.randint(0, 2**32 - 1),
        early_stopping=rng.randint(1, 50),
        precision="mixed_bfloat16",
        tensorboard=True,
        rotation=rng.random() * 45,
        elastic=rng.random() * 3,
        mirror=True,
        habits=rng.random(),
    )
    return RunConfig(model=model).with_settings(settings)


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_comes_back_from_a_short_text(recipe):
    config = RECIPES[recipe].config
    text = write_link(config, recipe)
    assert len(text) < 200
    linked = read_link(text)
    assert linked.config == config
    assert linked.recipe == recipe


def test_300_random_configurations_come_back_exactly():
    rng = random.Random(0)
    for _ in range(300):
        config = random_config(rng)
        text = write_link(config)
        assert len(text) < 1500
        assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        assert read_link(text) == links.LinkedSettings(config)


DEFAULTS = {
    "data": {"dataset": "mnist", "validation_split": 0.2, "train_size": None, "pen_strokes": False},
    "train": {
        "optimizer": "adam",
        "learning_rate": None,
        "schedule": "constant",
        "momentum": 0.9,
        "loss": "categorical_crossentropy",
        "batch_size": 128,
        "epochs": 5,
        "seed": 0,
        "early_stopping": None,
        "precision": "float32",
        "tensorboard": False,
    },
    "augment": {
        "rotation": 0.0,
        "shift": 0.0,
        "scale": 0.0,
        "shear": 0.0,
        "elastic": 0.0,
        "thickness": 0.0,
        "mirror": False,
        "habits": 0.0,
    },
    "dense": {"units": 128, "activation": "relu"},
    "conv2d": {"filters": 32, "kernel_size": 3, "padding": "valid", "activation": "relu"},
    "max_pooling2d": {"pool_size": 2},
    "dropout": {"rate": 0.3},
    "batch_normalization": {},
    "logistic_sgd": {"folds": 5},
}


def test_the_defaults_of_this_version_are_part_of_it():
    # Links leave out what is the default, and are packed with known text. Whoever changes one of both gives
    # `links.VERSION` another letter, so that old links are refused instead of read as something else.
    assert links.VERSION == "1"
    config = RunConfig()
    now = {"data": config.data, "train": config.train, "augment": config.augment}
    for model in (Dense, Conv2D, MaxPooling2D, Dropout, BatchNormalization, LogisticConfig):
        now[model().kind] = model()
    for name, defaults in DEFAULTS.items():
        assert {key: now[name].model_dump()[key] for key in defaults} == defaults
    assert f"{zlib.crc32(links._USUAL):08x}" == "1c2df1bd"
    text = "1_OkQvquGpw5SYhc1AvFGCGpCIF4fnohEiZdiYMrI0U3OA6YLAA"
    as_it_was = RECIPES["small-cnn"].config.with_settings({"precision": "float32"})
    assert read_link(text) == links.LinkedSettings(as_it_was, "small-cnn")


def test_an_address_is_read_like_its_text():
    config = RECIPES["small-cnn"].config
    for base in ("http://localhost:8501", "https://example.org/lab/"):
        address = settings_address(base, config, "small-cnn")
        assert address.startswith(base.rstrip("/") + "/train?config=1")
        assert read_link(f"  {address}&lang=en\n").config == config
    assert run_address("http://localhost:8501/", "20260101-000000-abcdef01") == (
        "http://localhost:8501/train?run=20260101-000000-abcdef01"
    )


def test_fine_tuning_is_left_out():
    config = RECIPES["small-cnn"].config
    taught = config.model_copy(update={"fine_tune": FineTuneConfig(base="a", drawings="0" * 16)})
    assert read_link(write_link(taught)).config == config


def test_an_unknown_recipe_is_forgotten():
    assert read_link(forged({"recipe": "of-tomorrow"})).recipe is None
    assert read_link(forged({"recipe": ["first-network"]})).recipe is None
    assert read_link(write_link(RunConfig(), "of-tomorrow")).recipe is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no link to settings"),
        ("hello world", "no link to settings"),
        ("<script>alert(1)</script>", "no link to settings"),
        ("http://[::1", "no link to settings"),
        ("https://example.org/", "no link to settings"),
        ("http://x/?" + "&".join(f"a{n}=1" for n in range(50)), "no link to settings"),
        ("http://localhost:8501/train?run=20260101-000000-abcdef01", "leads to a run"),
        ("1", "no link to settings"),
        ("1AAAA", "cut off or changed"),
        ("1AAAAA", "cut off or changed"),
        (write_link(RECIPES["best-cnn"].config)[:-5], "cut off or changed"),
        (write_link(RECIPES["best-cnn"].config) + "AAAA", "cut off or changed"),
        ("2" + write_link(RunConfig())[1:], "another version"),
        ("1" + "A" * 5000, "too long"),
        (forged(b"[" * 15_000), "no settings"),
        (forged(b"0" * 2_000_000), "cut off or changed"),
        (forged(b"[]"), "no settings"),
        (forged(b"{"), "no settings"),
        (forged(b"9" * 10_000), "no settings"),
        (forged({"data": 3}), "no settings"),
        (forged({"data": {"dataset": "[a](http://b)"}}), "no settings"),
        (forged({"data": {"dataset": "\u4f60"}}), "no settings"),
        (forged({"fine_tune": {"base": "a"}}), "does not know: fine_tune"),
        (forged({"schema_version": 2}), "does not know: schema_version"),
        (forged({"train": {"warp": 9}}), "does not know: warp"),
        (forged({"www.evil.example": {}}), "does not know: www evil example[.]"),
        (forged({"model": {"kind": "transformer"}}), "transformer"),
        (forged({"model": {"layers": [{"kind": "attention"}]}}), "does not know: attention"),
        (forged({"model": {"layers": [{"kind": "dense", "heads": 3}]}}), "does not know: heads"),
        (forged({"model": {"layers": [{}]}}), "does not know"),
        (forged({"model": {"layers": {"kind": "dense"}}}), "Layers"),
        (forged({"model": {"layers": [7]}}), "Layer 1"),
        (forged({"model": {"layers": [{"kind": "dense"}] * 25}}), "Layers"),
        (forged({"model": {"folds": 3}}), "Received: folds=3"),
        (forged({"train": {"epochs": 0}}), "Received: epochs=0"),
        (forged({"train": {"epochs": 10**30}}), "Epochs"),
        (forged({"train": {"learning_rate": float("nan")}}), "Learning rate"),
        (forged({"train": {"learning_rate": float("inf")}}), "Learning rate"),
        (forged({"data": {"dataset": "fashion_mnist"}, "augment": {"habits": 0.5}}), "for digits"),
    ],
)
def test_what_is_no_link_of_ours_is_told_in_one_sentence(text, words):
    with pytest.raises(ConfigError, match=words) as caught:
        read_link(text)
    message = str(caught.value)
    assert len(message) < 300
    assert "\n" not in message


def test_1000_tampered_links_give_a_message_and_never_other_settings():
    rng = random.Random(1)
    letters = "ABCabc019-_=%. /?&\x00é"
    refused = 0
    for _ in range(1000):
        config = random_config(rng)
        text = list(write_link(config))
        for _ in range(rng.randint(1, 3)):
            where = rng.randrange(len(text))
            match rng.randrange(4):
                case 0:
                    text[where] = rng.choice(letters)
                case 1:
                    text.insert(where, rng.choice(letters))
                case 2:
                    text[where : where + rng.randint(1, 9)] = []
                case 3:
                    text[where:] = text[where:][::-1]
            text = text or ["x"]
        try:
            assert read_link("".join(text)).config == config
        except LinkError:
            refused += 1
    assert refused > 900


def test_a_settings_file_of_a_million_bytes_is_never_unpacked(monkeypatch):
    sizes = []
    real = zlib.crc32
    monkeypatch.setattr(links.zlib, "crc32", lambda content: sizes.append(len(content)) or real(content))
    bomb = forged(b"{" + b'"a":1,' * 500_000 + b'"a":1}')
    sizes.clear()
    with pytest.raises(LinkError):
        read_link(bomb)
    assert max(sizes, default=0) <= 20_000

"""What Keras writes for the networks that can be set up here passes the checks that strangers' files have to pass."""

import pytest

from mnist_core.config import BatchNormalization, Conv2D, Dense, Dropout, MaxPooling2D, RunConfig
from mnist_core.config.choices import ACTIVATIONS, OPTIMIZERS
from mnist_core.models.graph import outputs_of, with_last_output_only
from mnist_core.sharing.bundle.network import check_keras, check_onnx

pytestmark = pytest.mark.slow
FLAT = tuple(Dense(units=9, activation=activation) for activation in ACTIVATIONS)
IMAGES = (
    *(Conv2D(filters=3, kernel_size=2, padding="same", activation=activation) for activation in ACTIVATIONS),
    BatchNormalization(),
    MaxPooling2D(pool_size=3),
    Dropout(rate=0.25),
    Conv2D(filters=2, kernel_size=1),
    Dense(units=5),
    BatchNormalization(),
)
CHAIN = (Conv2D(filters=4, kernel_size=1),) * 24  # the export goes through each of them again and again


def config_of(layers, **settings) -> RunConfig:
    config = RunConfig().with_settings({"layers": [layer.model_dump() for layer in layers]})
    return config.with_settings(settings) if settings else config


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_keras_s_description_of_every_layer_and_optimizer_is_that_of_its_settings(optimizer, tmp_path):
    from mnist_core.models.build import build_model

    schedule = "cosine" if optimizer == "adam" else "constant"
    config = config_of(IMAGES, optimizer=optimizer, schedule=schedule)
    build_model(config).save(tmp_path / "model.keras")
    check_keras((tmp_path / "model.keras").read_bytes(), config, 100_000_000)


@pytest.mark.parametrize("layers", [FLAT, IMAGES, CHAIN, (), (MaxPooling2D(), Dropout())])
def test_an_export_costs_what_its_settings_say(layers, tmp_path):
    from mnist_core.models.build import build_model
    from mnist_core.training.export import every_layer, write_onnx

    config = config_of(layers)
    write_onnx(every_layer(build_model(config)), tmp_path / "layers.onnx")
    exported = (tmp_path / "layers.onnx").read_bytes()
    check_onnx(with_last_output_only(exported), outputs_of(exported), config)

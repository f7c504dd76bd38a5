"""The Keras code on the page is this very training: with the same images it gives the same numbers."""

import dataclasses

import numpy as np
import pytest

from mnist_core.config import BatchNormalization, Conv2D, Dense, Dropout, MaxPooling2D
from mnist_core.models.code import keras_code
from mnist_core.training.fit import fit, scale

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("layers", "settings"),
    [
        ((Dense(units=32),), {"optimizer": "rmsprop", "validation_split": 0.0}),
        ((Dense(units=32), Dropout(rate=0.3)), {"optimizer": "adam", "early_stopping": 1, "epochs": 4}),
        (
            (Dense(units=10),),
            {"optimizer": "sgd", "learning_rate": 0.05, "loss": "sparse_categorical_crossentropy"},
        ),
        (
            (Conv2D(filters=4, kernel_size=3), MaxPooling2D(), BatchNormalization()),
            {"optimizer": "nadam", "seed": 7},
        ),
    ],
    ids=["dense", "dropout", "sgd", "convolution"],
)
def test_the_script_reaches_the_same_figures(network, sink, shared_digits, monkeypatch, layers, settings):
    import keras

    from mnist_core.models.build import build_model

    data, config = shared_digits, network(*layers, dataset="mnist", **settings)
    monkeypatch.setattr(
        keras.datasets.mnist, "load_data", lambda: ((data.x_train, data.y_train), (data.x_test, data.y_test))
    )
    script = {}
    exec(keras_code(config), script)
    model = build_model(config)
    # Our own training never sees the test images.
    fit(model, dataclasses.replace(data, x_test=None, y_test=None), config, sink)
    assert set(sink.history()) == set(script["model"].history.history)
    for name, values in script["model"].history.history.items():
        assert sink.history()[name] == pytest.approx(values, rel=1e-5)
    np.testing.assert_allclose(
        model.predict(scale(data.x_test), verbose=0), script["model"].predict(script["x_test"], verbose=0), atol=1e-5
    )

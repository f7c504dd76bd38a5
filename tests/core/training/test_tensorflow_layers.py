"""The way through a network with fused kernels, beside Keras's own."""

import numpy as np
import pytest

from mnist_core.config import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    MaxPooling2D,
    NetworkConfig,
    RunConfig,
    TrainConfig,
)

NORMALIZED = (
    Conv2D(filters=6, kernel_size=5),
    BatchNormalization(),
    MaxPooling2D(),
    Conv2D(filters=8, padding="same"),
    BatchNormalization(),
    Dense(units=12),
    BatchNormalization(),
)
# 28, 26, 13, 11 and 5 rows, where 28, 26, 12 and 10 would do.
VALID = (Conv2D(filters=4), MaxPooling2D(), Conv2D(filters=4), MaxPooling2D())
# Pooling leaves something out before and after a layer that looks at all of it.
SAME = (
    *(Conv2D(filters=4, kernel_size=4), AveragePooling2D(pool_size=3), Conv2D(filters=4, padding="same")),
    *(BatchNormalization(), Conv2D(filters=4, kernel_size=2), MaxPooling2D(pool_size=4)),
)
NETWORKS = {"normalized": NORMALIZED, "valid": VALID, "same": SAME}


@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize(("precision", "near"), [("float32", 1e-4), ("mixed_bfloat16", 0.05)])
def test_the_faster_way_says_and_learns_what_keras_own_layers_do(layers, precision, near):
    import keras
    import tensorflow as tf

    from mnist_core.models.build import build_model
    from mnist_core.training.tensorflow_layers import forward

    config = RunConfig(model=NetworkConfig(layers=layers), train=TrainConfig(seed=3, precision=precision))
    rng = np.random.default_rng(0)
    images, labels = rng.random((32, 28, 28), np.float32), np.eye(10, dtype=np.float32)[rng.integers(0, 10, 32)]
    found = []
    for way in (lambda model, x: model(x, training=True), forward):
        model = build_model(config)
        for layer in model.layers:  # not where they begin, where a mistake could hide
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.set_weights(
                    [np.linspace(0.5, 1.5, weight.shape[0], dtype=np.float32) for weight in layer.weights]
                )
        with tf.GradientTape() as tape:
            said = way(model, tf.constant(images))
            loss = model.compute_loss(y=labels, y_pred=said)
        gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
        averages = [variable.numpy() for variable in model.non_trainable_variables if "moving" in variable.name]
        assert len(averages) == 2 * sum(isinstance(layer, BatchNormalization) for layer in layers)
        found.append([said.numpy(), *(gradient.numpy() for gradient in gradients), *averages])
    for theirs, ours in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=near * max(1.0, float(np.abs(theirs).max())))


def test_what_pooling_leaves_out_is_not_calculated():
    from mnist_core.models.build import build_model
    from mnist_core.training.tensorflow_layers import sizes_seen

    def seen(layers):
        model = build_model(RunConfig(model=NetworkConfig(layers=layers)))
        return [size and size[0] for size in sizes_seen(model.layers)][1:-2]

    assert seen(VALID) == [26, 24, 12, 10]
    assert seen((*VALID[:2], BatchNormalization(), *VALID[2:])) == [28, 26, None, 12, 10]
    assert seen((MaxPooling2D(pool_size=3),)) == [27]
    assert seen((Conv2D(filters=1, padding="same"), Conv2D(filters=1), MaxPooling2D(pool_size=4))) == [None, 26, 24]


def test_strides_and_dilation_count():
    import keras

    from mnist_core.training.tensorflow_layers import sizes_seen

    model = keras.Sequential([keras.Input((28, 21, 1)), keras.layers.Conv2D(1, (3, 2), strides=3)])
    model.add(keras.layers.Conv2D(1, 3, dilation_rate=2))
    assert sizes_seen(model.layers) == [(27, 20), (9, 7)]

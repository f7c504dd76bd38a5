"""The way through a network with fused kernels, beside Keras's own."""

import numpy as np
import pytest

from mnist_core.config import BatchNormalization, Conv2D, Dense, MaxPooling2D, NetworkConfig, RunConfig, TrainConfig

LAYERS = (
    Conv2D(filters=6, kernel_size=5),
    BatchNormalization(),
    MaxPooling2D(),
    Conv2D(filters=8, padding="same"),
    BatchNormalization(),
    Dense(units=12),
    BatchNormalization(),
)


@pytest.mark.parametrize(("precision", "near"), [("float32", 1e-4), ("mixed_bfloat16", 0.05)])
def test_fused_kernels_say_and_learn_what_keras_own_layers_do(precision, near):
    import keras
    import tensorflow as tf

    from mnist_core.models.build import build_model
    from mnist_core.training.tensorflow_layers import forward

    config = RunConfig(model=NetworkConfig(layers=LAYERS), train=TrainConfig(seed=3, precision=precision))
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
        assert len(averages) == 6
        found.append([said.numpy(), *(gradient.numpy() for gradient in gradients), *averages])
    for theirs, ours in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=near * max(1.0, float(np.abs(theirs).max())))

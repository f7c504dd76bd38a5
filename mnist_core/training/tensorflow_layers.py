"""A way through a network while it trains that uses TensorFlow's fused kernels, where Keras composes many small ones.

The network stays Keras's own, with its own layers and weights: it is saved, judged and taken away as ever.
"""

import keras
import tensorflow as tf


def forward(model: keras.Sequential, images: tf.Tensor) -> tf.Tensor:
    """Return what a network says in training; figures are those of ``model(images, training=True)`` up to rounding.

    Parameters
    ----------
    model : keras.Sequential
    images : Tensor of shape (n, 28, 28), float32
    """
    values = images
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization) and values.shape.rank == 4:
            values = _normalized(layer, values)
        else:
            values = layer(values, training=True)
    return values


def _normalized(layer: keras.layers.BatchNormalization, images: tf.Tensor) -> tf.Tensor:
    """Normalise images by their own mean and variance, and let the layer's averages follow these.

    One kernel forward and one backward, in float32 as Keras does it in mixed precision too.
    """
    normalized, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=tf.cast(images, tf.float32),
        scale=layer.gamma.value,
        offset=layer.beta.value,
        mean=tf.constant([]),
        variance=tf.constant([]),
        epsilon=layer.epsilon,
        is_training=True,
    )
    # The kernel estimates the variance of all images there could be; Keras averages that of the images themselves.
    count = tf.cast(tf.reduce_prod(tf.shape(images)[:-1]), tf.float32)
    for average, value in ((layer.moving_mean, mean), (layer.moving_variance, variance * (count - 1.0) / count)):
        average.assign(average * layer.momentum + value * (1.0 - layer.momentum))
    return tf.cast(normalized, images.dtype)

"""A way through a network while it trains that does less work than Keras's own, for the same figures.

It uses TensorFlow's fused kernels where Keras composes many small ones, and leaves out what nothing depends on. The
network stays Keras's own, with its own layers and weights: it is saved, judged and taken away as ever.
"""

import keras
import tensorflow as tf

_Size = tuple[int, int]  # rows and columns


def forward(model: keras.Sequential, images: tf.Tensor) -> tf.Tensor:
    """Return what a network says in training; figures are those of ``model(images, training=True)`` up to rounding.

    Parameters
    ----------
    model : keras.Sequential
    images : Tensor of shape (n, 28, 28), float32
    """
    values = images
    for layer, seen in zip(model.layers, sizes_seen(model.layers), strict=True):
        # Pooling leaves the rest out by itself: a copy without it would only cost.
        if isinstance(layer, keras.layers.Conv2D) and seen and seen != tuple(values.shape[1:3]):
            values = values[:, : seen[0], : seen[1]]
        if isinstance(layer, keras.layers.BatchNormalization) and values.shape.rank == 4:
            values = _normalized(layer, values)
        else:
            values = layer(values, training=True)
    return values


def sizes_seen(layers: list[keras.Layer]) -> list[_Size | None]:
    """Return how much of its input each layer has to look at, from the upper left; None stands for all.

    Pooling by 2 leaves out the last row and column of 11 x 11 values, so nobody has to calculate them, nor what only
    they look at. For `small-cnn` that is a sixth of all the work, forward and backward.
    """
    seen: list[_Size | None] = []
    for layer in reversed(layers):
        seen.append(_size_seen(layer, seen[-1] if seen else None))
    return seen[::-1]


def _size_seen(layer: keras.Layer, wanted: _Size | None) -> _Size | None:
    """Return how much of its input a layer looks at for so much of its output."""
    dilation = (1, 1)  # no `match` here: AutoGraph, which translates this for TensorFlow, can't read it
    if isinstance(layer, keras.layers.Conv2D):
        window, dilation = layer.kernel_size, layer.dilation_rate
    elif isinstance(layer, keras.layers.MaxPooling2D | keras.layers.AveragePooling2D):
        window = layer.pool_size
    else:
        return None
    if layer.padding != "valid":
        return None
    rows, columns = (
        (size - 1) * stride + (length - 1) * step + 1
        for size, stride, length, step in zip(
            wanted or layer.output.shape[1:3], layer.strides, window, dilation, strict=True
        )
    )
    return rows, columns


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

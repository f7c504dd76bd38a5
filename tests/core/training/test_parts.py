"""What a run keeps of its inside, against Keras; and gradients by differences against TensorFlow's."""

import numpy as np
import pytest

from mnist_core.analysis.explain import kernel_images, measure_sensitivity
from mnist_core.config import BatchNormalization, Conv2D, Dense, Dropout, MaxPooling2D, NetworkConfig
from mnist_core.inference import Classifier, open_layers
from mnist_core.models.summary import layer_rows
from mnist_core.store import RunFiles, RunState
from mnist_core.system.processes import own_process
from mnist_core.training.control import Control
from mnist_core.training.run import execute
from mnist_core.training.steps import scale

pytestmark = pytest.mark.slow

NETWORKS = {
    "none": (),
    "dense": (Dense(units=12),),
    "convolution": (Conv2D(filters=4), MaxPooling2D(), Conv2D(filters=6, padding="same"), Dense(units=16)),
    "every kind": (
        BatchNormalization(),
        Conv2D(filters=3, kernel_size=5, activation="leaky_relu"),
        BatchNormalization(),
        MaxPooling2D(pool_size=3),
        Dropout(rate=0.2),
        Dense(units=8, activation="softplus"),
        BatchNormalization(),
        Dense(units=9, activation="selu"),
        Dropout(rate=0.5),
    ),
    "pooled pixels": (MaxPooling2D(), Dropout(rate=0.1), Dense(units=5, activation="tanh")),
}


@pytest.fixture(scope="module", params=list(NETWORKS))
def run(request, module_store, network):
    """Return a trained run and its files."""
    config = network(epochs=1).model_copy(update={"model": NetworkConfig(layers=NETWORKS[request.param])})
    run_id = module_store.new_runs.create(config, request.param)
    assert module_store.queue.claim(run_id, own_process())
    record = execute(run_id, module_store, Control())
    assert record.state is RunState.COMPLETED
    return record, module_store.files(run_id)


@pytest.fixture
def keras_model(run):
    import keras

    return keras.models.load_model(run[1].model)


def test_every_layer_gives_what_it_gives_in_keras(run, keras_model, shared_digits):
    import keras

    record, files = run
    image = shared_digits.x_test[5]
    layers = open_layers(files)
    rows = layer_rows(record.config.model)
    assert [(layer.name, layer.shape) for layer in layers.layers] == [(row.name, row.output_shape) for row in rows]
    expected = keras.Model(keras_model.inputs[0], [layer.output for layer in keras_model.layers])(scale(image[None]))
    for output, wanted in zip(layers.activations(image), expected, strict=True):
        np.testing.assert_allclose(output, wanted[0], atol=1e-4)


def test_kernels_are_the_weights_of_keras(run, keras_model):
    _, files = run
    parts = files.read_parts()
    kernels = {name: value for name, value in parts.items() if name.startswith("kernel_")}
    for name, kernel in kernels.items():
        layer = keras_model.layers[int(name.removeprefix("kernel_"))]
        np.testing.assert_array_equal(kernel, layer.kernel.numpy())
        if kernel.ndim == 2:
            assert kernel_images(kernel).shape[0] == layer.units


def test_all_convolutions_and_dense_layers_on_a_picture_have_kernels(run):
    record, files = run
    kernels = sorted(name for name in files.read_parts() if name.startswith("kernel_"))
    assert (
        kernels
        == {
            "none": ["kernel_01"],
            "dense": ["kernel_01"],
            "convolution": ["kernel_01", "kernel_03"],
            "every kind": ["kernel_02"],
            "pooled pixels": ["kernel_04"],
        }[record.name]
    )


def test_before_and_after_are_the_input_of_the_softmax_layer(run, keras_model, shared_digits):
    import keras

    from mnist_core.models.build import build_model

    record, files = run
    parts = files.read_parts()
    if record.name == "none":
        assert not {"before", "after"} & set(parts), "there is no hidden layer"
        return
    for name, model in (("before", build_model(record.config)), ("after", keras_model)):
        hidden = keras.Model(model.inputs[0], model.layers[-2].output)
        expected = hidden(scale(shared_digits.x_test[:1000]), training=False).numpy()
        assert parts[name].dtype == np.float16
        np.testing.assert_allclose(parts[name], expected, rtol=2e-3, atol=2e-3)


def test_very_many_features_are_thinned_out(module_store, network):
    run_id = module_store.new_runs.create(network(Conv2D(filters=3), epochs=1), "wide")
    assert module_store.queue.claim(run_id, own_process())
    execute(run_id, module_store, Control())
    assert 256 < module_store.files(run_id).read_parts()["after"].shape[1] <= 512


def test_the_map_before_training_is_the_same_for_a_run_that_was_continued(module_store, network):
    def parts(epochs, continues=None):
        run_id = module_store.new_runs.create(network(Dense(units=8), epochs=epochs), "part", continues=continues)
        assert module_store.queue.claim(run_id, own_process())
        execute(run_id, module_store, Control())
        return run_id, module_store.files(run_id).read_parts()

    first, short = parts(1)
    _, longer = parts(2, continues=first)
    np.testing.assert_array_equal(short["before"], longer["before"])
    assert not np.array_equal(short["after"], longer["after"])


def test_the_baseline_keeps_its_weights(module_store, baseline):
    run_id = module_store.new_runs.create(baseline, "baseline")
    assert module_store.queue.claim(run_id, own_process())
    execute(run_id, module_store, Control())
    parts = module_store.files(run_id).read_parts()
    assert set(parts) == {"kernel_00"}
    assert kernel_images(parts["kernel_00"]).shape == (10, 28, 28)


@pytest.mark.parametrize("run", ["dense", "convolution"], indirect=True)
def test_gradients_by_differences_are_those_of_keras(run, keras_model, shared_digits):
    import keras
    import tensorflow as tf

    def cosine(a, b):
        return float((a * b).sum() / (np.linalg.norm(a) * np.linalg.norm(b)))

    predict = Classifier(RunFiles(run[1].folder.parent, run[1].folder.name)).predict
    # The same network without its softmax: the loss and its gradient from the scores.
    hidden = keras.Model(keras_model.inputs[0], keras_model.layers[-2].output)
    kernel, bias = keras_model.layers[-1].kernel, keras_model.layers[-1].bias
    # Paper with a grain: on perfectly flat paper a maximum of equals has no gradient.
    grain = np.random.default_rng(0).integers(0, 40, (8, 28, 28))
    for image in (np.clip(shared_digits.x_test[:8], 0, 215) + grain).astype(np.uint8):
        sensitivity = measure_sensitivity(predict, image)
        x = tf.constant(scale(image[None]))
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            scores = tf.matmul(hidden(x, training=False), kernel) + bias
            logs = tf.nn.log_softmax(scores)
            parts = [(logs[0, c], scores[0, c] - tf.reduce_mean(scores)) for c in range(10)]
        label = int(np.argmax(scores))
        for c in (label, (label + 1) % 10):
            log, score = (tape.gradient(part, x).numpy()[0] for part in parts[c])
            assert cosine(sensitivity.log_probability[c], log) >= 0.99
            assert cosine(sensitivity.score(c), score) >= 0.99
            np.testing.assert_allclose(np.linalg.norm(sensitivity.log_probability[c]), np.linalg.norm(log), rtol=0.02)

"""A run from its record to its result, in this very process."""

import errno

import numpy as np
import pytest

from mnist_core.config import BatchNormalization, Conv2D, Dense, Dropout, MaxPooling2D
from mnist_core.evaluation import accuracy, cross_entropy
from mnist_core.inference import Classifier
from mnist_core.store import RunState, Visitor
from mnist_core.system.processes import own_process
from mnist_core.training import run as run_module
from mnist_core.training.control import Control
from mnist_core.training.run import execute
from mnist_core.training.steps import encode_labels, scale
from tests.run_folder import made_by_the_run

pytestmark = pytest.mark.slow

ADA = Visitor("ada")
NETWORK_PHASES = {"import", "data", "fit", "evaluate", "export"}


@pytest.fixture(scope="module")
def perform(module_store):
    """Return a function that executes one configuration and returns the record."""

    def perform(config, control=None, run_id=None):
        run_id = run_id or module_store.new_runs.create(config, "A run", owner="ada")
        assert module_store.queue.claim(run_id, own_process())
        return execute(run_id, module_store, control or Control())

    return perform


@pytest.fixture(scope="module")
def files(module_store):
    return lambda record: module_store.files(record.id)


@pytest.fixture(scope="module")
def dense(perform, network):
    return perform(network(epochs=2))


@pytest.fixture(scope="module")
def convolution(perform, network):
    layers = (Conv2D(filters=4), MaxPooling2D(), BatchNormalization(), Dropout(rate=0.2))
    return perform(network(*layers, epochs=1, validation_split=0.0, loss="sparse_categorical_crossentropy"))


@pytest.fixture(scope="module")
def overconfident(perform, network):
    """Return a run whose network is entirely sure of wrong answers: some probabilities are 0."""
    layers = (Conv2D(filters=4), MaxPooling2D(), BatchNormalization())
    return perform(network(*layers, epochs=2, learning_rate=0.5))


@pytest.fixture(scope="module")
def logistic(perform, baseline):
    return perform(baseline)


@pytest.fixture(params=["dense", "convolution", "overconfident"])
def completed(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def keras_model(completed, files):
    import keras

    return keras.models.load_model(files(completed).model)


# a completed network


def test_a_run_that_is_through_is_completed_and_nothing_else_lies_in_its_folder(completed, files, module_store):
    assert completed.state is RunState.COMPLETED
    assert completed.error is None
    assert completed.phase == ""
    assert completed.epoch == completed.config.train.epochs
    assert completed.started < completed.finished
    names = made_by_the_run(files(completed))
    assert names == {
        "checkpoint.npz",
        "film",
        "layers.onnx",
        "model.keras",
        "model.onnx",
        "parts.npz",
        "probabilities.npz",
        "tensorboard",
    }
    assert completed.bytes >= sum(files(completed).folder.joinpath(name).stat().st_size for name in names)


def test_test_loss_and_accuracy_are_those_of_keras(completed, keras_model, shared_digits):
    labels = encode_labels(shared_digits.y_test, completed.config, 10)
    expected = keras_model.evaluate(scale(shared_digits.x_test), labels, verbose=0, return_dict=True)
    assert completed.outcome.test_loss == pytest.approx(expected["loss"], rel=1e-5, abs=1e-5)
    assert completed.outcome.test_accuracy == pytest.approx(expected["accuracy"], abs=1e-5)


@pytest.mark.parametrize("completed", ["dense", "convolution"], indirect=True)
def test_the_exported_model_predicts_what_keras_predicts(completed, keras_model, files, shared_digits):
    images = shared_digits.x_test
    expected = keras_model.predict(scale(images), verbose=0)
    np.testing.assert_allclose(Classifier(files(completed)).predict(images), expected, atol=1e-5)


def test_stored_probabilities_are_the_models_on_test_and_validation_images(
    completed, keras_model, files, shared_digits
):
    tables = files(completed).read_probabilities()
    assert set(tables) == ({"test", "validation"} if completed.config.uses_validation else {"test"})
    for split, table in tables.items():
        images, _ = shared_digits.split(split, completed.config.data)
        assert table.dtype == np.float32
        np.testing.assert_allclose(table, keras_model.predict(scale(images), verbose=0), atol=1e-4)


def test_the_last_epoch_and_the_stored_validation_probabilities_agree(dense, files, module_store, shared_digits):
    _, labels = shared_digits.split("validation", dense.config.data)
    measured = accuracy(files(dense).read_probabilities()["validation"], labels)
    history = module_store.metrics.history(dense.id)
    assert measured == pytest.approx(history["val_accuracy"][-1], abs=1e-6)
    assert dense.outcome.val_accuracy == measured
    assert dense.outcome.val_loss == pytest.approx(history["val_loss"][-1], rel=1e-5)


def test_the_outcome_tells_times_size_and_device(completed, keras_model, module_store):
    outcome = completed.outcome
    assert set(outcome.seconds) == NETWORK_PHASES
    assert all(seconds >= 0 for seconds in outcome.seconds.values())
    assert len(outcome.epoch_seconds) == completed.config.train.epochs
    assert sum(outcome.epoch_seconds) <= outcome.seconds["fit"]
    assert outcome.parameters == keras_model.count_params()
    assert outcome.device == completed.device
    assert outcome.device.startswith(("CPU: ", "GPU: "))
    assert module_store.metrics.points(completed.id, "epoch")[-1].step == completed.steps_per_epoch * completed.epoch


def logged(folder, tag):
    """Return steps and figures of a tag, as TensorBoard's own reader gives them."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    found = events.Scalars(tag)
    return [event.step for event in found], [event.value for event in found]


def test_tensorboard_reads_the_curves_and_results_of_every_network(completed, files, module_store):
    history = module_store.metrics.history(completed.id)
    for name, values in history.items():
        folder = files(completed).tensorboard / ("validation" if name.startswith("val_") else "train")
        steps, figures = logged(folder, "epoch_" + name.removeprefix("val_"))
        assert steps == list(range(1, completed.config.train.epochs + 1))
        assert figures == pytest.approx(values)
    _, (test_accuracy,) = logged(files(completed).tensorboard, "test_accuracy")
    assert test_accuracy == pytest.approx(completed.outcome.test_accuracy)
    assert sum(path.stat().st_size for path in files(completed).tensorboard.rglob("*")) < 200_000


def test_tensorboard_reads_the_folds_and_results_of_a_baseline(logistic, files, module_store):
    history = module_store.metrics.history(logistic.id)
    assert logged(files(logistic).tensorboard / "validation", "fold_accuracy") == (
        [1, 2, 3],
        pytest.approx(history["val_accuracy"]),
    )
    _, (test_loss,) = logged(files(logistic).tensorboard, "test_loss")
    assert test_loss == pytest.approx(logistic.outcome.test_loss)


# a completed baseline


def test_the_baseline_leaves_the_same_kinds_of_results(logistic, files, module_store):
    assert logistic.state is RunState.COMPLETED
    assert made_by_the_run(files(logistic)) == {
        "model.onnx",
        "parts.npz",
        "probabilities.npz",
        "tensorboard",
    }
    assert set(logistic.outcome.seconds) == NETWORK_PHASES
    assert len(logistic.outcome.epoch_seconds) == 3
    assert logistic.outcome.parameters == 7850
    assert logistic.device.startswith("CPU: ")
    assert {name: len(values) for name, values in module_store.metrics.history(logistic.id).items()} == dict.fromkeys(
        ("loss", "accuracy", "val_loss", "val_accuracy"), 3
    )


def test_the_baseline_is_scikit_learns(logistic, files, shared_digits):
    from sklearn.linear_model import SGDClassifier

    x_train, x_test = (x.reshape(-1, 784) / 255.0 for x in (shared_digits.x_train, shared_digits.x_test))
    model = SGDClassifier(loss="log_loss", max_iter=1, random_state=0)
    with pytest.warns(match="Maximum number of iteration"):
        model.fit(x_train, shared_digits.y_train)
    assert logistic.outcome.test_accuracy == pytest.approx(model.score(x_test, shared_digits.y_test), abs=1e-9)
    table = files(logistic).read_probabilities()["test"]
    np.testing.assert_allclose(table, model.predict_proba(x_test), atol=1e-5)
    np.testing.assert_allclose(Classifier(files(logistic)).predict(shared_digits.x_test), table, atol=1e-5)
    assert logistic.outcome.test_loss == pytest.approx(cross_entropy(table, shared_digits.y_test))


# stopped runs


class AskedAfter(Control):
    """Is asked for something as soon as it has been looked at so many times."""

    def __init__(self, request, looks):
        super().__init__()
        self._request, self._looks = request, looks

    @property
    def halting(self):
        self._looks -= 1
        if self._looks <= 0:
            getattr(self, self._request)()
        return super().halting


def stopping():
    control = Control()
    control.stop()
    return control


def test_a_stop_before_the_fit_gives_a_stopped_run_without_a_model(perform, network, files):
    record = perform(network(), stopping())
    assert record.state is RunState.STOPPED
    assert record.error is None
    assert record.outcome.seconds == {}
    assert made_by_the_run(files(record)) == set()


def test_a_stop_while_it_learns_keeps_the_model_so_far(perform, endless, files, shared_digits, module_store):
    record = perform(endless, AskedAfter("stop", 5))
    assert record.state is RunState.STOPPED
    assert 1 <= record.step < 1000
    assert record.outcome.epoch_seconds == []
    assert module_store.metrics.history(record.id) == {}
    predicted = Classifier(files(record)).predict(shared_digits.x_test)
    assert record.outcome.test_accuracy == pytest.approx(accuracy(predicted, shared_digits.y_test), abs=1e-6)
    assert files(record).model.is_file()
    assert files(record).layers.is_file()
    assert set(files(record).read_parts()) == {"kernel_01", "before", "after"}


def test_a_stop_after_the_last_epoch_comes_too_late_to_matter(perform, network):
    record = perform(network(epochs=1, batch_size=1500), AskedAfter("stop", 2))
    assert record.state is RunState.COMPLETED


def test_a_stop_between_two_folds_ends_the_baseline(perform, baseline, module_store, monkeypatch):
    control, add_points = Control(), module_store.metrics.add

    def stop_at_the_first(run_id, points):
        add_points(run_id, points)
        control.stop()

    monkeypatch.setattr(module_store.metrics, "add", stop_at_the_first)
    record = perform(baseline, control)
    assert record.state is RunState.STOPPED
    assert len(module_store.metrics.points(record.id)) == 1


# pausing and going on


def test_a_paused_run_goes_on_to_the_figures_of_one_that_was_not(perform, network, module_store, files):
    config = network(Dense(units=8), Dropout(rate=0.2), epochs=3, optimizer="adam")
    whole = perform(config)
    paused = perform(config, AskedAfter("pause", 4))
    assert paused.state is RunState.PAUSED
    assert made_by_the_run(files(paused)) == {"checkpoint.npz", "film", "tensorboard"}
    assert files(paused).checkpoint_step() == paused.step or files(paused).checkpoint_step() > 0
    module_store.queue.request_resume(paused.id, ADA)
    resumed = perform(config, run_id=paused.id)
    assert resumed.state is RunState.COMPLETED
    assert resumed.outcome.test_loss == pytest.approx(whole.outcome.test_loss, abs=1e-6)
    assert module_store.metrics.history(resumed.id) == {
        name: pytest.approx(values) for name, values in module_store.metrics.history(whole.id).items()
    }
    steps = [point.step for point in module_store.metrics.points(resumed.id)]
    assert steps == sorted(steps)
    assert len(resumed.outcome.epoch_seconds) == 3
    # Nothing is in the logs twice, although both parts of the training wrote some.
    assert logged(files(resumed).tensorboard / "train", "epoch_loss") == (
        [1, 2, 3],
        pytest.approx(module_store.metrics.history(resumed.id)["loss"]),
    )
    steps, _ = logged(files(resumed).tensorboard / "train", "batch_loss")
    assert steps == sorted(set(steps))


def test_a_run_that_continues_a_finished_one_equals_a_longer_one(perform, network, module_store, files):
    whole = perform(network(epochs=4))
    short = perform(network(epochs=2))
    run_id = module_store.new_runs.create(network(epochs=4), "more", continues=short.id)
    longer = perform(None, run_id=run_id)
    assert longer.fingerprint == whole.fingerprint
    assert longer.outcome.test_loss == pytest.approx(whole.outcome.test_loss, abs=1e-6)
    assert module_store.metrics.history(longer.id) == {
        name: pytest.approx(values) for name, values in module_store.metrics.history(whole.id).items()
    }
    assert module_store.runs.get(short.id) == short, "what was finished is not touched"
    assert logged(files(longer).tensorboard / "train", "epoch_loss")[0] == [1, 2, 3, 4]


def test_a_stop_of_a_paused_run_makes_a_model_of_its_checkpoint(perform, endless, module_store, files):
    paused = perform(endless, AskedAfter("pause", 5))
    assert paused.state is RunState.PAUSED
    module_store.queue.request_stop(paused.id, ADA)
    stopped = perform(None, stopping(), run_id=paused.id)
    assert stopped.state is RunState.STOPPED
    assert stopped.outcome.test_accuracy is not None
    assert files(stopped).onnx.is_file()


def test_a_baseline_takes_no_notice_of_a_pause(perform, baseline):
    control = Control()
    control.pause()
    assert perform(baseline, control).state is RunState.COMPLETED


# mixed precision


def test_a_run_in_mixed_precision_leaves_a_float32_model_that_agrees_everywhere(perform, network, files, shared_digits):
    import keras

    record = perform(network(Dense(units=32), precision="mixed_bfloat16", epochs=3))
    assert record.state is RunState.COMPLETED
    model = keras.models.load_model(files(record).model)
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}
    table = files(record).read_probabilities()["test"]
    np.testing.assert_allclose(table, model.predict(scale(shared_digits.x_test), verbose=0), atol=1e-5)
    np.testing.assert_allclose(Classifier(files(record)).predict(shared_digits.x_test), table, atol=1e-5)


# failures are data


def test_missing_data_is_a_failed_run_with_a_sentence_and_an_empty_folder(perform, network, files):
    record = perform(network(dataset="mnist"))
    assert record.state is RunState.FAILED
    assert record.error.code == "download"
    assert record.error.message.startswith("MNIST is not on this computer")
    assert "MNIST_LAB_OFFLINE" in record.error.message
    assert "DownloadError" in record.error.traceback
    assert set(record.outcome.seconds) == {"import", "data"}
    assert made_by_the_run(files(record)) == set()


def test_layers_that_do_not_fit_are_a_failed_run_that_names_the_layer(perform, network):
    record = perform(network(Dense(units=4), Conv2D(filters=2)))
    assert (record.state, record.error.code) == (RunState.FAILED, "config")
    assert record.error.message.startswith("Layer 2, Conv2D, needs an image")


def test_a_diverged_run_fails_with_advice_and_no_model(perform, network, files):
    record = perform(network(Dense(units=16, activation="linear"), optimizer="sgd", learning_rate=10.0, epochs=20))
    assert (record.state, record.error.code) == (RunState.FAILED, "diverged")
    assert "Try a learning rate of 1 instead of 10." in record.error.message
    assert made_by_the_run(files(record)) == {"film", "tensorboard"}


@pytest.mark.parametrize("validation_split", [0.0, 0.2])
def test_no_figure_of_a_run_is_ever_infinite(perform, network, module_store, validation_split):
    """Whichever step is the last: either every figure is a number or the run says that it diverged."""
    config = network(
        Dense(units=8, activation="linear"), validation_split=validation_split, optimizer="sgd", learning_rate=10.0
    )
    data = config.data.model_copy(update={"train_size": 200})
    states = []
    for epochs in (10, 11):  # one batch each; the twelfth has no loss
        train = config.train.model_copy(update={"batch_size": 200, "epochs": epochs})
        record = perform(config.model_copy(update={"data": data, "train": train}))
        values = [value for values in module_store.metrics.history(record.id).values() for value in values]
        assert np.isfinite(values).all()
        assert record.outcome.test_loss is None or np.isfinite(record.outcome.test_loss)
        states.append(record.error.code if record.error else record.state.value)
    assert "diverged" in states


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (MemoryError(), "out_of_memory", "There was not enough memory."),
        (RuntimeError("the sky fell"), "unexpected", "RuntimeError: the sky fell"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full", "The disk is full"),
    ],
)
def test_an_error_while_saving_is_told_in_words_and_leaves_no_half_file(
    perform, network, files, monkeypatch, error, code, sentence
):
    import keras

    def fail(self, path, **options):
        path.write_bytes(b"half a model")
        raise error

    monkeypatch.setattr(keras.Model, "save", fail)
    record = perform(network(epochs=1))
    assert (record.state, record.error.code) == (RunState.FAILED, code)
    assert sentence in record.error.message
    assert record.outcome.test_accuracy is None
    assert made_by_the_run(files(record)) == {"checkpoint.npz", "film", "tensorboard"}


def test_braces_in_a_reason_do_not_break_its_sentence(perform, baseline, monkeypatch):
    def fail(*_):
        raise ValueError("unexpected {token} in {0}")

    monkeypatch.setattr(run_module, "load_training_data", fail)
    record = perform(baseline)
    assert record.error.message.endswith("ValueError: unexpected {token} in {0}")


def test_a_run_that_was_ended_by_somebody_else_meanwhile_stays_ended(module_store, baseline):
    run_id = module_store.new_runs.create(baseline, "A run")
    assert module_store.queue.claim(run_id, own_process())
    module_store.queue.finish(run_id, RunState.INTERRUPTED)
    record = execute(run_id, module_store, Control())
    assert record.state is RunState.INTERRUPTED
    assert record.outcome.test_accuracy is None

import warnings

import numpy as np
import pytest

from mnist_core.config import DataConfig, LogisticConfig, RunConfig, TrainConfig
from mnist_core.errors import ConfigError
from mnist_core.models.onnx_writer import baseline_onnx
from mnist_core.training.logistic import CrossValidation, LogisticModel


def config(**data):
    return RunConfig(
        data=DataConfig(dataset="digits", validation_split=0, **data),
        model=LogisticConfig(folds=4),
        train=TrainConfig(epochs=5, seed=42),
    )


def sgd():
    from sklearn.linear_model import SGDClassifier

    return SGDClassifier(loss="log_loss", max_iter=5, random_state=42)


def flat(images):
    return images.reshape(-1, 784) / 255.0


@pytest.fixture
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def test_folds_are_those_of_scikit_learns_cross_validation(digits, quiet):
    from sklearn.model_selection import cross_validate

    scores = cross_validate(
        sgd(),
        flat(digits.x_train[:600]),
        digits.y_train[:600],
        cv=4,
        scoring=("accuracy", "neg_log_loss"),
        return_train_score=True,
    )
    validation = CrossValidation(digits, config(train_size=600))
    points = list(validation.points())
    assert [point.values["val_accuracy"] for point in points] == pytest.approx(scores["test_accuracy"].tolist())
    assert [point.values["accuracy"] for point in points] == pytest.approx(scores["train_accuracy"].tolist())
    assert [(point.kind, point.step, point.epoch) for point in points] == [("epoch", n, n) for n in (1, 2, 3, 4)]
    assert len(validation.fold_seconds) == 4
    seconds = [point.seconds for point in points]
    assert seconds == sorted(seconds)


def test_the_last_model_is_trained_on_everything(digits, quiet):
    model = CrossValidation(digits, config()).fit_all()
    expected = sgd().fit(flat(digits.x_train), digits.y_train)
    np.testing.assert_array_equal(model.weights, expected.coef_)
    np.testing.assert_allclose(model.predict(digits.x_test), expected.predict_proba(flat(digits.x_test)), atol=1e-6)


def test_the_training_size_is_respected(digits, quiet):
    model = CrossValidation(digits, config(train_size=300)).fit_all()
    expected = sgd().fit(flat(digits.x_train[:300]), digits.y_train[:300])
    np.testing.assert_array_equal(model.weights, expected.coef_)


def test_a_network_is_no_baseline(digits):
    with pytest.raises(ConfigError, match="Received: model=network"):
        CrossValidation(digits, RunConfig())


def test_probabilities_sum_to_one_however_sure_the_model_is():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (30, 28, 28), dtype=np.uint8)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for scale in (0.0, 1e-3, 1.0, 1e4):
            model = LogisticModel(rng.normal(0, scale, (10, 784)), np.full(10, -scale * 100))
            table = model.predict(images)
            assert np.isfinite(table).all()
            np.testing.assert_allclose(table.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("scale", [0.05, 5.0, 500.0])
def test_the_onnx_graph_computes_the_same(scale):
    import onnxruntime

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (20, 28, 28), dtype=np.uint8)
    model = LogisticModel(rng.normal(0, scale, (10, 784)), rng.normal(0, 1, 10))
    session = onnxruntime.InferenceSession(baseline_onnx(model.arrays), providers=["CPUExecutionProvider"])
    (table,) = session.run(None, {session.get_inputs()[0].name: images.astype(np.float32) / np.float32(255)})
    expected = model.predict(images)
    # float32 against float64: where scores are in the hundreds, so are the errors of their sums.
    np.testing.assert_allclose(table, expected, atol=1e-6 if scale < 1 else 1e-3)
    assert (session.get_inputs()[0].shape, session.get_outputs()[0].shape) == (["images", 28, 28], ["images", 10])

"""Logistic regression by stochastic gradient descent, cross-validated, from scikit-learn."""

import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.config import LogisticConfig, RunConfig
from mnist_core.datasets import Dataset
from mnist_core.errors import ConfigError
from mnist_core.evaluation import accuracy, cross_entropy
from mnist_core.models.weights import Weights
from mnist_core.store import MetricPoint


@dataclass(frozen=True)
class LogisticModel:
    """One logistic regression for each class, normalised to sum to 1.

    Attributes
    ----------
    weights : ndarray of shape (classes, 784), float64
    bias : ndarray of shape (classes,), float64
    """

    weights: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]

    def predict(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return probabilities of shape (n, classes) for images of shape (n, 28, 28), uint8.

        The same as ``SGDClassifier(loss="log_loss").predict_proba``: the sigmoids of the classes
        divided by their sum.
        """
        return _normalised(self.scores(_flatten(images)))

    @property
    def arrays(self) -> Weights:
        """The same in float32 as graphs have them: ``kernel`` of shape (784, classes) and ``bias``."""
        return {"kernel": self.weights.T.astype(np.float32), "bias": self.bias.astype(np.float32)}

    def scores(self, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the distance from each class's border, of shape (n, classes), for `x` of shape (n, 784)."""
        scores: npt.NDArray[np.float64] = x @ self.weights.T + self.bias
        return scores


def _normalised(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    # A sigmoid far below zero is 0 in float32, and ten of them have no sum to divide by. So the
    # division is done with logarithms: softmax(log(sigmoid(score))).
    logs = -np.logaddexp(0.0, -scores)
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    probabilities: npt.NDArray[np.float32] = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    return probabilities


class CrossValidation:
    """Trains the baseline on every fold but one, then on everything.

    The same as ``cross_validate(SGDClassifier(...), x, y, cv=folds)``, fold by fold so that
    a page can follow. ``epochs`` and ``seed`` are its ``max_iter`` and ``random_state``.
    """

    def __init__(self, dataset: Dataset, config: RunConfig) -> None:
        if not isinstance(config.model, LogisticConfig):
            raise ConfigError("A baseline was expected. Received: model={kind}", kind=config.model.kind)
        self.fold_seconds: list[float] = []
        self._config = config
        self._folds = config.model.folds
        size = dataset.train_size(config.data)
        self._x = _flatten(dataset.x_train[:size])
        self._y = np.asarray(dataset.y_train[:size])

    def points(self) -> Iterator[MetricPoint]:
        """Yield one point for each fold; its "epoch" is the fold's number."""
        from sklearn.model_selection import StratifiedKFold

        begin = time.monotonic()
        folds = StratifiedKFold(self._folds).split(self._x, self._y)
        for number, (train, held_out) in enumerate(folds, start=1):
            fold_begin = time.monotonic()
            model = self._fit(self._x[train], self._y[train])
            values = {}
            for prefix, part in (("", train), ("val_", held_out)):
                scores = model.scores(self._x[part])
                # By the scores, as scikit-learn does: two classes may both be so sure that their
                # probabilities are equal.
                values[f"{prefix}accuracy"] = accuracy(scores, self._y[part])
                values[f"{prefix}loss"] = cross_entropy(_normalised(scores), self._y[part])
            now = time.monotonic()
            self.fold_seconds.append(now - fold_begin)
            print(f"Fold {number}/{self._folds} - " + " - ".join(f"{k}: {v:.4f}" for k, v in values.items()))
            yield MetricPoint(kind="epoch", step=number, epoch=number, seconds=now - begin, values=values)

    def fit_all(self) -> LogisticModel:
        """Train on all training images."""
        return self._fit(self._x, self._y)

    def _fit(self, x: npt.NDArray[np.float64], y: npt.NDArray[np.uint8]) -> LogisticModel:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import SGDClassifier

        train = self._config.train
        model = SGDClassifier(loss="log_loss", max_iter=train.epochs, random_state=train.seed)
        with warnings.catch_warnings():
            # Few passes are the point of this baseline.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(x, y)
        return LogisticModel(model.coef_, model.intercept_)


def _flatten(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    return images.reshape(len(images), -1) / 255.0

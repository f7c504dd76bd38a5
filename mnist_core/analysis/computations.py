"""What is computed: a t-SNE map, near duplicates, and the two longer simple rules."""

import contextlib
import io
import re
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from mnist_core.analysis.exploration import VOTERS, choose, k_nearest, near_duplicates, pca, sample_indices
from mnist_core.datasets import Dataset
from mnist_core.store import Analysis

Report = Callable[[float], None]
Result = dict[str, npt.ArrayLike]

# The usual settings of t-SNE: 50 principal components first, then neighbourhoods of about 30 images
# (van der Maaten and Hinton 2008, "Visualizing Data using t-SNE", section 4).
_COMPONENTS, _PERPLEXITY, _ITERATIONS = 50, 30.0, 1000


def tsne(dataset: Dataset, analysis: Analysis, report: Report) -> Result:
    """Return the indices of the chosen training images and their places on a map.

    Returns
    -------
    indices : ndarray of shape (n,), int64
    points : ndarray of shape (n, 2), float32
    """
    from sklearn.manifold import TSNE

    indices = sample_indices(len(dataset.x_train), analysis.samples, analysis.seed)
    images = choose(dataset.x_train, indices)
    x = pca(images, _COMPONENTS)(images.reshape(len(images), -1) / 255.0)
    model = TSNE(
        perplexity=min(_PERPLEXITY, (len(x) - 1) / 3),
        max_iter=_ITERATIONS,
        init="pca",
        random_state=analysis.seed,
        verbose=2,
    )
    with contextlib.redirect_stdout(_Iterations(report)):
        points = model.fit_transform(x)
    return {"indices": indices, "points": points.astype(np.float32)}


class _Iterations(io.TextIOBase):
    """Hears how far t-SNE is: scikit-learn has no callback, but prints a line every 50 iterations."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def write(self, text: str) -> int:
        """Pass on the iteration that `text` names, if it names one."""
        found = re.search(r"Iteration (\d+)", text)
        if found:
            self._report(int(found[1]) / _ITERATIONS)
        return len(text)


def duplicates(dataset: Dataset, analysis: Analysis, report: Report) -> Result:
    """Return pairs of (training index, test index) that are nearly the same, with their distances."""
    # Seldom fewer than all: the first ones, so that an index means the same image.
    pairs, distances = near_duplicates(dataset.x_train[: analysis.samples], dataset.x_test, progress=report)
    return {"pairs": pairs, "distances": distances}


def knn(dataset: Dataset, analysis: Analysis, report: Report) -> Result:
    """Return the test accuracy of the vote of the nearest training images."""
    result = k_nearest(dataset, VOTERS, analysis.samples, analysis.seed, report)
    return {"test_accuracy": result.test_accuracy, "train_size": result.train_size}


def logistic(dataset: Dataset, analysis: Analysis, report: Report) -> Result:
    """Return the test accuracy of logistic regression, and the accuracy on each fold of cross-validation."""
    from mnist_core.config import LogisticConfig
    from mnist_core.config.recipes import get_recipe
    from mnist_core.evaluation import accuracy
    from mnist_core.training.logistic import CrossValidation

    config = get_recipe("logistic-sgd").config.with_settings(
        {"dataset": analysis.dataset, "train_size": analysis.samples, "seed": analysis.seed}
    )
    assert isinstance(config.model, LogisticConfig)
    validation = CrossValidation(dataset, config)
    folds = []
    for point in validation.points():
        folds.append(point.values["val_accuracy"])
        report(len(folds) / (config.model.folds + 1))
    model = validation.fit_all()
    scores = model.scores(dataset.x_test.reshape(len(dataset.x_test), -1) / 255.0)
    return {
        "test_accuracy": accuracy(scores, dataset.y_test),
        "train_size": dataset.train_size(config.data),
        "folds": folds,
    }


COMPUTATIONS: Mapping[str, Callable[[Dataset, Analysis, Report], Result]] = {
    "tsne": tsne,
    "duplicates": duplicates,
    "knn": knn,
    "logistic": logistic,
}

"""What kept weights say: our own graph in ONNX Runtime is given them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.config import RunConfig
from mnist_core.config.sections import NetworkConfig
from mnist_core.evaluation.matrix import confusion_matrix
from mnist_core.inference.classifier import SharedNetwork
from mnist_core.inference.network import open_graph
from mnist_core.models.cost import prediction_cost
from mnist_core.models.onnx_writer import film_onnx, network_onnx
from mnist_core.models.weights import check_weights, layer_names
from mnist_core.onnx.graph import in_graph

Half = npt.NDArray[np.float16]

_NUMBERS = 500_000  # that all layers put out at once: more take memory, and no less time
_MOST = 200  # images at once
_MOST_HIDDEN = 512  # numbers of a hidden layer: of very many, as after a convolution, evenly spaced ones say the same


@dataclass(frozen=True)
class Judged:
    """What a network says to the fixed images.

    Attributes
    ----------
    answers : ndarray of shape (n, classes), float16
        Probabilities of the first of them.
    matrix : ndarray of shape (classes, classes), int64
        True classes down, answers across, of all of them.
    dead : dict of str to float
        Of each hidden layer with weights, by name: the share of units that give 0 for all of the first images.
    """

    answers: Half
    matrix: npt.NDArray[np.int64]
    dead: dict[str, float]


class KeptWeights:
    """Any weights that a network had while it learned, as networks in ONNX Runtime.

    One graph serves them all, since to open one for each takes longer than to ask it. Convolutions are the exception:
    with weights that it knows beforehand, ONNX Runtime is 2.5 times faster.

    Parameters
    ----------
    config : RunConfig
        Of a network.

    Attributes
    ----------
    batch : int
        How many images are best asked about at once.
    """

    def __init__(self, config: RunConfig) -> None:
        assert isinstance(config.model, NetworkConfig)
        self._model, self._classes = config.model, config.spec.num_classes
        convolutional = any(layer.network == "convolutional" for layer in config.model.layers)
        self._session = None if convolutional else open_graph(film_onnx(self._model, self._classes))
        numbers = prediction_cost(self._model, self._classes).numbers
        self.batch = max(1, min(_MOST, _NUMBERS // numbers))
        self._few = self._session  # opened when it is needed first

    def network(self, weights: Mapping[str, npt.NDArray[Any]]) -> SharedNetwork:
        """Return the network with these weights, by layer and variable as in `mnist_core.models.weights`.

        Raises
        ------
        ValueError
            If they are those of another network.
        """
        whole = {name: np.asarray(values, np.float32) for name, values in weights.items()}
        if self._session is None:
            return SharedNetwork(open_graph(network_onnx(self._model, whole, self._classes)))
        check_weights(whole, self._model, self._classes)
        return SharedNetwork(self._session, {name: in_graph(values) for name, values in whole.items()})

    def seen(
        self, weights: Mapping[str, npt.NDArray[Any]], images: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Return what goes into the last layer for each image, and what comes out of it.

        Parameters
        ----------
        weights : mapping of str to ndarray
        images : ndarray of shape (n, 28, 28), grey values from 0 to 255

        Returns
        -------
        hidden : ndarray of shape (n, d), float32
            Of at most 512 of the numbers, evenly spaced.
        probabilities : ndarray of shape (n, classes), float32
        """
        whole = {name: np.asarray(values, np.float32) for name, values in weights.items()}
        network = SharedNetwork(open_graph(network_onnx(self._model, whole, self._classes, every_layer=True)))
        last_two = layer_names(self._model, self._classes)[-2:]
        parts = []
        for first in range(0, len(images), self.batch):
            hidden, answers = network.outputs(images[first : first + self.batch], last_two)
            parts.append((hidden[:, :: -(-hidden.shape[1] // _MOST_HIDDEN)], answers))
        hidden, answers = (np.concatenate(part) for part in zip(*parts, strict=True))
        return hidden, answers

    def _telling(self, weights: Mapping[str, npt.NDArray[Any]]) -> SharedNetwork:
        """Return the network with these weights, which also tells what its units give: see `film_onnx`."""
        if self._session is not None:
            return self.network(weights)
        whole = {name: np.asarray(values, np.float32) for name, values in weights.items()}
        return SharedNetwork(open_graph(film_onnx(self._model, self._classes, whole)))

    def few(self, weights: Mapping[str, npt.NDArray[Any]], images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return what weights say to a dozen images, of shape (n, classes).

        For so few, a graph that is given its weights is faster than to open one that knows them, with convolutions too.
        """
        if self._few is None:
            self._few = open_graph(film_onnx(self._model, self._classes))
        whole = {name: in_graph(np.asarray(values, np.float32)) for name, values in weights.items()}
        network = SharedNetwork(self._few, whole)
        return network.outputs(images, network.output_names[:1])[0]

    def judged(
        self,
        weights: Mapping[str, npt.NDArray[Any]],
        images: npt.NDArray[np.uint8],
        labels: npt.NDArray[np.integer],
        answered: int,
    ) -> Judged:
        """Return what weights say to images.

        Parameters
        ----------
        weights : mapping of str to ndarray
        images, labels : ndarray of shape (n, 28, 28) and (n,)
        answered : int
            Of how many of them the probabilities are kept, and units looked at.
        """
        network, telling = self.network(weights), self._telling(weights)
        last, *hidden = telling.output_names
        rows = []
        sums: dict[str, npt.NDArray[Any]] = {}
        ends = sorted({*range(self.batch, len(images), self.batch), min(answered, len(images)), len(images)})
        for first, end in pairwise([0, *ends]):
            if end > answered:
                rows += network.outputs(images[first:end], [last])
                continue
            table, *totals = telling.outputs(images[first:end])
            rows.append(table)
            for name, total in zip(hidden, totals, strict=True):
                sums[name] = total + sums.get(name, 0)
        table = np.concatenate(rows)
        return Judged(
            table[:answered].astype(np.float16),
            confusion_matrix(table, labels).counts,
            {name: float((total == 0).mean()) for name, total in sums.items()},
        )

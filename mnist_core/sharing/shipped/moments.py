"""The film of a shipped model: small enough to come with the program, and true of what it holds."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.config import RunConfig
from mnist_core.datasets import Dataset
from mnist_core.film import KeptWeights, first_pictures, fixed_images, keyframe_of
from mnist_core.film.keyframe import arrays_of, keyframe_from, weights_in
from mnist_core.sharing.shipped.rounding import rounded

Moments = dict[str, dict[str, npt.NDArray[Any]]]
_BITS = 6  # of a weight's mantissa: the answers are those of the network as it was, but for one in a hundred images


class SmallFilm:
    """The moments of a film with rounded weights, of which some are left out.

    What a moment says is asked anew of its rounded weights, so its figures are those of what is kept.

    Parameters
    ----------
    film : mapping of str to (mapping of str to ndarray)
        Keyframes by the names of their files, in their order.
    config : RunConfig
        Of a network.
    dataset : Dataset
        What it learned from.
    """

    def __init__(self, film: Mapping[str, Mapping[str, npt.NDArray[Any]]], config: RunConfig, dataset: Dataset) -> None:
        places = fixed_images(dataset.y_test)
        self._images, self._labels = np.asarray(dataset.x_test[places]), np.asarray(dataset.y_test[places])
        self._config, self._networks = config, KeptWeights(config)
        self._whole = {name: self._rounded(arrays) for name, arrays in film.items()}

    @property
    def weighted(self) -> list[str]:
        """The moments whose weights are there."""
        return [name for name, arrays in self._whole.items() if weights_in(arrays)]

    def with_weights_of(self, names: Collection[str]) -> Moments:
        """Return all moments; only those of `names` have weights, and the others pictures of the first layer's."""
        return {
            name: arrays if name in names else self._without_weights(arrays) for name, arrays in self._whole.items()
        }

    def _rounded(self, arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
        kept = weights_in(arrays)
        if not kept:
            return dict(arrays)
        weights = {name: rounded(array.astype(np.float32), _BITS).astype(np.float16) for name, array in kept.items()}
        before = keyframe_from(arrays, self._config)
        count = int(before.matrix.sum())
        said = self._networks.judged(weights, self._images[:count], self._labels[:count], len(before.answers))
        keyframe = keyframe_of(before.step, before.steps_per_epoch, weights, said, {})
        layers = tuple(  # gradients are asked while a network is trained, and only then
            replace(now, gradient_mean=then.gradient_mean, gradient_spread=then.gradient_spread)
            for now, then in zip(keyframe.layers, before.layers, strict=True)
        )
        return arrays_of(replace(keyframe, layers=layers), weights, None)

    def _without_weights(self, arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
        weights = weights_in(arrays)
        if not weights:
            return dict(arrays)
        return arrays_of(keyframe_from(arrays, self._config), None, first_pictures(self._config, weights))

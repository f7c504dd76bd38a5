"""The weights of a run's layers as pictures, painted once for all who look at them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.analysis.explain import filter_slices, kernel_images
from mnist_core.figures.explain import heat_image
from mnist_core.store import shared_store
from pages._ui.shell.kept import kept

_MOST_PICTURES = 48
_FULL = 0.98  # of a picture's weights are below full colour: a single large one would hide the rest


@kept(max_entries=8)
def kernels(run_id: str) -> dict[int, npt.NDArray[np.floating]]:
    """Return a run's kernels by the number of their layer; raises `ArtifactMissingError`."""
    found = shared_store().files(run_id).read_parts()
    return {int(name[7:]): part for name, part in found.items() if name.startswith("kernel_")}


@dataclass(frozen=True)
class KernelPictures:
    """The weights of one layer as pictures.

    Attributes
    ----------
    units : list of int
        Which units or maps, in their order or, of very many, those with the largest weights, which come first.
    pictures : list of ndarray of shape (side, side, 3), uint8
    limits : list of float
        The weight that has full colour.
    of : int
        How many units or maps there are.
    """

    units: list[int]
    pictures: list[npt.NDArray[np.uint8]]
    limits: list[float]
    of: int


@kept(max_entries=32)
def kernel_pictures(run_id: str, number: int, chosen: int | None) -> KernelPictures:
    """Return a layer's weights as pictures, of one filter's where a filter is `chosen`."""
    kernel = kernels(run_id)[number]
    weights = kernel_images(kernel) if chosen is None else filter_slices(kernel, chosen)
    assert weights is not None, "the page asks for a filter"
    units = list(range(len(weights)))
    if len(weights) > _MOST_PICTURES:
        strength = (weights.astype(np.float64) ** 2).sum(axis=(1, 2))
        units = [int(unit) for unit in np.argsort(-strength, kind="stable")[:_MOST_PICTURES]]
    limits = [float(np.quantile(np.abs(weights[unit]), _FULL)) for unit in units]
    pictures = [heat_image(weights[unit], limit=limit) for unit, limit in zip(units, limits, strict=True)]
    return KernelPictures(units, pictures, limits, len(weights))

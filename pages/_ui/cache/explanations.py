"""Explanations that several visitors may ask for, computed once; the oldest ones are forgotten."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.analysis.explain import (
    Occlusion,
    Plane,
    Removal,
    Sensitivity,
    WorstCase,
    find_worst_case,
    measure_sensitivity,
    occlude,
    principal_plane,
    remove_pixels,
    same_neighbour,
)
from mnist_core.diagram import Trained, at_work
from mnist_core.inference import Classifier, open_classifier, open_layers
from mnist_core.store import shared_store
from pages._ui.cache.results import dataset, judge
from pages._ui.shell.kept import kept

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Sample:
    """The image that is explained.

    Attributes
    ----------
    image : ndarray of shape (28, 28), uint8
    index : int or None
        Its place among the test images; None for a drawing.
    label : int or None
        The right answer, where it is known.
    probabilities : ndarray of shape (classes,), float32
    """

    image: Image
    index: int | None
    label: int | None
    probabilities: npt.NDArray[np.float32]

    @property
    def answer(self) -> int:
        """The most probable class."""
        return int(self.probabilities.argmax())


def model(run_id: str) -> Classifier:
    """Return a run's network; raises `ArtifactMissingError`."""
    return open_classifier(shared_store().files(run_id))


@kept(max_entries=64)
def occlusion(run_id: str, image: Image, size: int, fill: int) -> Occlusion:
    """Return what a square does to the answer; it moves by a third of its side."""
    return occlude(model(run_id).predict, image, size=size, stride=max(1, size // 3), fill=fill)


@kept(max_entries=64)
def sensitivity(run_id: str, image: Image) -> Sensitivity:
    """Return the gradients at an image."""
    return measure_sensitivity(model(run_id).predict, image)


@kept(max_entries=64)
def removal(run_id: str, image: Image, label: int, other: int) -> Removal:
    """Return which ink speaks for one class against another."""
    return remove_pixels(model(run_id).predict, image, label, other)


@kept(max_entries=64)
def worst_case(run_id: str, image: Image) -> WorstCase:
    """Return how small a change fools the network."""
    return find_worst_case(model(run_id).predict, image, sensitivity(run_id, image).log_probability)


@kept(max_entries=3)  # four bytes for each parameter and each number that a layer puts out: usually below a megabyte
def trained(run_id: str, image: Image) -> Trained:
    """Return a run's network with what each of its layers makes of an image."""
    return at_work(shared_store().files(run_id), shared_store().runs.get(run_id).config, image)


@kept(max_entries=8)
def strongest(run_id: str) -> list[npt.NDArray[np.float32]]:
    """Return what each unit of each layer says to the first 1,000 test images."""
    record = shared_store().runs.get(run_id)
    images = dataset(record.config.data.dataset).x_test[:1000]
    return open_layers(shared_store().files(run_id)).strongest(np.asarray(images))


@dataclass(frozen=True)
class Arrangement:
    """How a layer arranges the first test images.

    Attributes
    ----------
    plane : Plane
        Their map.
    on_map, in_layer : float
        Share of images whose nearest neighbour, on the map or by all numbers, is of the same class.
    numbers : int
        How many numbers the layer has for each image.
    """

    plane: Plane
    on_map: float
    in_layer: float
    numbers: int


@kept(max_entries=8)
def arrangements(run_id: str) -> tuple[Arrangement, Arrangement] | None:
    """Return what the last hidden layer did before and after training; None where there is no such layer."""
    found = shared_store().files(run_id).read_parts()
    if "before" not in found:
        return None
    labels = judge(run_id).labels
    return _arranged(found["before"], labels), _arranged(found["after"], labels)


def _arranged(features: npt.NDArray[np.floating], labels: npt.NDArray[np.uint8]) -> Arrangement:
    plane, known = principal_plane(features), np.asarray(labels[: len(features)])
    return Arrangement(plane, same_neighbour(plane.points, known), same_neighbour(features, known), features.shape[1])

"""A run's network with one image in it: its weights, and what each layer makes of the image."""

import numpy as np
import numpy.typing as npt

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.diagram.blocks import diagram_of
from mnist_core.diagram.flow import Trained
from mnist_core.inference import open_classifier, open_layers
from mnist_core.models.network_files import read_network
from mnist_core.store import RunFiles


def at_work(files: RunFiles, config: RunConfig, image: npt.NDArray[np.uint8]) -> Trained:
    """Return what the picture of a trained network is drawn from.

    Parameters
    ----------
    files : RunFiles
    config : RunConfig
        Of the run.
    image : ndarray of shape (28, 28), uint8

    Raises
    ------
    ArtifactMissingError
        If the run has no such files, or they can't be read.
    """
    if isinstance(config.model, NetworkConfig):
        outputs = open_layers(files).activations(image)
    else:
        outputs = [open_classifier(files).predict(image[None])[0]]
    return Trained(diagram_of(config), read_network(files, config.model, config.spec.num_classes), image, outputs)

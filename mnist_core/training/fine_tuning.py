"""Learning on from another network's weights, with a visitor's drawings. Imports Keras inside its functions."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mnist_core.config import DataConfig, RunConfig
from mnist_core.datasets import Dataset, Split
from mnist_core.drawing.personal import content_hash
from mnist_core.errors import ArtifactMissingError, ConfigError
from mnist_core.models.build import build_model
from mnist_core.models.network_files import read_base
from mnist_core.models.weights import put_weights
from mnist_core.store import RunFiles
from mnist_core.system.libraries import load_keras
from mnist_core.training.mix import Mix, make_mix
from mnist_core.training.protocol import Bytes, Judge
from mnist_core.training.steps import scale

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, kw_only=True)
class TaughtDataset(Dataset):
    """A dataset whose training set is a visitor's mix; validation and test set are the dataset's own.

    Attributes
    ----------
    mix : Mix
    """

    mix: Mix

    def split(self, name: Split, config: DataConfig) -> tuple[Bytes, Bytes]:
        """Return images and labels of one split."""
        return (self.mix.images, self.mix.labels) if name == "train" else super().split(name, config)


class FineTuning:
    """One fine-tuning: gives a model its first weights, and knows what it said with them.

    Parameters
    ----------
    model : keras.Model
        Of the base's architecture, from `mnist_core.models.build.build_model`. Gets the base's weights.
    dataset : Dataset
        What the base was trained on.
    config : RunConfig
        With `fine_tune`.
    files : RunFiles
        The run's own, with the base's weights and the drawings.

    Attributes
    ----------
    dataset : TaughtDataset
    base : keras.Model
        The network that it began with.

    Raises
    ------
    ArtifactMissingError
        If the base's weights or the drawings are missing, damaged, or not those that the configuration names.
    ConfigError
        If the base has other layers.
    """

    def __init__(self, model: "keras.Model", dataset: Dataset, config: RunConfig, files: RunFiles) -> None:
        assert config.fine_tune is not None
        drawings = files.read_drawings()
        images, labels = drawings.images, drawings.labels
        if content_hash(images, labels) != config.fine_tune.drawings:
            raise ArtifactMissingError("The drawings of this run are damaged. Fine-tune the network again.")
        self._files = files
        self._held_out = drawings.held_out
        self._judged = images[self._held_out], labels[self._held_out]
        self.dataset = TaughtDataset(
            **{field.name: getattr(dataset, field.name) for field in fields(Dataset)},
            mix=make_mix(
                Mix(images[~self._held_out], labels[~self._held_out]),
                Mix(*dataset.split("train", config.data)),
                copies=config.fine_tune.copies,
                rehearsal=config.fine_tune.rehearsal,
                seed=config.train.seed,
            ),
        )
        keras = load_keras()
        weights = read_base(files, config)
        self.base = build_model(config.finished, dataset.spec.num_classes)
        try:
            for network in (self.base, model):
                put_weights(network, weights)
        except ValueError as error:
            raise ConfigError(
                "The network to begin with has other layers than this run. Fine-tune it again."
            ) from error
        self._before = np.zeros((0, dataset.spec.num_classes), np.float32)  # Keras reshapes no empty batch
        if self._held_out.any():
            self._before = keras.ops.convert_to_numpy(self.base(scale(self._judged[0]), training=False))

    def changes(self, judge: Judge) -> dict[str, npt.NDArray[Any]]:
        """Return what is different now, in the form of `RunFiles.read_teaching`.

        Parameters
        ----------
        judge : Judge
            Of the model after training.
        """
        return {
            "held_out": self._held_out,
            "labels": self._judged[1],
            "before": self._before,
            "after": self._judge(judge),
            "test_before": self._files.read_base_probabilities()["test"],
        }

    def _judge(self, judge: Judge) -> npt.NDArray[np.float32]:
        images, labels = self._judged
        return judge.judge(images, labels)[0] if len(labels) else self._before

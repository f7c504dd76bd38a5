"""Films for tests, without a training: any weights do, and the figures are theirs."""

from collections.abc import Sequence

import numpy as np

from mnist_core.datasets import Dataset
from mnist_core.film import KeptWeights, answered, first_pictures, fixed_images, keyframe_of, write_keyframe
from mnist_core.models.weights import weight_shapes
from mnist_core.store import RunRecord, Store
from mnist_core.store.run_files import FILM

STEPS_PER_EPOCH = 12


def put_film(
    store: Store, record: RunRecord, dataset: Dataset, steps: Sequence[int] = (0, 6, 12, 36), weightless: int = 6
) -> None:
    """Write a film into the folder of a run of a network; one of its moments keeps no weights."""
    config, rng = record.config, np.random.default_rng(0)
    places = fixed_images(dataset.y_test)
    images, labels = dataset.x_test[places], dataset.y_test[places]
    for step in steps:
        weights = {
            name: rng.normal(0, 0.1, shape).astype(np.float16)
            for name, shape in weight_shapes(config.model, config.spec.num_classes).items()
        }
        said = KeptWeights(config).judged(weights, images, labels, answered(len(places), config.spec.num_classes))
        keyframe = keyframe_of(step, STEPS_PER_EPOCH, weights, said, {"01_Dense": np.ones(5, np.float32)})
        without = step == weightless
        pictures = first_pictures(config, weights) if without else None
        write_keyframe(store.files(record.id).folder / FILM, keyframe, None if without else weights, pictures)

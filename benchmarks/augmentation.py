"""What changing the training images at random costs: an image, and an epoch.

``python -m benchmarks.augmentation [--rounds 3] [--images 60000] [--json]``

First each change alone, and the same by other libraries: processor time, which other programs disturb least. Then
epochs of recipes in turn without and with augmentation (A B A B), in this process: seconds, and those of the processor.
"""

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.augmentation import augment
from mnist_core.config import AugmentationConfig, RunConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.datasets import Dataset, load_dataset
from mnist_core.settings import get_settings

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.uint8]

EVERYTHING = AugmentationConfig(rotation=10, shift=2, scale=0.1, shear=10, elastic=1, thickness=0.5)
CHANGES = {
    "rotation, shift, scale, shear": EVERYTHING.model_copy(update={"elastic": 0.0, "thickness": 0.0}),
    "elastic": AugmentationConfig(elastic=1),
    "stroke thickness": AugmentationConfig(thickness=0.5),
    "habits": AugmentationConfig(habits=0.7),
    "all but habits": EVERYTHING,
}
EPOCHS = (("small-cnn", "float32"), ("small-cnn", "mixed_bfloat16"), ("first-network", "float32"))
IMAGES = 4096


def main() -> None:
    """Print what augmentation costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--images", type=int, default=60_000, help="of an epoch")
    parser.add_argument("--json", action="store_true", help="print one JSON object, last")
    options = parser.parse_args()
    data = load_dataset("mnist", get_settings())
    images, labels = np.array(data.x_train[:IMAGES]), np.array(data.y_train[:IMAGES])
    found: dict[str, Any] = {"microseconds": {}, "others": {}, "epochs": []}
    for name, config in CHANGES.items():
        seconds = best(partial(changed, images, labels, config), 5)
        found["microseconds"][name] = 1e6 * seconds / IMAGES
    for name, change in others(images).items():
        found["others"][name] = 1e6 * best(change, 2) / IMAGES
    for recipe, precision in EPOCHS:
        found["epochs"].append({"recipe": recipe, "precision": precision, **epochs(recipe, precision, options)})
    print(render(found))
    if options.json:
        print(json.dumps(found))


def changed(images: Images, labels: Labels, config: AugmentationConfig) -> Images:
    """Return images as training sees them, the same ones each time."""
    return augment(images, config, np.random.default_rng(0), labels)


def others(images: Images) -> dict[str, Callable[[], Any]]:
    """Return the same changes by other libraries: rotation, shift, scale and shear; the second one elastic too."""
    import tensorflow as tf
    from scipy.ndimage import affine_transform, map_coordinates

    rng = np.random.default_rng(0)
    matrices = np.eye(2) + rng.uniform(-0.15, 0.15, (len(images), 2, 2))
    places = np.indices((28, 28)) + rng.normal(size=(2, 28, 28))
    transforms = np.concatenate([matrices.reshape(-1, 4), np.zeros((len(images), 4))], axis=1)[
        :, [0, 1, 4, 2, 3, 5, 6, 7]
    ]
    tensor, transforms = tf.constant(images[..., None]), tf.constant(transforms, tf.float32)

    def by_tensorflow() -> Any:
        return tf.raw_ops.ImageProjectiveTransformV3(
            images=tensor,
            transforms=transforms,
            output_shape=[28, 28],
            fill_value=0.0,
            interpolation="BILINEAR",
            fill_mode="CONSTANT",
        ).numpy()

    return {
        "SciPy, affine_transform": lambda: [
            affine_transform(image, matrix, order=1) for image, matrix in zip(images, matrices, strict=True)
        ],
        "SciPy, map_coordinates": lambda: [map_coordinates(image, places, order=1) for image in images],
        "TensorFlow, ImageProjectiveTransformV3": by_tensorflow,
    }


def best(action: Callable[[], Any], times: int) -> float:
    """Return the least seconds of processor time that an action takes."""
    action()
    seconds = []
    for _ in range(times):
        begin = time.process_time()
        action()
        seconds.append(time.process_time() - begin)
    return min(seconds)


def epochs(recipe: str, precision: str, options: argparse.Namespace) -> dict[str, float]:
    """Return medians of an epoch without and with augmentation, and of their ratios."""
    settings = {"precision": precision, "validation_split": 0.0, "epochs": 200, "train_size": options.images}
    plain, rounds = RECIPES[recipe].config.with_settings(settings), options.rounds
    configs = {"plain": plain, "augmented": plain.model_copy(update={"augment": EVERYTHING})}
    data = load_dataset(plain.data.dataset, get_settings())
    trainings = {name: one_epoch_at_a_time(config, data) for name, config in configs.items()}
    for train in trainings.values():
        train()  # compiles
    measured = [{name: train() for name, train in trainings.items()} for _ in range(rounds)]
    values = {
        f"{name}_{kind}": median(pair[name][index] for pair in measured)
        for name in configs
        for index, kind in enumerate(("seconds", "processor"))
    }
    for index, kind in enumerate(("seconds", "processor")):
        values[f"ratio_{kind}"] = median(pair["augmented"][index] / pair["plain"][index] for pair in measured)
    return values


def one_epoch_at_a_time(config: RunConfig, data: Dataset) -> Callable[[], tuple[float, float]]:
    """Return a function that trains one more epoch and returns its seconds and the processor's."""
    from mnist_core.models.build import build_model
    from mnist_core.training.protocol import epoch_order
    from mnist_core.training.steps import make_steps

    images, labels = data.split("train", config.data)
    steps = make_steps(build_model(config), images, labels, config)
    batches = -(-len(images) // config.train.batch_size)
    epoch = 0

    def train() -> tuple[float, float]:
        nonlocal epoch
        begin, processor, position = time.perf_counter(), time.process_time(), 0
        steps.begin_epoch(epoch_order(config.train.seed, epoch, len(images)), epoch)
        while position < batches:
            position += steps.advance(position, 12).batches
        epoch += 1
        return time.perf_counter() - begin, time.process_time() - processor

    return train


def render(found: dict[str, Any]) -> str:
    """Return the tables as Markdown."""
    lines = ["| what | microseconds of processor time an image |", "|---|---|"]
    lines += [f"| {name} | {value:.1f} |" for name, value in found["microseconds"].items()]
    lines += [f"| {name} | {value:.1f} |" for name, value in found["others"].items()]
    lines += [
        "",
        "| recipe | plain, s an epoch | augmented | ratio | ratio of processor time |",
        "|---|---|---|---|---|",
    ]
    for row in found["epochs"]:
        name = f"`{row['recipe']}`" + (", mixed precision" if row["precision"] != "float32" else "")
        lines.append(
            f"| {name} | {row['plain_seconds']:.2f} | {row['augmented_seconds']:.2f} | "
            f"**{row['ratio_seconds']:.2f}** | {row['ratio_processor']:.2f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()

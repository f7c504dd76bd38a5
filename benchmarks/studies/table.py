"""The recorded trainings: what they are, and how well each did after each epoch."""

from collections.abc import Mapping
from pathlib import Path

from mnist_core.config import Dense, NetworkConfig, RunConfig

EPOCHS = 9
FILE = Path(__file__).with_name("recorded.json")
Key = tuple[int | float, ...]
# Where the program searches unless told otherwise (`mnist_core.config.study.usual_parameter`), in steps: half powers of
# ten of the learning rate, doubled units, batches four times as large.
GRID: Mapping[str, tuple[int | float, ...]] = {
    "learning_rate": (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1),
    "units": (8, 16, 32, 64, 128, 256, 512),
    "batch_size": (16, 64, 256),
    "layers": (1, 2, 3),
}
BASE = RunConfig(model=NetworkConfig(layers=(Dense(units=64),))).with_settings(
    {"dataset": "fashion_mnist", "train_size": 4000, "validation_split": 0.5, "epochs": EPOCHS, "seed": 0}
)

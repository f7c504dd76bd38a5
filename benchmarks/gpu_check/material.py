"""What rows are measured with: the recipes, tiny on the processor, and their data, made up where there are none."""

import argparse
import json
from typing import Any

import numpy as np

from mnist_core.config import NetworkConfig, RunConfig
from mnist_core.config.datasets import DatasetSpec
from mnist_core.config.recipes import RECIPES
from mnist_core.datasets.load import cache_dir
from mnist_core.settings import Settings, get_settings

NETWORKS = [recipe.id for recipe in RECIPES.values() if isinstance(recipe.config.model, NetworkConfig)]
TINY = {"train_size": 512, "epochs": 2}


def config_of(options: argparse.Namespace) -> RunConfig:
    """Return the configuration of the recipe that a row is about."""
    config = RECIPES[options.recipe].config.with_settings({"tensorboard": False})
    return config.with_settings(TINY) if options.device == "cpu" else config


def settings_of(options: argparse.Namespace) -> Settings:
    """Return the settings of a row's process, whose datasets are there."""
    settings = get_settings().model_copy(update={"data_dir": options.data})
    if options.data is None and not settings.datasets_dir.exists():
        _make_data_up(config_of(options).spec, settings)
    return settings


def _make_data_up(spec: DatasetSpec, settings: Settings) -> None:
    """Write images of bars, whose place says the class, as if they had been downloaded."""
    rng = np.random.default_rng(0)
    arrays: dict[str, Any] = {}
    for part, size in (("train", spec.n_train), ("test", spec.n_test)):
        labels = rng.integers(0, spec.num_classes, size).astype(np.uint8)
        images = rng.integers(0, 64, (size, 28, 28), np.uint8)
        images[np.arange(size), labels * 2 + 4] = 255
        arrays |= {f"x_{part}": images, f"y_{part}": labels}
    folder = cache_dir(spec, settings)
    folder.mkdir(parents=True)
    for file, array in arrays.items():
        np.save(folder / f"{file}.npy", array)
    (folder / "complete.json").write_text(json.dumps({file: array.shape for file, array in arrays.items()}))

"""Doing before a run what every run would wait for: imports, the first graph, the first XLA program."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from mnist_core.config import DataConfig, Dense, NetworkConfig, RunConfig, TrainConfig

_TINY = RunConfig(
    data=DataConfig(validation_split=0.0),
    model=NetworkConfig(layers=(Dense(units=8),)),
    # Enough steps on paper that they are worth compiling.
    train=TrainConfig(optimizer="rmsprop", batch_size=8, epochs=200),
)
_IMAGES = 160


def warm_up(wanted: Callable[[], bool]) -> None:
    """Go through a whole run with a tiny network; nothing of it is kept.

    Parameters
    ----------
    wanted : callable
        True once a run waits: the rest is then left out, since the run itself will do it.
    """
    # Not used here, but by every run: importing them takes a second.
    import mnist_core.training.fit
    import mnist_core.training.run  # noqa: F401
    from mnist_core.film import KeptWeights
    from mnist_core.models.build import build_model
    from mnist_core.models.network_files import write_trained
    from mnist_core.store import RunFiles, new_run_id
    from mnist_core.tensorboard.board import Board
    from mnist_core.tensorboard.mistakes import mistakes_png
    from mnist_core.training.device import prepare_device
    from mnist_core.training.steps import make_judge, make_steps

    if wanted():
        return
    prepare_device()
    model = build_model(_TINY)
    images, labels = np.zeros((_IMAGES, 28, 28), np.uint8), np.zeros(_IMAGES, np.uint8)
    if wanted():
        return
    steps = make_steps(model, images, labels, _TINY)
    steps.begin_epoch(np.arange(_IMAGES, dtype=np.int32), 0)
    position = 0
    while position < _IMAGES // _TINY.train.batch_size:
        if wanted():
            return
        position += steps.advance(position, 4).batches
    make_judge(model, _TINY).judge(images, labels)
    KeptWeights(_TINY)
    if wanted():
        return
    with tempfile.TemporaryDirectory() as folder:
        files = RunFiles(Path(folder), new_run_id())
        files.folder.mkdir()
        assert isinstance(_TINY.model, NetworkConfig)
        write_trained(model, _TINY.model, 10, files)
        board = Board(Path(folder) / "tensorboard", _TINY, "")
        board.begin([])
        board.close()
    mistakes_png(images[:1], labels[:1], np.eye(10)[[1]], "0123456789")

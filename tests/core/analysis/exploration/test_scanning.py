"""Mapped files are read without being kept."""

from pathlib import Path

import numpy as np
import psutil
import pytest

from mnist_core.analysis.exploration.scanning import batches, choose, release


@pytest.mark.skipif(not hasattr(psutil.Process(), "memory_maps"), reason="needs the memory maps of a process")
def test_what_was_read_of_a_mapped_file_is_handed_back(tmp_path: Path) -> None:
    path = tmp_path / "images.npy"
    np.save(path, np.full((30_000, 28, 28), 7, np.uint8))
    images = np.load(path, mmap_mode="r")

    def resident() -> int:
        return sum(part.rss for part in psutil.Process().memory_maps() if part.path == str(path))

    for view in (images, images[:-1]):
        assert sum(int(batch[:, 0, 0].sum()) for _, batch in batches(view)) == 7 * len(view)
        assert resident() < 1e6
    assert int(images.sum()) == 7 * 30_000 * 784
    assert resident() > 20e6
    release(images)
    assert resident() < 1e6
    assert choose(images, np.arange(0, 30_000, 10)).shape == (3000, 28, 28)
    assert resident() < 1e6


def test_arrays_that_are_no_files_are_left_alone() -> None:
    images = np.arange(5 * 784, dtype=np.int64).astype(np.uint8).reshape(5, 28, 28)
    parts = list(batches(images, size=2))
    assert [(part.start, part.stop) for part, _ in parts] == [(0, 2), (2, 4), (4, 5)]
    np.testing.assert_array_equal(np.concatenate([batch for _, batch in parts]), images)

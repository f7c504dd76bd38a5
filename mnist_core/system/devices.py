"""What this computer has to train with, found without TensorFlow."""

import os
import re
from contextlib import suppress
from pathlib import Path

import psutil

from mnist_core.system.cards import usable_cards

_CGROUP = Path("/sys/fs/cgroup")


def gpu_ids() -> list[str]:
    """Return the ids of the NVIDIA cards that may be used, as for ``CUDA_VISIBLE_DEVICES``."""
    return [card.id for card in usable_cards()]


def card_memory() -> int | None:
    """Return the bytes of the smallest card that may be used; None without one, or where nobody can tell."""
    return min((card.memory for card in usable_cards() if card.memory is not None), default=None)


def usable_cores() -> int:
    """Return how many processor cores this process may use, a container's quota included."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError):
        quota, period = (_CGROUP / "cpu.max").read_text().split()
        if quota != "max":
            cores = min(cores, max(1, round(int(quota) / int(period))))
    return cores


def total_memory() -> int:
    """Return the bytes of memory that this process may use, a container's limit included."""
    total = int(psutil.virtual_memory().total)
    with suppress(OSError, ValueError):
        total = min(total, int((_CGROUP / "memory.max").read_text()))
    return total


def available_memory() -> int:
    """Return the bytes of memory that are still to be had, a container's limit included."""
    available = int(psutil.virtual_memory().available)
    with suppress(OSError, ValueError):
        # What files take goes first where memory is wanted, so it counts as free.
        cached = re.search(r"^inactive_file (\d+)$", (_CGROUP / "memory.stat").read_text(), re.MULTILINE)
        used = int((_CGROUP / "memory.current").read_text()) - (int(cached[1]) if cached else 0)
        available = min(available, total_memory() - used)
    return available


def default_slots() -> int:
    """Return how many runs may train at once: one for each card, else one for two cores."""
    return len(gpu_ids()) or max(1, usable_cores() // 2)


def memory_limit_mb(limit: int | None, slots: int) -> float:
    """Return the most memory of a worker in MB: the setting, or its share of four fifths of all."""
    return limit if limit is not None else 0.8 * total_memory() / slots / 1e6

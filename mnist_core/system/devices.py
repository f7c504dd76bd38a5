"""What this computer has to train with, found without TensorFlow."""

import os

import psutil

from mnist_core.system import control_groups
from mnist_core.system.cards import usable_cards


def gpu_ids() -> list[str]:
    """Return the ids of the NVIDIA cards that may be used, as for ``CUDA_VISIBLE_DEVICES``."""
    return [card.id for card in usable_cards()]


def card_memory() -> int | None:
    """Return the bytes of the smallest card that may be used; None without one, or where nobody can tell."""
    return min((card.memory for card in usable_cards() if card.memory is not None), default=None)


def usable_cores() -> int:
    """Return how many processor cores this process may use, a container's quota included."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = control_groups.cores()
    return cores if quota is None else min(cores, max(1, round(quota)))


def total_memory() -> int:
    """Return the bytes of memory that this process may use, a container's limit included."""
    total, most = int(psutil.virtual_memory().total), control_groups.memory()
    return total if most is None else min(total, most)


def available_memory() -> int:
    """Return the bytes of memory that are still to be had, a container's limit included."""
    available, left = int(psutil.virtual_memory().available), control_groups.memory_left()
    return available if left is None else min(available, left)


def default_slots() -> int:
    """Return how many runs may train at once: one for each card, else one for two cores."""
    return len(gpu_ids()) or max(1, usable_cores() // 2)


def memory_limit_mb(limit: int | None, slots: int) -> float:
    """Return the most memory of a worker in MB: the setting, or its share of four fifths of all."""
    return limit if limit is not None else 0.8 * total_memory() / slots / 1e6

"""The card, asked in the language of each backend."""

import time
from collections.abc import Callable
from typing import Any

from mnist_core.system.libraries import load_keras


def peak_memory() -> int | None:
    """Return the most bytes that this process held on the card; None on the processor."""
    if load_keras().config.backend() == "jax":
        import jax

        return (jax.devices()[0].memory_stats() or {}).get("peak_bytes_in_use")
    import tensorflow as tf

    cards = tf.config.list_logical_devices("GPU")
    return int(tf.config.experimental.get_memory_info("GPU:0")["peak"]) if cards else None


def compiled(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function of an array compiled; a call of it ends when the card has ended."""
    if load_keras().config.backend() == "jax":
        import jax

        ready = jax.jit(function)
        return lambda array: ready(array).block_until_ready()
    import tensorflow as tf

    graph = tf.function(lambda array: tf.reduce_max(function(array)))
    return lambda array: graph(array).numpy()


def best_of(action: Callable[[], Any]) -> float:
    """Return the least seconds of five calls, after one that compiles."""
    times = []
    for _ in range(6):
        begin = time.perf_counter()
        action()
        times.append(time.perf_counter() - begin)
    return min(times[1:])

"""The weights that a network begins with, drawn as TensorFlow draws them, without TensorFlow.

Each backend of Keras has a random generator of its own, so the same seed would give each of them another network. Those
of TensorFlow are the ones that plain scripts begin with. So other backends are given them.

The generator is Philox-4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): numbers follow
from a key and a counter alone, so all are computed at once. How TensorFlow makes key and counter of a seed, and numbers
of bits, stands in its ``stateless_random_ops.cc``, ``random_op_cpu.h`` and ``random_distributions.h``.
"""

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mnist_core.config.layers import Shape

if TYPE_CHECKING:
    import keras

_Words = npt.NDArray[np.uint32]
_Numbers = npt.NDArray[np.float32]

_MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_KEY_STEPS = np.uint32(0x9E3779B9), np.uint32(0xBB67AE85)
_ROUNDS = 10
_SCRAMBLING_KEY = np.array([0x3EC8F720, 0x02461E29], np.uint32)

_CUT = 2.0  # a truncated normal distribution ends after so many standard deviations
_CUT_SPREAD = 0.87962566103423978  # its standard deviation, that of the whole one being 1
_RESERVED = 256  # counters that TensorFlow keeps for four truncated numbers
_TRIED = 4  # counters that are tried: that 13 of their 16 numbers lie beyond the cut happens once in 1e14 times


def first_kernel(initializer: "keras.Initializer", shape: Shape) -> _Numbers:
    """Return what one of Keras's initializers draws on TensorFlow.

    Uniform numbers are equal to the last bit, normal ones up to rounding.

    Parameters
    ----------
    initializer : keras.Initializer
        One of `mnist_core.config.choices.INITIALIZERS`, with an integer as its seed.
    shape : tuple of int
        Of a kernel: what comes in and what goes out are its last two axes.
    """
    match vars(initializer):
        case {"distribution": "uniform", "seed": seed}:
            limit = np.float32(math.sqrt(3.0 * _scale(initializer, shape)))
            return _uniform(seed, shape) * (limit + limit) - limit
        case {"distribution": "truncated_normal", "seed": seed}:
            spread = math.sqrt(_scale(initializer, shape)) / _CUT_SPREAD
            return _truncated_normal(seed, shape) * np.float32(spread)
        case {"mean": 0.0, "stddev": spread, "seed": seed}:
            return _normal(seed, shape) * np.float32(spread)
    return np.asarray(initializer(shape), np.float32)  # nothing is drawn


def _scale(initializer: "keras.Initializer", shape: Shape) -> float:
    field = math.prod(shape[:-2])
    fans = {"fan_in": field * shape[-2], "fan_avg": field * (shape[-2] + shape[-1]) / 2}
    return float(initializer.scale / max(1.0, fans[initializer.mode]))


def _uniform(seed: int, shape: Shape) -> _Numbers:
    return _shaped(_fractions(_blocks(seed, -(-math.prod(shape) // 4))), shape)


def _normal(seed: int, shape: Shape) -> _Numbers:
    return _shaped(_box_muller(_blocks(seed, -(-math.prod(shape) // 4))), shape)


def _truncated_normal(seed: int, shape: Shape) -> _Numbers:
    groups = -(-math.prod(shape) // 4)
    tried = _box_muller(_blocks(seed, groups, _TRIED, _RESERVED)).reshape(groups, 4 * _TRIED)
    # The first four that are not cut off.
    chosen = np.argsort(np.abs(tried) >= _CUT, axis=1, kind="stable")[:, :4]
    return _shaped(np.take_along_axis(tried, chosen, axis=1), shape)


def _shaped(numbers: _Numbers, shape: Shape) -> _Numbers:
    return numbers.reshape(-1)[: math.prod(shape)].reshape(shape)


def _blocks(seed: int, groups: int, each: int = 1, apart: int = 1) -> _Words:
    """Return four random words for each of `each` counters of every group, of shape (groups * each, 4)."""
    start = np.array([[seed & 0xFFFFFFFF, seed >> 32, 0, 0]], np.uint32)
    key_and_counter = _philox(start, _SCRAMBLING_KEY)[0]
    counts = (np.arange(groups)[:, None] * apart + np.arange(each)).reshape(-1)
    counters = np.empty((len(counts), 4), np.uint32)
    counters[:, 0], counters[:, 1] = counts & 0xFFFFFFFF, counts >> 32
    counters[:, 2:] = key_and_counter[2:]
    return _philox(counters, key_and_counter[:2])


def _philox(counters: _Words, key: _Words) -> _Words:
    words, (key_0, key_1) = [counters[:, place] for place in range(4)], key
    with np.errstate(over="ignore"):  # keys count on from the largest number at 0
        for _ in range(_ROUNDS):
            product_0, product_1 = (words[place].astype(np.uint64) * _MULTIPLIERS[place // 2] for place in (0, 2))
            high_0, high_1 = ((product >> np.uint64(32)).astype(np.uint32) for product in (product_0, product_1))
            low_0, low_1 = (product.astype(np.uint32) for product in (product_0, product_1))
            words = [high_1 ^ words[1] ^ key_0, low_1, high_0 ^ words[3] ^ key_1, low_0]
            key_0, key_1 = key_0 + _KEY_STEPS[0], key_1 + _KEY_STEPS[1]
    return np.stack(words, axis=1)


def _fractions(words: _Words) -> _Numbers:
    """Return a number from 0 to below 1 for each word, of 23 of its bits."""
    return ((words & np.uint32(0x7FFFFF)) | np.uint32(0x3F800000)).view(np.float32) - np.float32(1)


def _box_muller(words: _Words) -> _Numbers:
    """Return as many normally distributed numbers as there are words."""
    pairs = _fractions(words).reshape(-1, 2)
    radius = np.sqrt(np.float32(-2) * np.log(np.maximum(pairs[:, 0], np.float32(1e-7))))
    angle = (2.0 * math.pi * pairs[:, 1].astype(np.float64)).astype(np.float32)
    return np.stack([np.sin(angle) * radius, np.cos(angle) * radius], axis=1)

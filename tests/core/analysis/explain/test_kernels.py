"""Weights as pictures."""

import numpy as np

from mnist_core.analysis.explain import filter_slices, kernel_images


def test_a_unit_of_a_dense_layer_is_a_picture_of_its_weights():
    kernel = np.arange(784 * 3, dtype=np.float32).reshape(784, 3)
    pictures = kernel_images(kernel)
    assert pictures.shape == (3, 28, 28)
    assert pictures[1, 2, 5] == kernel[2 * 28 + 5, 1]


def test_a_filter_of_the_first_convolution_is_a_picture_and_of_a_later_one_several():
    kernel = np.random.default_rng(0).random((3, 3, 1, 4), np.float32)
    pictures = kernel_images(kernel)
    assert pictures.shape == (4, 3, 3)
    assert pictures[2, 0, 1] == kernel[0, 1, 0, 2]
    deep = np.random.default_rng(0).random((3, 3, 5, 4), np.float32)
    assert kernel_images(deep) is None
    assert filter_slices(deep, 2).shape == (5, 3, 3)
    assert filter_slices(deep, 2)[4, 0, 1] == deep[0, 1, 4, 2]


def test_weights_that_are_no_square_are_no_picture():
    assert kernel_images(np.zeros((12, 3), np.float32)) is None

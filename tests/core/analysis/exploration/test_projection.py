import numpy as np
from sklearn.decomposition import PCA

from mnist_core.analysis.exploration import pca, sample_indices
from mnist_core.datasets import Dataset


def test_the_projection_is_scikit_learns_up_to_signs(digits: Dataset) -> None:
    x = digits.x_train.reshape(1500, -1) / 255.0
    ours, theirs = pca(digits.x_train, 5), PCA(5, svd_solver="full").fit(x)
    signs = np.sign((ours.components * theirs.components_).sum(axis=1))
    np.testing.assert_allclose(ours.components, theirs.components_ * signs[:, None], atol=1e-5)
    np.testing.assert_allclose(ours.explained, theirs.explained_variance_ratio_, atol=1e-6)
    np.testing.assert_allclose(ours(x), theirs.transform(x) * signs, atol=1e-4)


def test_the_largest_entry_of_each_direction_is_positive(digits: Dataset) -> None:
    components = pca(digits.x_train, 10).components
    assert (np.take_along_axis(components, np.abs(components).argmax(axis=1)[:, None], axis=1) > 0).all()


def test_equal_images_are_one_point() -> None:
    projection = pca(np.full((5, 28, 28), 7, np.uint8), 2)
    assert np.isfinite(projection(np.full((5, 784), 7 / 255))).all()
    assert projection.explained.tolist() == [0, 0]


def test_a_seed_always_chooses_the_same_samples() -> None:
    chosen = sample_indices(60_000, 2000, seed=3)
    assert len(set(chosen)) == 2000
    assert (np.diff(chosen) > 0).all()
    np.testing.assert_array_equal(chosen, sample_indices(60_000, 2000, seed=3))
    assert (chosen != sample_indices(60_000, 2000, seed=4)).any()


def test_all_are_chosen_where_there_are_too_few() -> None:
    assert sample_indices(5, 2000, seed=0).tolist() == [0, 1, 2, 3, 4]

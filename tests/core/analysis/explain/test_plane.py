import numpy as np
import pytest

from mnist_core.analysis.explain import principal_plane, same_neighbour


@pytest.mark.parametrize("shape", [(300, 12), (40, 200), (50, 2)])
def test_the_plane_is_scikit_learns(shape):
    from sklearn.decomposition import PCA

    rng = np.random.default_rng(0)
    features = rng.normal(0, 1, shape) @ np.diag(np.linspace(3, 0.1, shape[1])) + 5
    pca = PCA(2, svd_solver="full")
    expected = pca.fit_transform(features)
    plane = principal_plane(features)
    np.testing.assert_allclose(plane.points, expected, atol=1e-9)
    np.testing.assert_allclose(plane.shares, pca.explained_variance_ratio_, rtol=1e-9)


def test_the_same_features_give_the_same_signs_in_any_order():
    features = np.random.default_rng(1).normal(0, 1, (60, 7))
    order = np.random.default_rng(2).permutation(60)
    np.testing.assert_allclose(principal_plane(features[order]).points, principal_plane(features).points[order])


def test_half_precision_is_no_problem():
    features = (300 * np.random.default_rng(1).random((1000, 9))).astype(np.float16)
    expected = principal_plane(features.astype(np.float64)).points
    np.testing.assert_allclose(principal_plane(features).points, expected, atol=1e-9)


@pytest.mark.parametrize("features", [np.zeros((5, 3)), np.arange(6.0)[:, None]])
def test_a_single_direction_or_none_is_still_a_plane(features):
    plane = principal_plane(features)
    assert plane.points.shape == (len(features), 2)
    assert np.isfinite(plane.shares).all()
    assert not plane.points[:, 1].any()


@pytest.mark.parametrize("d", [2, 9])
def test_neighbours_are_those_of_brute_force(d):
    rng = np.random.default_rng(3)
    points, labels = rng.normal(100, 1, (80, d)).astype(np.float16), rng.integers(0, 4, 80)
    same = 0
    for index, point in enumerate(points.astype(np.float64)):
        distances = np.linalg.norm(points.astype(np.float64) - point, axis=1)
        distances[index] = np.inf
        same += labels[int(np.argmin(distances))] == labels[index]
    assert same_neighbour(points, labels) == same / 80

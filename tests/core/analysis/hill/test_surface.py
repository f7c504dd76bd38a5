"""The loss along the path that training took: the plane, and the loss on it, recomputed from the kept weights."""

import numpy as np
import pytest

from mnist_core.analysis.hill import kept_path, loss_slice, mean_loss, path_plane, resolution
from mnist_core.analysis.hill.paths import KeptPath
from mnist_core.config import BatchNormalization, Conv2D, Dense, MaxPooling2D, NetworkConfig, RunConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.errors import AbandonedError, ArtifactMissingError
from mnist_core.evaluation import cross_entropy
from mnist_core.evaluation.robustness import balanced_subset
from mnist_core.film import KeptWeights, open_film
from mnist_core.models.weights import weight_shapes
from tests.film_files import put_film

NETWORKS = {
    "dense": (Dense(units=8),),
    "convolutional": (Conv2D(filters=3, kernel_size=3), MaxPooling2D(pool_size=4)),
}


@pytest.fixture(params=NETWORKS)
def record(request, finished_run):
    return finished_run(RunConfig.parse({"data": {"dataset": "digits"}, "model": _model(request.param)}))


def _model(name):
    return NetworkConfig(layers=NETWORKS[name]).model_dump()


@pytest.fixture
def film(store, record, digits, monkeypatch):
    monkeypatch.setattr("mnist_core.analysis.hill.surface._SIDES", (5, 3))
    put_film(store, record, digits)
    return open_film(store.files(record.id), record.config)


def flat(weights):
    return np.concatenate([a.ravel() for name, a in weights.items() if "/moving_" not in name]).astype(np.float64)


def made_path(moments, seed=0, scale=1.0):
    rng = np.random.default_rng(seed)
    shapes = weight_shapes(NetworkConfig(layers=(Dense(units=4), BatchNormalization())))
    weights = tuple(
        {name: rng.normal(0, scale, shape).astype(np.float16) for name, shape in shapes.items()} for _ in range(moments)
    )
    return KeptPath(tuple(map(float, range(moments))), weights)


def test_the_plane_is_that_of_the_two_main_components_through_the_end_of_the_first_path():
    first, second = made_path(6), made_path(5, seed=1, scale=2.0)
    plane = path_plane([first, second])
    across, up = flat(plane.across), flat(plane.up)
    np.testing.assert_allclose([across @ across, up @ up, across @ up], [1, 1, 0], atol=1e-5)
    np.testing.assert_array_equal(flat(plane.origin), flat(first.weights[-1]))
    np.testing.assert_allclose(plane.points[0][-1], 0, atol=1e-9)
    assert plane.points[0][0, 0] <= 0 <= plane.points[0][0, 1], "it comes from the left, and from above"
    rows = np.stack([flat(weights) for path in (first, second) for weights in path.weights])
    # Each path counts as much as the other.
    weight = np.repeat([1 / (part.var(axis=0).sum() * len(part)) for part in (rows[:6], rows[6:])], (6, 5))[:, None]
    mean = (weight * rows).sum(axis=0) / weight.sum()
    values, directions = np.linalg.svd(np.sqrt(weight) * (rows - mean), full_matrices=False)[1:]
    np.testing.assert_allclose(np.abs(directions[:2] @ np.stack([across, up]).T), np.eye(2), atol=1e-4)
    points = np.concatenate(plane.points)
    np.testing.assert_allclose(points, (rows - rows[5]) @ np.stack([across, up]).T, atol=1e-3)
    shown = weight * (points - (weight * points).sum(axis=0) / weight.sum()) ** 2
    assert shown.sum() == pytest.approx((values[:2] ** 2).sum(), rel=1e-6)
    rest = np.linalg.norm(rows - rows[5] - points @ np.stack([across, up]), axis=1)
    np.testing.assert_allclose(np.concatenate(plane.beside), rest, atol=1e-3)


def test_of_each_path_the_share_of_its_own_variance_is_told():
    path = made_path(7)
    assert 0 < path_plane([path]).shares[0] < 1
    three = KeptPath(path.epochs[:3], path.weights[:3])
    assert path_plane([three]).shares == pytest.approx([1.0])
    rows = np.stack([flat(weights) for weights in path.weights])
    plane = path_plane([made_path(5, seed=2), path])
    own = ((rows - rows.mean(axis=0)) ** 2).sum()
    assert plane.shares[1] == pytest.approx(((plane.points[1] - plane.points[1].mean(axis=0)) ** 2).sum() / own)


def test_of_one_path_they_are_the_usual_principal_components():
    path = made_path(7)
    rows = np.stack([flat(weights) for weights in path.weights])
    values = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False) ** 2
    assert path_plane([path]).shares[0] == pytest.approx(values[:2].sum() / values.sum(), rel=1e-6)


def test_variances_of_batch_normalization_never_fall_below_zero():
    plane = path_plane([made_path(4)])
    far = plane.weights_at(50.0, -50.0)
    assert all((values >= 0).all() for name, values in far.items() if name.endswith("moving_variance"))


def test_the_slice_at_a_path_s_points_has_the_loss_of_the_kept_weights(film, record, digits):
    """Three moments span a plane, so none of them is beside it."""
    found = loss_slice(lambda share: None, record.config, [film], digits)
    (path,) = found.paths
    np.testing.assert_allclose(path.beside, 0, atol=0.01)
    assert path.share == pytest.approx(1.0)
    assert path.epochs.tolist() == [0, 1, 3]
    images, labels = digits.split("train", record.config.data)
    places = np.sort(balanced_subset(labels, found.images))
    kept = [KeptWeights(record.config).network(film.weights(at)).predict(images[places]) for at in (0, 2, 3)]
    losses = [cross_entropy(table, labels[places]) for table in kept]
    np.testing.assert_allclose(path.losses, losses, rtol=1e-4)
    np.testing.assert_allclose(path.shown, losses, rtol=1e-2)


def test_every_point_of_the_grid_is_the_network_of_its_weights(film, record, digits):
    found = loss_slice(lambda share: None, record.config, [film], digits)
    plane = path_plane([kept_path(film)])
    images, labels = digits.split("train", record.config.data)
    places = np.sort(balanced_subset(labels, found.images))
    kept = KeptWeights(record.config)
    for row, column in ((0, 0), (1, 4), (4, 2)):
        weights = plane.weights_at(found.x[column], found.y[row])
        table = kept.network(weights).predict(images[places])
        assert found.losses[row, column] == pytest.approx(cross_entropy(table, labels[places]), rel=1e-4)
    low, high = np.min(found.paths[0].points, axis=0), np.max(found.paths[0].points, axis=0)
    assert (found.x[0] < low[0], found.x[-1] > high[0], found.y[0] < low[1], found.y[-1] > high[1]) == (True,) * 4


def test_one_of_two_paths_can_be_looked_at_from_near(film, record, digits):
    wide = loss_slice(lambda share: None, record.config, [film, film], digits)
    near = loss_slice(lambda share: None, record.config, [film, film], digits, near=True)
    assert len(wide.paths) == len(near.paths) == 2
    np.testing.assert_allclose(wide.paths[0].points, wide.paths[1].points)
    np.testing.assert_allclose(near.x, wide.x)  # both are the same path


def test_whoever_waits_no_more_ends_it(film, record, digits):
    told = []

    def report(share):
        told.append(share)
        if len(told) == 3:
            raise AbandonedError("gone")

    with pytest.raises(AbandonedError):
        loss_slice(report, record.config, [film], digits)
    assert told == sorted(told)


def test_too_few_moments_are_no_path(store, finished_run, digits):
    run = finished_run()
    put_film(store, run, digits, steps=(0, 6, 12))
    with pytest.raises(ArtifactMissingError, match="too few moments for a path: 2"):
        kept_path(open_film(store.files(run.id), run.config))


def test_moments_beyond_all_numbers_are_counted_and_left_out(film, monkeypatch):
    weights = type(film).weights

    def broken(film, place):
        return {name: a * np.float16(np.inf) if place == 3 else a for name, a in weights(film, place).items()}

    monkeypatch.setattr(type(film), "weights", broken)
    with pytest.raises(ArtifactMissingError, match="2"):
        kept_path(film)


def test_a_path_that_went_nowhere_has_no_plane():
    path = made_path(1)
    with pytest.raises(ArtifactMissingError, match="one direction"):
        path_plane([KeptPath((0.0, 1.0, 2.0), path.weights * 3)])


def test_larger_networks_get_coarser_slices_of_fewer_images():
    known = [resolution(RECIPES[name].config) for name in ("feedforward-64", "small-cnn", "best-fashion-cnn")]
    assert [fine.side for fine in known] == sorted((fine.side for fine in known), reverse=True)
    assert known[1].images == 1000
    assert known[2].images < 1000
    assert all(fine.seconds <= 30 for fine in known)


def test_weights_that_give_no_numbers_have_no_loss(digits, record):
    shapes = weight_shapes(record.config.model, 10)
    nothing = {name: np.full(shape, np.nan, np.float32) for name, shape in shapes.items()}
    assert np.isnan(mean_loss(KeptWeights(record.config), nothing, digits.x_test[:20], digits.y_test[:20]))

import numpy as np
import pytest

from mnist_core.analysis.explain import occlude


def by_hand(predict, image, label, size, stride, fill):
    """Return the mean fall over the squares that cover each pixel, one prediction at a time."""
    whole = predict(image[None].astype(np.float32))[0, label]
    starts = sorted({*range(0, 29 - size, stride), 28 - size})
    falls, times = np.zeros((28, 28)), np.zeros((28, 28))
    for row in starts:
        for column in starts:
            covered = image.astype(np.float32)
            covered[row : row + size, column : column + size] = fill
            fall = whole - predict(covered[None])[0, label]
            falls[row : row + size, column : column + size] += fall
            times[row : row + size, column : column + size] += 1
    return falls / times


@pytest.mark.parametrize(
    ("size", "stride", "fill"), [(6, 2, 0), (6, 2, 128), (5, 3, 0), (4, 4, 255), (28, 1, 0), (9, 8, 0)]
)
def test_each_pixel_has_the_mean_fall_of_the_squares_that_cover_it(linear, image, size, stride, fill):
    result = occlude(linear, image, size=size, stride=stride, fill=fill)
    np.testing.assert_allclose(result.drop(3), by_hand(linear, image, 3, size, stride, fill), atol=1e-6)
    np.testing.assert_allclose(result.whole, linear(image[None])[0], rtol=1e-6)


def test_only_the_pixels_that_a_model_looks_at_stand_out(image):
    def looks_at_one_place(images):
        share = images[:, 5:8, 13:15].mean(axis=(1, 2)) / 255.0
        return np.stack([share, 1 - share], axis=1).astype(np.float32)

    drop = occlude(looks_at_one_place, image, size=2, stride=1).drop(0)
    outside = np.ones((28, 28), bool)
    outside[4:9, 12:16] = False
    assert drop[5:8, 13:15].min() > 0.01
    assert np.abs(drop[outside]).max() == 0


def test_the_image_itself_is_not_changed(linear, image):
    before = image.copy()
    occlude(linear, image)
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize(("size", "stride"), [(0, 1), (29, 1), (4, 0), (4, 5)])
def test_squares_that_do_not_fit_are_refused(linear, image, size, stride):
    with pytest.raises(ValueError, match="A square of 1 to 28 pixels"):
        occlude(linear, image, size=size, stride=stride)

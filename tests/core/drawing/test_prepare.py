import numpy as np
import pytest
from PIL import Image, ImageDraw

from mnist_core.datasets import load_dataset
from mnist_core.drawing import is_empty, prepare_clothes, prepare_digit
from mnist_core.errors import ImageError


def strokes(seed, side=280):
    """Return the ink of a random drawing: some thick lines at a random place and size."""
    rng = np.random.default_rng(seed)
    canvas = Image.new("L", (side, side))
    pen = ImageDraw.Draw(canvas)
    scale = rng.uniform(0.3, 0.85) * side
    place = rng.uniform(10, side - 10 - scale, 2)
    width = int(rng.integers(8, 25))
    for _ in range(rng.integers(1, 5)):
        points = [tuple(place + scale * point) for point in rng.random((rng.integers(2, 7), 2))]
        pen.line(points, fill=255, width=width, joint="curve")
    return np.asarray(canvas)


def mass_centre(image):
    weights = image.astype(float)
    return weights.sum(axis=1) @ np.arange(28) / weights.sum(), weights.sum(axis=0) @ np.arange(28) / weights.sum()


def box_sides(image):
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def picture(ink, mode="L"):
    return Image.fromarray(ink).convert(mode)


def distance(one, other):
    return float(np.abs(one.astype(float) - other.astype(float)).mean())


def distance_but_for_a_pixel(one, other):
    """Return the least distance when `one` may be moved by a pixel: centring rounds to whole pixels."""
    moves = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return min(distance(np.roll(one, move, axis=(0, 1)), other) for move in moves)


# the contract of MNIST, measured on all 70,000 real images


@pytest.mark.parametrize("seed", range(200))
def test_a_drawing_becomes_an_image_like_those_in_mnist(seed):
    image = prepare_digit(strokes(seed)).image
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert image.max() == 255
    assert max(box_sides(image)) == 20
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    for centre, inked in zip(mass_centre(image), (rows, columns), strict=True):
        # The 20 x 20 box never leaves the image, so a mass far from its box's centre stays off pixel 14.
        at_the_border = inked[0] == 0 or inked[-1] == 27
        assert 13.5 <= centre <= 14.5 or at_the_border


def test_most_drawings_are_not_at_the_border():
    centres = [centre for seed in range(200) for centre in mass_centre(prepare_digit(strokes(seed)).image)]
    assert np.mean([13.5 <= centre <= 14.5 for centre in centres]) > 0.95


def test_a_mass_far_from_the_middle_is_moved_as_far_as_the_image_goes():
    ink = np.zeros((280, 280), np.uint8)
    ink[100:200, 100:110] = 255  # an L with a very heavy foot
    ink[190:200, 100:200] = 255
    ink[170:200, 170:200] = 255
    ink[150:200, 150:200] = 255
    image = prepare_digit(ink).image
    assert image[:20].any()
    assert box_sides(image) == (20, 20)
    flag = np.zeros((100, 100), np.uint8)
    flag[0, 0] = flag[80:, 80:] = 255
    image = prepare_digit(flag).image
    assert image[:20, :20].any()
    assert max(mass_centre(image)) > 14.5


@pytest.mark.parametrize("shift", [(0, 0), (1, 3), (57, 11), (119, 119)])
def test_the_place_of_a_drawing_does_not_matter(shift):
    ink = strokes(7)
    canvas = np.zeros((400, 400), np.uint8)
    canvas[shift[0] : shift[0] + 280, shift[1] : shift[1] + 280] = ink
    assert np.array_equal(prepare_digit(canvas).image, prepare_digit(ink).image)


@pytest.mark.parametrize("times", [2, 3, 5])
@pytest.mark.parametrize("seed", range(10))
def test_the_size_of_a_drawing_hardly_matters(seed, times):
    ink = strokes(seed)
    large = ink.repeat(times, axis=0).repeat(times, axis=1)
    assert distance_but_for_a_pixel(prepare_digit(large).image, prepare_digit(ink).image) < 5


@pytest.mark.parametrize("seed", range(10))
def test_a_fainter_pen_makes_the_same_image(seed):
    ink = strokes(seed)
    faint = (ink * 0.4).astype(np.uint8)
    assert distance(prepare_digit(faint).image, prepare_digit(ink).image) < 1


def test_proportions_are_kept():
    ink = np.zeros((280, 280), np.uint8)
    ink[20:220, 100:140] = 255
    assert box_sides(prepare_digit(ink).image) == (20, 4)
    assert box_sides(prepare_digit(ink.T).image) == (4, 20)


def test_a_drawing_is_not_turned_or_mirrored():
    ink = np.zeros((100, 100), np.uint8)
    ink[20:80, 20:30] = 255  # an L
    ink[70:80, 20:60] = 255
    image = prepare_digit(ink).image
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    assert image[rows[-1]].astype(int).sum() > 2 * image[rows[0]].astype(int).sum()
    assert image[:, columns[0]].astype(int).sum() > 2 * image[:, columns[-1]].astype(int).sum()


def test_real_mnist_images_hardly_change_when_prepared_again(real_settings):
    images = load_dataset("mnist", real_settings).x_train[:500]
    again = np.stack([prepare_digit(image).image for image in images])
    changes = np.array([distance(one, other) for one, other in zip(again, images, strict=True)])
    assert np.median(changes) < 0.5
    assert np.mean(changes < 3) > 0.95


# extreme drawings


@pytest.mark.parametrize("prepare", [prepare_digit, prepare_clothes])
@pytest.mark.parametrize("shape", [(280, 280), (1, 1), (0, 0), (3, 500)])
def test_an_empty_canvas_is_refused_in_words(prepare, shape):
    ink = np.zeros(shape, np.uint8)
    assert is_empty(ink)
    with pytest.raises(ImageError, match="nothing drawn"):
        prepare(ink)


@pytest.mark.parametrize("prepare", [prepare_digit, prepare_clothes])
@pytest.mark.parametrize("value", [1, 255])
def test_a_single_pixel_is_enough(prepare, value):
    ink = np.zeros((280, 280), np.uint8)
    ink[279, 0] = value
    assert not is_empty(ink)
    image = prepare(ink).image
    assert image.max() == 255
    assert max(box_sides(image)) <= 3
    assert all(12 <= centre <= 15 for centre in mass_centre(image))


@pytest.mark.parametrize("prepare", [prepare_digit, prepare_clothes])
def test_a_line_one_pixel_wide_stays_visible(prepare):
    ink = np.zeros((280, 280), np.uint8)
    ink[10:270, 100] = 1
    image = prepare(ink).image
    assert image.max() == 255
    assert box_sides(image)[0] >= 20


def test_a_canvas_full_of_ink_becomes_a_full_box():
    image = prepare_digit(np.full((280, 280), 255, np.uint8)).image
    assert box_sides(image) == (20, 20)
    assert (image[5:25, 5:25] == 255).all()


@pytest.mark.parametrize("shape", [(10, 1000), (1000, 10), (5, 5), (28, 28), (2000, 2000)])
@pytest.mark.parametrize("prepare", [prepare_digit, prepare_clothes])
def test_canvases_of_any_shape_are_taken(prepare, shape):
    ink = np.zeros(shape, np.uint8)
    ink[shape[0] // 4 : shape[0] // 4 * 3 + 1, shape[1] // 4 : shape[1] // 4 * 3 + 1] = 200
    image = prepare(ink).image
    assert image.shape == (28, 28)
    assert image.max() == 255


def test_the_drawing_itself_is_not_changed():
    ink = strokes(3)
    before = ink.copy()
    prepare_digit(ink)
    prepare_clothes(ink)
    assert np.array_equal(ink, before)


# the steps


@pytest.mark.parametrize(
    ("prepare", "names"),
    [(prepare_digit, ["drawing", "box", "small", "centred"]), (prepare_clothes, ["drawing", "box", "centred"])],
)
def test_every_step_is_shown(prepare, names):
    ink = strokes(1)
    prepared = prepare(ink)
    assert [name for name, _ in prepared.steps] == names
    steps = dict(prepared.steps)
    assert steps["drawing"] is ink
    assert steps["box"].shape[0] == steps["box"].shape[1]
    assert np.array_equal(steps["centred"], prepared.image)
    assert all(step.dtype == np.uint8 for step in steps.values())


# clothes


@pytest.mark.parametrize("seed", range(20))
def test_the_longest_side_of_clothes_fills_the_image(seed):
    image = prepare_clothes(strokes(seed)).image
    assert max(box_sides(image)) == 28
    assert image.max() == 255


def test_clothes_are_centred_by_their_box_and_not_by_their_mass():
    ink = np.zeros((280, 280), np.uint8)
    ink[0:280, 100:160] = 60
    ink[200:280, 100:160] = 255
    image = prepare_clothes(ink).image
    columns = np.flatnonzero(image.any(axis=0))
    assert columns[0] + columns[-1] == 27
    assert mass_centre(image)[0] > 16


def test_real_fashion_mnist_images_that_fill_their_box_hardly_change(real_settings):
    images = load_dataset("fashion_mnist", real_settings).x_train[:200]
    full = [image for image in images if max(box_sides(image)) == 28 and image.max() == 255]
    assert len(full) > 50
    assert np.median([distance_but_for_a_pixel(prepare_clothes(image).image, image) for image in full]) < 1

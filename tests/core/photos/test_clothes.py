"""One piece of clothing in a photo: found, its ground taken away, prepared like Fashion-MNIST."""

import numpy as np
import pytest
from PIL import Image

from mnist_core.datasets import load_dataset
from mnist_core.errors import ImageError
from mnist_core.photos import Picture, find_clothes, find_thing, read_upload
from tests.photo_files import clothing_photo


def picture(colours):
    colours = np.asarray(colours, np.uint8)
    return Picture(colours, colours.shape[1], colours.shape[0])


def shirt():
    """Return a made-up piece, 28 x 28, 0 = ground: a body and two sleeves, darker at the seams."""
    image = np.zeros((28, 28), np.uint8)
    image[4:26, 8:20] = 120
    image[4:12, 3:25] = 120
    image[4:26, 13:15] = 200
    return image


@pytest.mark.parametrize("background", [250.0, 236.0, 200.0])
def test_a_piece_on_a_plain_ground_is_found_where_it_is(background):
    for seed in range(3):
        photo = clothing_photo(shirt(), seed, background)
        found = find_clothes(read_upload(photo.file()))
        assert np.abs(np.array(found.parts[0].box) - photo.boxes[0]).max() < 20


def test_what_the_network_sees_is_the_piece_and_nothing_else():
    found = find_clothes(read_upload(clothing_photo(shirt(), 1).file())).parts[0]
    assert [name for name, _ in found.steps] == ["piece", "box", "centred"]
    assert np.array_equal(found.steps[-1][1], found.image)
    image = found.image
    assert image.shape == (28, 28)
    assert image.max() == 255
    assert np.ptp(np.flatnonzero(image.any(axis=1))) >= 26  # its longest side fills the picture
    assert (image[20:, [0, 1, 26, 27]] == 0).all()  # beside the body, below the sleeves
    assert image[14:24, 13:15].mean() > 1.3 * image[14:24, 9:12].mean()  # darker cloth is brighter here


GROUNDS = [(205, 205, 200), (120, 140, 120), (55, 55, 58)]


@pytest.mark.parametrize("shade", [(250, 250, 250), (20, 20, 24), (200, 30, 40), (30, 90, 200)])
@pytest.mark.parametrize("ground", GROUNDS)
def test_light_dark_and_coloured_pieces_are_found_on_any_plain_ground(shade, ground):
    colours = np.empty((300, 240, 3), np.uint8)
    colours[:] = ground
    colours[50:250, 70:170] = shade
    found = find_clothes(picture(colours))
    assert np.abs(np.array(found.parts[0].box) - (50, 70, 250, 170)).max() <= 2


def test_crumbs_on_the_ground_are_left_out():
    colours = np.full((300, 300, 3), 230, np.uint8)
    colours[80:220, 100:200] = 60
    for row, column in ((20, 20), (270, 250), (30, 280)):
        colours[row : row + 6, column : column + 6] = 40
    assert np.abs(np.array(find_clothes(picture(colours)).parts[0].box) - (80, 100, 220, 200)).max() <= 2


@pytest.mark.parametrize(
    "colours",
    [
        np.full((200, 200, 3), 230),
        np.full((200, 200, 3), 5),
        np.random.default_rng(0).integers(0, 256, (200, 200, 3)),
        np.linspace(100, 250, 200)[:, None, None] * np.ones((1, 200, 3)),
    ],
    ids=["bright", "dark", "noise", "gradient"],
)
def test_without_a_piece_it_says_what_to_do(colours):
    with pytest.raises(ImageError, match=r"No single piece .* plain, light ground"):
        find_clothes(picture(colours))


def test_photos_of_fashion_mnist_look_like_fashion_mnist(real_settings):
    images = load_dataset("fashion_mnist", real_settings).x_test[:60]
    likeness = []
    for index, image in enumerate(images):
        found = find_clothes(read_upload(clothing_photo(np.asarray(image), index).file())).images[0]
        shifted = [np.roll(found, (down, across), (0, 1)) for down in (-1, 0, 1) for across in (-1, 0, 1)]
        likeness.append(max(np.corrcoef(one.ravel(), image.ravel())[0, 1] for one in shifted))
    assert np.median(likeness) > 0.9
    assert np.quantile(likeness, 0.1) > 0.75


def test_a_picture_of_a_few_pixels_is_enough():
    small = Image.fromarray(255 - shirt()).resize((56, 56), Image.Resampling.NEAREST).convert("RGB")
    assert find_clothes(picture(small)).images.max() == 255


def test_a_thing_is_found_like_a_piece_of_clothing_and_missed_in_words_of_its_own():
    page = np.full((300, 300, 3), 240, np.uint8)
    page[60:240, 100:200] = 60
    thing, piece = (find(picture(page)).parts[0] for find in (find_thing, find_clothes))
    assert np.array_equal(thing.image, piece.image)
    with pytest.raises(ImageError, match="No single thing was found"):
        find_thing(picture(np.full((300, 300, 3), 240, np.uint8)))

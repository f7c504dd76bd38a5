"""Digits in photos: found where they are, in the order in which one reads them."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from benchmarks.photos import matches, measure
from mnist_core.datasets import Dataset, load_dataset
from mnist_core.errors import ImageError
from mnist_core.inference import read_parts
from mnist_core.photos import MOST_DIGITS, Picture, find_digits, find_letter, read_upload
from tests.photo_files import PLAIN, SCENES, Scene, compose, recorded, tidy

CROWDED = Scene(width=800, height=600, digit=40, pen=4)


def labels_of(photo, found):
    """Return the true digits in the order in which they were found; each must be there."""
    pairs = {index: true for true, index in matches(photo, found)}
    flat = [label for line in photo.labels for label in line]
    return [flat[pairs[index]] for index in range(len(found.parts))]


def lines_read(found, digits):
    """Return the numbers as they stand where a network reads these digits."""
    rows = np.eye(10, dtype=np.float32)[digits]
    return read_parts(found.parts, lambda images: rows, "0123456789", 0.5).lines


def picture_of(grey):
    return read_upload(_png(Image.fromarray(grey)))


def _png(image):
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("scene", SCENES)
def test_every_digit_is_found_in_reading_order(scene):
    photo = compose([tidy("31415"), tidy("926"), tidy("5075")], SCENES[scene], seed=5)
    found = find_digits(read_upload(photo.file()))
    assert labels_of(photo, found) == [label for line in photo.labels for label in line]
    assert [digit.line for digit in found.parts] == [0] * 5 + [1] * 3 + [2] * 4


@pytest.mark.parametrize("label", range(10))
@pytest.mark.parametrize(("digit", "pen"), [(40, 4), (300, 38)], ids=["small", "fills the picture"])
def test_a_single_digit_is_found(label, digit, pen):
    photo = compose([tidy(str(label))], Scene(width=300, height=400, digit=digit, pen=pen), seed=label)
    found = find_digits(read_upload(photo.file("WEBP")))
    assert labels_of(photo, found) == [label]


@pytest.mark.parametrize("inverted", [False, True])
def test_an_image_of_mnist_is_found_whole(inverted):
    image = compose([tidy("8")], Scene(width=28, height=28, digit=17, pen=2.5), seed=0).image.convert("L")
    grey = np.asarray(image)
    found = find_digits(picture_of(255 - grey if inverted else grey))
    assert len(found.parts) == 1


def test_a_digit_that_fills_its_picture_is_found():
    photo = compose([tidy("2")], Scene(width=120, height=160, digit=140, pen=18), seed=1)
    top, left, bottom, right = (int(side) for side in photo.boxes[0])
    found = find_digits(picture_of(np.asarray(photo.image.convert("L"))[top:bottom, left:right]))
    assert len(found.parts) == 1


def test_a_photo_taken_sideways_is_read_upright():
    photo = compose([tidy("123")], PLAIN, seed=2)
    exif = Image.Exif()
    exif[0x0112] = 6
    photo.image = photo.image.transpose(Image.Transpose.ROTATE_90)
    found = find_digits(read_upload(photo.file(exif=exif)))
    photo.image = photo.image.transpose(Image.Transpose.ROTATE_270)
    assert labels_of(photo, found) == [1, 2, 3]


def test_uneven_light_does_not_change_what_is_found():
    for seed in range(3):
        even = compose([tidy("8642"), tidy("97")], PLAIN, seed)
        uneven = compose([tidy("8642"), tidy("97")], Scene(gradient=0.7, shadow=0.5), seed)
        first, second = (find_digits(read_upload(photo.file())).images.astype(float) for photo in (even, uneven))
        assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.97


def test_what_was_read_is_put_together_line_by_line():
    photo = compose([tidy("12"), tidy("3")], PLAIN, seed=0)
    found = find_digits(read_upload(photo.file()))
    lines = lines_read(found, [1, 2, 3])
    assert [line.replace(" ", "") for line in lines] == ["12", "3"]


def test_a_wide_gap_begins_a_new_number():
    image = Image.new("RGB", (1200, 300), "white")
    for number, left in (("12", 50), ("34", 700)):
        part = compose([tidy(number)], Scene(width=400, height=300, digit=120), seed=1).image
        image.paste(part.crop((0, 0, 400, 300)), (left, 0))
    found = find_digits(read_upload(_png(image)))
    assert lines_read(found, [1, 2, 3, 4]) == ["12 34"]


@pytest.mark.parametrize(
    "grey",
    [
        np.full((300, 400), 200, np.uint8),
        np.random.default_rng(0).normal(180, 6, (300, 400)).astype(np.uint8),
        np.linspace(90, 250, 400).astype(np.uint8)[None].repeat(300, axis=0),
    ],
    ids=["one shade", "noise", "gradient"],
)
def test_nothing_on_the_paper_is_said_with_advice(grey):
    with pytest.raises(ImageError, match=r"No digit was found.*dark pen on light paper"):
        find_digits(picture_of(grey))


def test_too_many_shapes_are_refused():
    lines = [tidy("1234567890")] * (MOST_DIGITS // 10 + 1)
    photo = compose(lines, CROWDED, seed=0)
    with pytest.raises(ImageError, match="more than 60 shapes"):
        find_digits(read_upload(photo.file()))
    assert len(find_digits(read_upload(compose(lines[1:], CROWDED, seed=0).file())).parts) == 60


def test_the_steps_are_the_picture_in_even_light_and_its_ink():
    photo = compose([tidy("42")], SCENES["dim side"], seed=0)
    picture = read_upload(photo.file())
    found = find_digits(picture)
    steps = dict(found.steps)
    assert list(steps) == ["picture", "light", "ink"]
    assert np.array_equal(steps["picture"], picture.colours)
    paper = steps["light"][steps["ink"] == 0]
    assert paper.mean() > 240
    assert np.ptp(picture.grey[:, ::200].mean(axis=0)) > 5 * np.ptp(steps["light"][:, ::200].mean(axis=0)) / 2


def test_the_same_file_gives_the_same_images():
    data = compose([tidy("90210")], SCENES["noisy"], seed=0).file()
    assert np.array_equal(find_digits(read_upload(data)).images, find_digits(read_upload(data)).images)


def test_a_picture_is_not_changed_by_looking_at_it():
    picture = read_upload(compose([tidy("7")], PLAIN, seed=0).file())
    before = picture.colours.copy()
    find_digits(Picture(picture.colours, picture.width, picture.height))
    assert np.array_equal(picture.colours, before)


# real handwriting


class Nearest:
    """Answers with the class of the most similar of some training images: a network that needs no training."""

    def __init__(self, dataset: Dataset) -> None:
        images = dataset.x_train[:6000].reshape(6000, -1).astype(np.float32)
        self._images = images / np.linalg.norm(images, axis=1, keepdims=True)
        self._labels = dataset.y_train[:6000]

    def predict(self, images):
        flat = images.reshape(len(images), -1).astype(np.float32)
        return np.eye(10)[self._labels[(flat @ self._images.T).argmax(axis=1)]]


@pytest.mark.parametrize("scene", ["shadow", "thin pen", "ruled", "small"])
def test_strangers_handwriting_is_found_and_read_as_well_as_from_its_strokes(scene, real_data_dir, real_settings):
    file = real_data_dir / "pendigits-orig.tra.gz"
    if not file.is_file():
        pytest.skip("needs pendigits-orig.tra.gz in MNIST_LAB_DATA_DIR")
    network = Nearest(load_dataset("mnist", real_settings))
    result = measure(SCENES[scene], recorded(file, 1), network, photos=4)
    assert result["found"] >= 0.95
    assert result["extra"] <= 0.1
    assert result["read"] >= result["strokes"] - 0.1
    assert result["read"] > 0.7


# one letter


def test_a_letter_is_all_that_is_written_its_dot_too_but_no_speck():
    page = np.full((400, 400), 240, np.uint8)
    page[170:330, 190:212] = 30  # the stem of an i
    page[80:110, 188:214] = 30  # and its dot: too far above for a part of a digit
    page[40:44, 40:44] = 30
    assert [part.box for part in find_digits(picture_of(page)).parts] == [(170, 190, 330, 212)]
    (letter,) = find_letter(picture_of(page)).parts
    assert letter.box == (80, 188, 330, 214)
    rows = letter.image.max(axis=1)
    assert rows[4] > 0
    assert not rows[9]
    assert rows[23] > 0


def test_a_picture_without_a_letter_says_what_to_do():
    with pytest.raises(ImageError, match="No letter was found in this picture. Write one"):
        find_letter(picture_of(np.full((300, 300), 240, np.uint8)))

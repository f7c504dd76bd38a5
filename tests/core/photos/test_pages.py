"""Digits on tiles, in frames, boxes and tables, and on ruled paper: what encloses is no ink."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from benchmarks.enclosures import alone, reading
from mnist_core.inference import Classifier, open_classifier
from mnist_core.photos import find_digits, read_upload
from mnist_core.photos.grounds import find_grounds
from mnist_core.settings import Settings
from mnist_core.sharing.shipped import SHIPPED, install_shipped
from mnist_core.sharing.shipped.install import FOLDER
from mnist_core.store import Store
from tests.enclosure_files import KINDS, Enclosed, Sheet, enclosed, from_strokes
from tests.photo_files import Scene, compose, tidy

GLYPHS = [from_strokes(digit) for digit in tidy("0123456789")]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    """Return the network that Draw begins with; skip where its package is not there."""
    if not list(FOLDER.glob("*.zip")):
        pytest.skip("needs the packages of the shipped models")
    home = tmp_path_factory.mktemp("shipped")
    store = Store(Settings(home=home, keras_dir=home / "keras", data_dir=None, offline=True, warm_spare=False))
    install_shipped(store)
    files = store.files(SHIPPED["handwriting"].run_id)
    store.close()
    return open_classifier(files)


@pytest.fixture(scope="module")
def readable(network):
    """Return the digits that the network reads when they stand alone, at least eight."""
    glyphs = [glyph for glyph in GLYPHS if reading(alone(glyph), network) == (glyph.label,)]
    assert len(glyphs) >= 8
    return glyphs


def test_of_all_kinds_of_enclosures_95_percent_are_read_in_their_order(network, readable):
    pictures = {kind: enclosed(kind, readable, seed=1) for kind in KINDS}
    wrong = [kind for kind, picture in pictures.items() if reading(picture.file(), network) != picture.labels]
    assert len(wrong) <= 0.05 * len(KINDS), wrong


@pytest.mark.parametrize("label", [0, 6, 8, 9, 4])
@pytest.mark.parametrize("pen", [0.03, 0.1, 0.22])
def test_digits_that_enclose_are_one_digit_on_paper_and_on_tiles(label, pen):
    (digit,) = tidy(str(label))
    for page, ground, ink in ((255, 255, 0), (0, 0, 255), (255, 0, 255), (0, 255, 0)):
        sheet = Sheet(300, 300, (page,) * 3)
        sheet.shape("rectangle", (50, 50, 250, 250), fill=(ground,) * 3)
        sheet.write(from_strokes(digit, pen), (50, 50, 250, 250), (ink,) * 3, 0.6)
        assert len(find_digits(read_upload(Enclosed(sheet.image, ()).file())).parts) == 1


def test_a_loop_with_nothing_in_it_or_a_dot_is_no_frame():
    for inside in (None, (145, 145, 157, 157)):
        image = Image.new("L", (300, 300), 255)
        draw = ImageDraw.Draw(image)
        draw.rounded_rectangle((90, 50, 210, 250), 30, outline=0, width=14)
        if inside:
            draw.ellipse(inside, fill=0)
        assert not find_grounds(np.asarray(image)).enclosed


def test_a_photo_of_plain_handwriting_has_no_grounds():
    photo = compose([tidy("6089"), tidy("0480")], Scene(gradient=0.5, noise=4), seed=3)
    assert not find_grounds(read_upload(photo.file()).grey).enclosed


def test_the_picture_in_even_light_has_no_frames():
    picture = enclosed("frame", GLYPHS, seed=0)
    steps = dict(find_digits(read_upload(picture.file())).steps)
    assert steps["light"].shape == steps["ink"].shape
    assert (steps["light"][steps["ink"] == 0] > 180).mean() > 0.99

"""Pen strokes as a dataset: drawn like MNIST, split by writer, only where the file is at hand."""

import dataclasses
import gzip
import hashlib
from collections import Counter

import numpy as np
import pytest

from mnist_core.config import DataConfig
from mnist_core.datasets import DATASETS, DatasetProvider, is_offered, is_ready, load_dataset
from mnist_core.datasets.pen import by_writers, decode_strokes
from mnist_core.drawing import prepare_strokes
from mnist_core.drawing.strokes import read_unipen
from mnist_core.errors import CorruptDataError, DataError
from mnist_core.settings import Settings

NAME = "pendigits-orig.tra.gz"
WRITERS = (4, 1, 2, 4, 3, 1, 2, 6, 6, 4)


def unipen():
    """Return a small UNIPEN file: each writer's digits as lines that lean in a way of their own."""
    segments = []
    for number, writer in enumerate(WRITERS):
        lines = [f'.SEGMENT DIGIT    {number} ? "{number % 10}"', f".COMMENT {number % 10} {writer}  77", ".PEN_DOWN"]
        lines += [f" {100 + 10 * writer + 3 * number * step}  {400 - 30 * step}" for step in range(10)]
        lines += [".PEN_UP", ".PEN_DOWN", f" {150 + number}  {200}", " 300  210", ".PEN_UP", ".DT 100"]
        segments.append("\n".join(lines))
    return ('.LEXICON "0" "1"\n.HIERARCHY DIGIT\n\n' + "\n".join(segments) + "\n").encode()


@pytest.fixture
def spec(monkeypatch):
    """Put a small file in the place of the published one."""
    train = sum(writer % 2 == 0 for writer in WRITERS)
    small = dataclasses.replace(
        DATASETS["pen_strokes"],
        n_train=train,
        n_test=len(WRITERS) - train,
        content_md5={"strokes": hashlib.md5(unipen()).hexdigest()},
    )
    monkeypatch.setitem(DATASETS, "pen_strokes", small)
    return small


@pytest.fixture
def at_hand(tmp_path, spec):
    """Return settings whose data folder has the file."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / NAME).write_bytes(gzip.compress(unipen()))
    return Settings(data_dir=folder)


def test_even_writers_are_for_training_in_their_order_and_odd_ones_for_the_test():
    train, test = by_writers(list(read_unipen(unipen().decode())))
    assert [digit.writer for digit in train] == [2, 2, 4, 4, 4, 6, 6]
    assert [digit.label for digit in train] == [2, 6, 0, 3, 9, 7, 8], "one writer's digits stay in their order"
    assert [digit.writer for digit in test] == [1, 1, 3]


def test_each_digit_is_drawn_as_the_draw_page_does(at_hand):
    data = load_dataset("pen_strokes", at_hand)
    train, test = by_writers(list(read_unipen(unipen().decode())))
    for images, labels, digits in ((data.x_train, data.y_train, train), (data.x_test, data.y_test, test)):
        assert images.dtype == np.uint8
        assert images.shape == (len(digits), 28, 28)
        for image, label, digit in zip(images, labels, digits, strict=True):
            np.testing.assert_array_equal(image, prepare_strokes(digit.strokes).image)
            assert label == digit.label


def test_it_is_offered_only_where_its_file_is_at_hand(at_hand, settings, spec):
    assert is_offered("pen_strokes", at_hand)
    assert "pen_strokes" in DatasetProvider(at_hand).offered()
    assert not is_offered("pen_strokes", settings)
    assert DatasetProvider(settings).offered() == ("mnist", "fashion_mnist", "digits")


def test_what_was_drawn_once_stays_offered_without_the_file(at_hand):
    load_dataset("pen_strokes", at_hand)
    without = Settings(data_dir=None)
    assert is_ready("pen_strokes", without)
    assert is_offered("pen_strokes", without)


def test_without_its_file_the_error_says_what_to_do(settings, spec):
    with pytest.raises(DataError, match=f"put {NAME} of .* into a folder and name it in MNIST_LAB_DATA_DIR"):
        load_dataset("pen_strokes", settings)


@pytest.mark.parametrize("damage", ["cut", "no gzip", "other content"])
def test_a_damaged_file_is_named(damage, at_hand):
    path = at_hand.data_dir / NAME
    content = path.read_bytes()
    path.write_bytes(
        {"cut": content[:-20], "no gzip": unipen(), "other content": gzip.compress(unipen() + b"\n")}[damage]
    )
    with pytest.raises(DataError, match=f"{NAME} is damaged or is not Pen strokes"):
        load_dataset("pen_strokes", at_hand)
    assert not is_ready("pen_strokes", at_hand)


def test_content_of_another_form_is_refused_in_words(at_hand, spec):
    strange = b'.SEGMENT DIGIT 0 ? "x"\n'
    path = at_hand.data_dir / NAME
    path.write_bytes(gzip.compress(strange))
    with pytest.raises(CorruptDataError, match="without its digit"):
        decode_strokes(dataclasses.replace(spec, content_md5={"strokes": hashlib.md5(strange).hexdigest()}), [path])
    path.write_bytes(gzip.compress(unipen()))
    with pytest.raises(CorruptDataError, match="digits by even and odd writers"):
        decode_strokes(dataclasses.replace(spec, n_train=3), [path])


def test_the_provider_says_how_much_is_drawn(at_hand, monkeypatch):
    monkeypatch.setattr("mnist_core.datasets.pen._EVERY", 1)
    provider = DatasetProvider(at_hand)
    told = []

    def watched(*arguments):
        told.append(provider.status("pen_strokes").decoded)
        return prepare_strokes(*arguments)

    monkeypatch.setattr("mnist_core.datasets.pen.prepare_strokes", watched)
    provider.prepare("pen_strokes")
    assert provider.wait("pen_strokes", 30).state == "ready"
    assert told == sorted(told)
    assert 0 < told[-1] < 1


def test_the_published_file_gives_fifteen_writers_each(real_data_dir):
    path = real_data_dir / NAME
    if not path.is_file():
        pytest.skip(f"needs {NAME} in MNIST_LAB_DATA_DIR")
    spec = DATASETS["pen_strokes"]
    content = gzip.decompress(path.read_bytes())
    assert hashlib.md5(content).hexdigest() == spec.content_md5["strokes"]
    train, test = by_writers(list(read_unipen(content.decode("latin-1"))))
    assert (len(train), len(test)) == (spec.n_train, spec.n_test)
    assert len({digit.writer for digit in train}) == len({digit.writer for digit in test}) == 15
    assert min(Counter(digit.label for digit in train).values()) > 300
    # The validation set, which is the end of the training set, is by other people (but for the last few of one).
    border = int(spec.n_train * (1 - DataConfig().validation_split))
    shared = {digit.writer for digit in train[:border]} & {digit.writer for digit in train[border:]}
    assert sum(digit.writer in shared for digit in train[border:]) <= 5

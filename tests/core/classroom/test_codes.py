"""Codes are easy to read out, to type, and hard to guess."""

import re

import pytest

from mnist_core.classroom.codes import WORDS, code_words, new_code, read_code


@pytest.mark.parametrize("language", ["en", "ko"])
def test_words_are_many_short_and_different(language):
    words = code_words(language)
    assert len(set(words)) == len(words)
    assert len(words) ** WORDS > 1e9
    assert all(len(word) <= 9 and read_code(word) == word for word in words)


@pytest.mark.parametrize(("language", "letters"), [("en", "[a-z]+"), ("ko", "[가-힣]+"), ("fr", "[a-z]+")])
def test_a_code_has_four_words_of_the_teacher_s_language(language, letters):
    codes = {new_code(language) for _ in range(50)}
    assert len(codes) == 50
    assert all(re.fullmatch("-".join([letters] * WORDS), code) for code in codes)


@pytest.mark.parametrize(
    "typed",
    [
        "river-lamp-goat-piano",
        " River Lamp  Goat Piano ",
        "RIVER.LAMP.GOAT.PIANO\n",
        "river_lamp-goat – piano",
        "-river,lamp,goat,piano-",
    ],
)
def test_it_is_read_however_it_is_typed(typed):
    assert read_code(typed) == "river-lamp-goat-piano"


def test_korean_letters_that_come_apart_are_put_together():
    import unicodedata

    code = new_code("ko")
    assert read_code(unicodedata.normalize("NFD", code)) == code
    assert read_code("  ") == ""

"""Sentences, plurals, numbers and dates in the reader's language."""

import gettext
import re
import shlex
import string
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from mnist_core.text import Translator, languages, translation, translator

POLISH = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgid "Train"
msgstr "Trenuj"

msgid "{n} of {all}"
msgstr "{all}, w tym {n}"

msgid "{n} image of {name}"
msgid_plural "{n} images of {name}"
msgstr[0] "{n} obraz: {name}"
msgstr[1] "{n} obrazy: {name}"
msgstr[2] "{n} obrazów: {name}"
"""


@pytest.fixture
def locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of catalogues of this test's own, with a Polish one in it."""
    monkeypatch.setattr(translation, "FOLDER", tmp_path)
    folder = tmp_path / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "mnist_lab.po").write_text(POLISH, encoding="utf-8")
    for cache in (translator, translation._of):
        cache.cache_clear()
    yield tmp_path
    for cache in (translator, translation._of):
        cache.cache_clear()


def test_english_needs_no_catalogue() -> None:
    t = Translator("en")
    assert t("{n} of {all}", n=3, all=4) == "3 of 4"
    assert t.plural("{n:,} image", "{n:,} images", 1) == "1 image"
    assert t.plural("{n:,} image", "{n:,} images", 1234) == "1,234 images"
    assert t("") == ""


def test_one_file_is_a_language(locale: Path) -> None:
    assert languages() == ("en", "pl")
    t = translator("pl")
    assert t("Train") == "Trenuj"
    assert t("{n} of {all}", n=3, all=4) == "4, w tym 3"
    assert t("Compare") == "Compare", "what is missing stays English"
    assert t("") == "", "the header of a catalogue stands under the empty sentence"


@pytest.mark.parametrize(("n", "words"), [(1, "1 obraz"), (3, "3 obrazy"), (5, "5 obrazów"), (22, "22 obrazy")])
def test_a_language_has_its_own_plurals(n: int, words: str, locale: Path) -> None:
    assert translator("pl").plural("{n} image of {name}", "{n} images of {name}", n, name="a") == f"{words}: a"


@pytest.mark.parametrize("code", ["pl", "pl-PL", "pl_PL", "PL", "pl-PL,pl;q=0.9,en;q=0.8", "pl;q=1"])
def test_a_language_is_found_as_browsers_name_it(code: str, locale: Path) -> None:
    assert translator(code).language == "pl"


def test_a_language_is_compiled_once_whatever_visitors_call_it(locale: Path) -> None:
    first = translator("pl")
    others = [
        translator(f"{code}-{letter}{number}") for code in ("pl", "en") for letter in "ab" for number in range(20)
    ]
    assert {id(other) for other in others if other.language == "pl"} == {id(first)}
    assert translator("pl") is first
    assert len({id(other) for other in others}) == 2


@pytest.mark.parametrize("code", ["qq", "", "en-GB", "../pl", "p", "_" * 9000, "*"])
def test_an_unknown_language_is_english(code: str, locale: Path) -> None:
    assert translator(code).language == "en"


def test_what_somebody_typed_is_filled_in_as_it_is() -> None:
    assert Translator("en")("“{name}” is deleted.", name="{n} {0} %s") == "“{n} {0} %s” is deleted."


@pytest.mark.parametrize(
    ("value", "spec", "english", "german", "french"),
    [
        (1234567, ",d", "1,234,567", "1.234.567", "1\u202f234\u202f567"),
        (0.125, ".1%", "12.5%", "12,5\xa0%", "12,5\xa0%"),
        (-1234.5, ".2f", "-1234.50", "-1234,50", "-1234,50"),
        (0.045, ".2f", "0.04", "0,04", "0,04"),
        (2.5e-7, ".1e", "2.5e-07", "2,5e-07", "2,5e-07"),
        (float("nan"), ".4f", "nan", "nan", "nan"),
        (3, "", "3", "3", "3"),
        (1.5, "+.1f", "+1.5", "+1,5", "+1,5"),
        (0.015, "+.1%", "+1.5%", "+1,5\xa0%", "+1,5\xa0%"),
        (np.float32(0.5), ".0%", "50%", "50\xa0%", "50\xa0%"),
    ],
)
def test_numbers_are_written_with_the_signs_of_the_language(
    value: float, spec: str, english: str, german: str, french: str
) -> None:
    assert [Translator(language).number(value, spec) for language in ("en", "de", "fr")] == [english, german, french]


def test_the_form_of_a_number_stands_in_the_sentence_and_its_signs_are_those_of_the_language() -> None:
    sentence, values = "{share:.1%} of {n:,} for {name} ({id})", {"share": 0.125, "n": 1234, "name": "3.5", "id": 1234}
    assert Translator("en")(sentence, **values) == "12.5% of 1,234 for 3.5 (1234)"
    assert Translator("de")(sentence, **values) == "12,5\xa0% of 1.234 for 3.5 (1234)"


def test_days_are_written_in_the_order_of_the_language() -> None:
    when = datetime(2026, 11, 8, 14, 5)
    assert Translator("en").moment(when) == "Nov 08, 14:05"
    assert Translator("de").moment(when) == "8. Nov., 14:05"
    assert Translator("ko").moment(when) == "11월 8일 오후 2:05"


def test_a_new_language_begins_with_every_sentence(locale: Path) -> None:
    CommandLineInterface().run(
        ["pybabel", "-q", "init", "-i", str(TEMPLATE), "-d", str(locale), "-D", "mnist_lab", "-l", "de"]
    )
    assert languages() == ("en", "de", "pl")
    t = translator("de")
    assert isinstance(t.catalogue, gettext.GNUTranslations)
    assert t.plural("{n} run", "{n} runs", 2) == "2 runs"
    with (locale / "de" / "LC_MESSAGES" / "mnist_lab.po").open("rb") as stream:
        assert len(read_po(stream)) == len(_template())


# the template and the catalogues that are checked in

TEMPLATE = translation.FOLDER / "messages.pot"
ROOT = Path(__file__).parents[3]


def _template():
    with TEMPLATE.open("rb") as stream:
        return read_po(stream)


def test_the_template_has_the_sentences_of_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", [*sys.path, str(ROOT)])
    options = shlex.split(re.search(r"\$\(BABEL\) extract (.*) -o", (ROOT / "Makefile").read_text())[1])
    CommandLineInterface().run(["pybabel", "-q", "extract", *options, "-o", str(tmp_path / "new.pot"), "."])
    assert (tmp_path / "new.pot").read_text() == TEMPLATE.read_text(), "run: make words"


def test_both_forms_of_a_plural_have_the_same_placeholders() -> None:
    plurals = [message.id for message in _template() if isinstance(message.id, tuple)]
    assert plurals
    for one, many in plurals:
        assert placeholders(many) - placeholders(one) <= {"n:,"}, one


def placeholders(text: str) -> set[str]:
    """Return a sentence's placeholders, with the forms of numbers; what Plotly fills in itself, ``%{x}``, stays out."""
    return {
        f"{name}:{form}" if form else name
        for _, name, form, _ in string.Formatter().parse(re.sub(r"%\{[^}]*\}", "", text))
        if name
    }


def test_a_list_within_a_sentence_reads_as_people_write_it() -> None:
    english, korean = translator("en"), translator("ko")
    assert [english.all_of(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert korean.all_of(["훈련 기록 3개", "그림 2장"]) == "훈련 기록 3개와 그림 2장"
    assert korean.all_of(["`a.npz`", "MNIST", "손글씨 셋", "옷"]) == "`a.npz`, MNIST, 손글씨 셋과 옷"

"""Korean particles follow the last sound of what was filled in."""

import pytest

from mnist_core.text import Translator
from mnist_core.text.particles import PARTICLES, last_sound


def korean(sentence: str, **values: object) -> str:
    """Return a sentence as a Korean catalogue's is filled in."""
    return Translator("ko")(sentence, **values)


@pytest.mark.parametrize(
    ("word", "topic", "way"),
    [
        *[("정확도", "는", "로"), ("손실", "은", "로"), ("은닉층", "은", "으로")],
        *[("0", "은", "으로"), ("1", "은", "로"), ("2", "는", "로"), ("3", "은", "으로"), ("6", "은", "으로")],
        *[("7", "은", "로"), ("8", "은", "로"), ("9", "는", "로"), ("10", "은", "으로"), ("60,000", "은", "으로")],
        *[("97.5%", "는", "로"), ("0.25", "는", "로"), ("3 MB", "는", "로"), ("128 px", "는", "로")],
        *[("MNIST", "는", "로"), ("Fashion-MNIST", "는", "로"), ("CSV", "는", "로"), ("URL", "은", "로")],
        *[("RAM", "은", "으로"), ("CNN", "은", "으로"), ("Adam", "은", "으로"), ("ReLU", "는", "로")],
        *[("Dense", "는", "로"), ("Keras", "는", "로"), ("file", "은", "로"), ("baseline", "은", "으로")],
        *[("map", "은", "으로"), ("model", "은", "로"), ("training", "은", "으로"), ("Dropout", "은", "으로")],
        *[("Flatten", "은", "으로"), ("softmax", "는", "로"), ("momentum", "은", "으로"), ("sigmoid", "는", "로")],
    ],
)
def test_a_particle_follows_the_last_sound(word: str, topic: str, way: str) -> None:
    assert korean("{word}은(는)", word=word) == word + topic
    assert korean("{word}(으)로", word=word) == word + way


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("정확도 (Accuracy)", "정확도 (Accuracy)는"),
        ("손실 (Loss)", "손실 (Loss)은"),
        ("(Loss)", "(Loss)는"),
        ("내 첫 신경망!", "내 첫 신경망!은"),
        ("**손실**", "**손실**은"),
        ("ψυχή", "ψυχή은(는)"),
        ("", "은(는)"),
        ("🙂", "🙂은(는)"),
    ],
)
def test_what_is_not_said_does_not_count(word: str, written: str) -> None:
    assert korean("{word}은(는)", word=word) == written


def test_signs_may_stand_between_a_word_and_its_particle() -> None:
    assert korean("“{name}”을(를) 지웠어요.", name="첫 그림") == "“첫 그림”을 지웠어요."
    assert korean("**{name}**(이)라고 읽었어요.", name="코트") == "**코트**라고 읽었어요."
    assert korean("`{name}`과(와) `{other}`이(가)", name="데이터", other="손실") == "`데이터`와 `손실`이"


@pytest.mark.parametrize(("word", "written"), [("코트", "코트예요"), ("가방", "가방이에요"), ("7", "7이에요")])
def test_the_verb_too(word: str, written: str) -> None:
    assert korean("{word}(이)에요", word=word) == written


def test_what_somebody_typed_stays_as_it_is() -> None:
    name = "은(는) 이(가) {n}을(를)"
    assert korean("{name}: 은(는)", name=name) == f"{name}: 은(는)"


def test_words_within_words_are_filled_first() -> None:
    from mnist_core.text import Phrase

    inner = Phrase("{name}과(와) {other}", name="바지", other="가방")
    assert korean("{both}을(를) 헷갈려요.", both=inner) == "바지와 가방을 헷갈려요."


def test_what_is_long_is_read_from_its_end_alone() -> None:
    assert [last_sound(part * 100_000 + "꽃") for part in ("()", "'", " ")] == ["consonant"] * 3  # else it takes hours


def test_every_particle_has_two_forms() -> None:
    for forms in PARTICLES:
        assert korean("{w}" + forms.both, w="층") == "층" + forms.consonant
        assert korean("{w}" + forms.both, w="나") == "나" + forms.vowel


def test_other_languages_have_none() -> None:
    assert Translator("de")("{word}은(는)", word="Netz") == "Netz은(는)"
    assert last_sound("네트워크") == "vowel"

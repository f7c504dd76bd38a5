"""Each language says everything, with all placeholders and marks, and Korean as its list of terms asks for."""

import re
import string
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import pytest
from babel.messages.pofile import read_po

from mnist_core.text import languages, translation
from mnist_core.text.particles import PARTICLES

LANGUAGES = [code for code in languages() if code != "en"]
# The same in every language: names, units, and signs.
NAMES = re.compile(
    r"\{[^}]*\}|`[^`]*`|[\w.]+\.(py|md|json|keras|onnx|csv|npz|yaml|toml|ipynb|html|zip)|--?\w+|https?://\S+"
    r"|MNIST Lab|Fashion-MNIST|MNIST|EMNIST|USPS|Keras|TensorFlow|TensorBoard|PyTorch|JAX|ONNX|NumPy|scikit-learn"
    r"|RMSprop|Adam\w*|Adagrad|Nadam|SGD|Nesterov|ReLU|GELU|SiLU|ELU|SELU|Leaky ReLU|Swish|Mish|tanh|t-SNE|PCA"
    r"|[A-Z]\w*(\.\w+)?2D\w*|Dense|Flatten|Dropout|GaussianNoise|\w+Normalization|float\d+|bfloat16|mixed_\w+|uint8"
    r"|Tanh|Reshape|Softplus|Zalando \w+|E\. Alpaydin, F\. Alimoglu \(UCI\), .*|[A-Z]\w+ [A-Z]\w+(, [A-Z]\w+ [A-Z]\w+)+"
    r"|ROC|AUC|F1|TPE|Optuna|Hyperband|Hugging Face|GitHub|Streamlit"
    r"|CC BY(-SA)? [\d.]+|CC0( [\d.]+)?|MIT|OFL|GPU|CPU|RAM|CSV|PNG|SVG|ZIP|JSON|URL|MB|kB|GB|px"
)


class Said(NamedTuple):
    """A sentence, all forms of its plural, and what it is in another language."""

    english: tuple[str, ...]
    said: tuple[str, ...]


@lru_cache(maxsize=8)
def catalogue(language: str) -> tuple[tuple[Said, ...], tuple[str, ...]]:
    """Return what a catalogue says, and the sentences that its translator was not sure of."""
    with (translation.FOLDER / language / "LC_MESSAGES" / "mnist_lab.po").open("rb") as stream:
        messages = [message for message in read_po(stream, locale=language) if message.id]
    said = tuple(Said(_forms(message.id), _forms(message.string)) for message in messages)
    return said, tuple(_forms(message.id)[0] for message in messages if message.fuzzy)


def _forms(words: object) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)  # type: ignore[arg-type]


def sentences(language: str) -> Iterator[tuple[str, str]]:
    """Yield each sentence of the source with what it is in another language, one pair for each form there."""
    for english, said in catalogue(language)[0]:
        yield from ((english[-1], form) for form in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_every_sentence(language: str) -> None:
    with (translation.FOLDER / "messages.pot").open("rb") as stream:
        wanted = {_forms(message.id) for message in read_po(stream) if message.id}
    said, unsure = catalogue(language)
    assert {english for english, _ in said} == wanted, "make words"
    assert [english for english, forms in said if not all(forms)] == [], "not translated yet"
    assert unsure == (), "marked as fuzzy: nobody sees these translations"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_and_marks_of_its_sentence(language: str) -> None:
    for english, said in sentences(language):
        if re.search(r"\{\w*(:[^{}]*)?\}", english):
            assert _placeholders(said) == _placeholders(english), said
        for mark in ("**", "`", "\n", ":material/", "]("):
            assert said.count(mark) == english.count(mark), f"{mark}: {said}"
        assert (said != said.lstrip(), said != said.rstrip()) == (
            english != english.lstrip(),
            english != english.rstrip(),
        ), said


def _placeholders(text: str) -> set[tuple[str, str | None]]:
    text = re.sub(r"%\{[^}]*\}", "", text)
    return {(name, form) for _, name, form, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_in_english(language: str) -> None:
    same = {english for english, said in sentences(language) if said == english}
    assert {english for english in same if re.search(r"[^\W\d_]{3,}", NAMES.sub("", english))} == set()


needs_korean = pytest.mark.skipif("ko" not in LANGUAGES, reason="there is no Korean catalogue")


@needs_korean
def test_korean_is_said_as_one_talks_to_a_pupil() -> None:
    stiff = [said for _, said in sentences("ko") if re.search(r"(니다|니까|시오|세요만)[.?!]|당신|되어지", said)]
    assert stiff == []


@needs_korean
def test_korean_particles_are_written_as_they_are_resolved() -> None:
    both = {forms.both for forms in PARTICLES}
    found = {
        match[0]
        for _, said in sentences("ko")
        for match in re.finditer(r"(은\(는\)|이\(가\)|을\(를\)|과\(와\)|아\(야\)|\((으|이)\)[가-힣]+)", said)
    }
    unknown = {particle for particle in found if not any(particle.startswith(known) for known in both)}
    assert unknown == set()
    # One form alone is right by chance only, but behind per cent, and behind brackets whose word before is meant.
    alone = re.compile(r"\{[^}]*[^}%]\}[*`\"”’]*(은|는|을|를|와|으로)(?![\w(])")
    assert [said for _, said in sentences("ko") if alone.search(said)] == []


@needs_korean
def test_the_font_for_korean_has_every_syllable_of_its_catalogue() -> None:
    syllables = {letter for _, said in sentences("ko") for letter in said if "가" <= letter <= "힣"}
    assert len(syllables) > 500
    for letter in syllables:
        letter.encode("euc_kr")  # KS X 1001: the 2,350 syllables of the subset

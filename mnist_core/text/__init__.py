"""Words: the translation of sentences, numbers in words, and the glossary.

It knows text only. Which sentence is shown when, pages and errors decide.
"""

from mnist_core.text.checks import reason
from mnist_core.text.glossary import Term, glossary
from mnist_core.text.graphemes import cut, graphemes, shortened
from mnist_core.text.markdown import one_line, plain
from mnist_core.text.numbers import exact, percent, read_number
from mnist_core.text.places import without_folders
from mnist_core.text.sentences import English, Phrase, Plural, Sentence, Words, english, listed, told
from mnist_core.text.translation import SOURCE_LANGUAGE, Translator, languages, translator

__all__ = [
    "SOURCE_LANGUAGE",
    "English",
    "Phrase",
    "Plural",
    "Sentence",
    "Term",
    "Translator",
    "Words",
    "cut",
    "english",
    "exact",
    "glossary",
    "graphemes",
    "languages",
    "listed",
    "one_line",
    "percent",
    "plain",
    "read_number",
    "reason",
    "shortened",
    "told",
    "translator",
    "without_folders",
]

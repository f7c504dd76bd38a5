"""Words: the translation of sentences, and the glossary. Data beside it, no logic of pages."""

from mnist_core.text.glossary import Term, glossary
from mnist_core.text.markdown import one_line, plain
from mnist_core.text.places import without_folders
from mnist_core.text.translation import Translator, languages, translator

__all__ = ["Term", "Translator", "glossary", "languages", "one_line", "plain", "translator", "without_folders"]

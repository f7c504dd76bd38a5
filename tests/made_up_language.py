"""A made-up language that puts every sentence it knows in brackets: what stands outside of them was not translated."""

import gettext
import re
from html.parser import HTMLParser

from babel.messages.pofile import read_po

from mnist_core.text import translation

OPEN, CLOSE = "\u27e6", "\u27e7"
TYPED = "Qzx typed"
"""What visitors of these tests type: never translated."""
# The same in every language: names (of languages, programs, data, classes, licences, files), and the dates of English.
NAMES = re.compile(
    r"MNIST Lab|mnist_lab\.py|CC BY(-SA)?"
    r"|한국어|Fashion-MNIST|MNIST|Keras|TensorBoard|RMSprop|Adam\w*|Adagrad|Nadam|SGD|t-SNE|CPU: test"
    r"|keras\.(layers\.)?\w+\([^)]*\)+"
    r"|Max Pooling2D|Dense|Conv2D|MaxPooling2D|Flatten|Reshape|: [\w .-]+\*$|model\.\w+|[xy]_train|[xy]_test|uint8"
    r"|[A-Z][a-z]{2} \d\d, \d\d:\d\d|/classroom"
)
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_FORMULA = re.compile(r"^\$\$$.*?^\$\$$", re.DOTALL | re.MULTILINE)  # in TeX, without words
_PLACEHOLDER = re.compile(r"(%?\{+[^{}]*\}+)")


class Bracketing(gettext.NullTranslations):
    """Knows the sentences of the template, and says which others it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        with (translation.FOLDER / "messages.pot").open("rb") as stream:
            ids = [message.id for message in read_po(stream) if message.id]
        self.known = {text for id_ in ids for text in ([id_] if isinstance(id_, str) else id_)}
        self.unknown: set[str] = set()

    def gettext(self, message: str) -> str:
        parts = _PLACEHOLDER.split(message)  # what fills the others has to be translated itself
        if message not in self.known:
            if any(map(_WORD.search, parts[::2])):
                self.unknown.add(message)
            return message
        parts[::2] = (f"{OPEN}{part}{CLOSE}" if _LETTER.search(part) else part for part in parts[::2])
        return "".join(parts)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


class _Spoken(HTMLParser):
    """Collects what HTML shows, and what it says to screen readers."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("style", "script")
        self.said += [value or "" for name, value in attrs if name in ("aria-label", "alt", "title")]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


def left_over(text: str, typed: str) -> list[str]:
    """Return the words of a text that stand in no bracket and that no visitor typed."""
    parser = _Spoken()
    parser.feed(_FORMULA.sub(" ", text.replace("<br>", " ")))
    parser.close()
    kept = re.sub(r":material/\w+:|:[a-z]+(?:-\w+)?(?=\[)|\]\([^)]*\)|%?\{[^}]*\}", " ", " ".join(parser.said))
    depth, outside = 0, ""
    for letter in kept:
        depth += (letter == OPEN) - (letter == CLOSE)
        outside += letter if depth == 0 else " "
    return _WORD.findall(NAMES.sub(" ", outside.replace(typed, " ")))

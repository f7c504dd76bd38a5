"""What people typed, on its way into Markdown."""

import re

from mnist_core.text.graphemes import JOINERS

# All that begins formatting, a formula, a link, a mention, an icon or a directive of Streamlit's, or HTML; and what
# makes a list of a line that begins with it.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&!@]|:(?! )|^[+\-](?= ))", re.IGNORECASE)
# What becomes a link by itself, whatever is escaped in it: it is looked for once more in the finished text. A joiner,
# which takes no room, keeps its parts apart.
_LINK = re.compile(r"(?<=https:)(?=//)|(?<=http:)(?=//)|(?<=www)(?=\.)|(?<=[\w.+-])(?=@)", re.IGNORECASE)
_JOINER = "\u2060"
# Joiners between two letters, and the tags of a flag of emoji, are no letters that can be printed, but parts of one.
_PARTS = re.compile(f"(?<=\\S)[{JOINERS}](?=\\S)|(?<=\U0001f3f4)[\U000e0020-\U000e007e]+\U000e007f")
_NUMBERED = re.compile(r"^(\d+)([.)])(?= )")


def plain(text: str) -> str:
    """Return text, such as a run's name, that Markdown shows as it was typed, on one line."""
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", _LINK.sub(_JOINER, one_line(text))))


def one_line(text: str) -> str:
    """Return text without line breaks, and without what can't be printed: joiners stay between what they join."""
    kept = {place for found in _PARTS.finditer(text) for place in range(*found.span())}
    shown = (letter if letter.isprintable() or place in kept else " " for place, letter in enumerate(text))
    return " ".join("".join(shown).split())

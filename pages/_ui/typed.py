"""What visitors typed, shown as they typed it."""

import re

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~$:!&])")


def as_typed(text: str) -> str:
    """Return a text, such as a run's name, that means itself where Markdown is read: no links, images or colours."""
    return _MARKS.sub(r"\\\1", text)

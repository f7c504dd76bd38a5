"""What visitors typed, on its way into Markdown."""

import re

# Everything that begins formatting, a formula, a link, an icon or a directive of Streamlit's Markdown.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


def plain(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))

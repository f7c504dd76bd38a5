"""What a terminal is told, in the language that its environment names.

What it can't show is spelled with what it has, never an error. The few words that `argparse` says itself ("usage",
"options") are English: Python brings no others along.

Terminals speak many encodings (``cp949`` on a Korean Windows, ``ascii`` in a bare container), and file names may hold
bytes that are no text in any.
"""

import codecs
import os
import sys
import unicodedata

from rich.cells import cell_len

from mnist_core.text import SOURCE_LANGUAGE, translator

# As programs of a terminal choose it: the first of these that is set.
t = translator(next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), SOURCE_LANGUAGE))

_HANDLER = "mnist_lab.plain"
_PLAIN = {
    **dict(zip("▁▂▃▄▅▆▇█", "_.:-=+*#", strict=True)),  # the bars of small curves
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("‘’‚", "'"),
    **dict.fromkeys("–—−", "-"),
    "…": "...",
    "·": "|",
    "×": "x",
    "→": "->",
    "\u00a0": " ",
    "\u202f": " ",
}


def show_any_text() -> None:
    """Let standard output and error take any text: what their encoding lacks is written in plain letters."""
    codecs.register_error(_HANDLER, _spell)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a stream that stands in for a terminal may have none
            reconfigure(errors=_HANDLER)


def left(text: str, width: int) -> str:
    """Return a text in a column of so many places, of which a Korean syllable takes two."""
    return text + " " * (width - cell_len(text))


def right(text: str, width: int) -> str:
    """Return a text at the end of a column, as `left`."""
    return " " * (width - cell_len(text)) + text


def _spell(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    return "".join(part for part in unicodedata.normalize("NFKD", character) if part.isascii()) or "?"

"""Paths of the server's files, on their way to somebody who may be anybody."""

import re
import sys
import tempfile
from pathlib import Path

# A path from the root with a folder or more in front of its last name, as people and tracebacks write it.
_FOLDERS = re.compile(r"(?<![\w.:/\\~…])(?:…|[A-Za-z]:)?[\\/](?:[^\s'\"<>|:*?/\\()]+[\\/])+(?=[^\s'\"/\\,;])")
# Folders with spaces in their names are known by what they are.
_OURS = (Path(__file__).parents[2], Path(sys.prefix), Path(tempfile.gettempdir()))


def without_folders(text: str, known: tuple[Path, ...] = ()) -> str:
    """Return text in which paths of files have only their last name: ``/srv/lab/runs`` is ``…/runs``.

    Parameters
    ----------
    text : str
    known : tuple of Path
        Folders that may have any name, such as the home folder of an installation.
    """
    for folder in sorted((*known, *_OURS), key=lambda folder: -len(str(folder))):
        if len(folder.parts) > 1:
            text = text.replace(f"{folder}/", "…/").replace(f"{folder}\\", "…/")
    return _FOLDERS.sub("…/", text)
